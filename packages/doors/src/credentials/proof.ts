/**
 * Proofs that a hub knows a credential, without the credential being sent (docs/protocol/rules.md, G-12).
 *
 * The program names the credential by an id and sends a nonce; the hub answers with an HMAC over the nonce and the
 * address at which it was reached. A program that passes the question on to the hub gets a proof for another address.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto"

/** Least characters of a secret that is proven: the id and the proof of a shorter one would let others guess it. */
export const PROVABLE_MIN = 22

/** Path of the question. */
export const PROOF_PATH = "/api/proof"

/** Public name of a secret, from its SHA-256 as hex. */
export function proofId(hash: string): string {
  return createHash("sha256").update(`holdfast credential ${hash}`).digest("hex").slice(0, 32)
}

/** An address and port as both ends of a connection on one machine name it. */
export function connectionAddress(address: string | undefined, port: number | undefined): string {
  return `${(address ?? "").replace(/^::ffff:/i, "")} ${port ?? 0}`
}

/** The proof, as hex: `hash` is the SHA-256 of the secret, `address` that of the hub's end of the connection. */
export function makeProof(hash: string, nonce: string, address: string): string {
  return createHmac("sha256", Buffer.from(hash, "hex")).update(`holdfast proof\n${nonce}\n${address}`).digest("hex")
}

/** Whether `proof` is the one that is expected. */
export function sameProof(proof: string, expected: string): boolean {
  const [left, right] = [Buffer.from(proof, "hex"), Buffer.from(expected, "hex")]
  return left.length === right.length && left.length > 0 && timingSafeEqual(left, right)
}
