/**
 * Secrets: how they are made, hashed and compared. Only hashes are kept (G-7).
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto"

/** Longest secret that is looked at, in characters; a longer one is not known. */
export const SECRET_MAX = 256

/** A new secret of 32 random bytes as base64url, after `prefix`. */
export function makeSecret(prefix = ""): string {
  return prefix + randomBytes(32).toString("base64url")
}

/** A new short id for something that has a secret. */
export function makeId(): string {
  return randomBytes(6).toString("hex")
}

/** SHA-256 of a secret as hex. The secrets have 256 bits, so a plain hash cannot be searched. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret, "utf8").digest("hex")
}

/** Whether two hashes are equal, in a time that does not depend on where they differ. */
export function sameHash(a: string, b: string): boolean {
  const left = Buffer.from(a, "hex")
  const right = Buffer.from(b, "hex")
  return left.length === right.length && timingSafeEqual(left, right)
}
