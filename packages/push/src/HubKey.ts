/**
 * The key by which push services know this hub: Voluntary Application Server Identification (RFC 8292).
 *
 * It is made when the first browser asks for it and never changes, since every subscription is bound to it. Its file has the mode 0600.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { chmodSync, readFileSync, statSync } from "node:fs"
import { writeDurably } from "@holdfast/store/durable-file"

/** Milliseconds that a proof is valid, and after which a new one is made. */
const VALID = 12 * 3_600_000
const USED = VALID / 2

/** Proofs that are kept: push services are few, and an origin is whatever a subscription says. */
const PROOFS_MAX = 50

/** The key cannot be read or written; `message` says what to do. */
export class HubKeyUnusable extends Error {
  readonly _tag = "HubKeyUnusable"
}

interface Proof {
  readonly text: string
  readonly until: number
}

/** The key of a hub. */
export class HubKey {
  /** The public part as browsers take it: an uncompressed point as base64url. */
  readonly text: string
  readonly #key: KeyObject
  readonly #contact: string
  readonly #proofs = new Map<string, Proof>()

  /** `contact`: an `https` or `mailto` address of whoever runs the hub. */
  constructor(key: KeyObject, contact: string) {
    this.#key = key
    this.#contact = contact
    const { x = "", y = "" } = createPublicKey(key).export({ format: "jwk" })
    const point = [Buffer.from([4]), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]
    this.text = Buffer.concat(point).toString("base64url")
  }

  /** The header `authorization` of a request to the service at an origin. `now` is epoch milliseconds. */
  authorization(origin: string, now: number): string {
    const kept = this.#proofs.get(origin)
    const proof = kept !== undefined && kept.until > now ? kept : this.#prove(origin, now)
    this.#proofs.delete(origin)
    this.#proofs.set(origin, proof)
    const [oldest] = this.#proofs.size > PROOFS_MAX ? this.#proofs.keys() : []
    if (oldest !== undefined) this.#proofs.delete(oldest)
    return `vapid t=${proof.text}, k=${this.text}`
  }

  #prove(origin: string, now: number): Proof {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url")
    const claims = { aud: origin, exp: Math.floor((now + VALID) / 1000), sub: this.#contact }
    const text = `${part({ typ: "JWT", alg: "ES256" })}.${part(claims)}`
    const signature = sign("sha256", Buffer.from(text), { key: this.#key, dsaEncoding: "ieee-p1363" })
    return { text: `${text}.${signature.toString("base64url")}`, until: now + USED }
  }
}

/** The key in `file`, made and written first when there is none. Rejects with `HubKeyUnusable`. */
export async function readOrMakeKey(file: string): Promise<KeyObject> {
  try {
    return read(file) ?? (await make(file))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new HubKeyUnusable(
      `${file} cannot be used: ${why}; check its owner and mode, or remove it and subscribe devices again`,
      {
        cause,
      },
    )
  }
}

function read(file: string): KeyObject | undefined {
  const stat = statSync(file, { throwIfNoEntry: false })
  if (stat === undefined) return undefined
  const key = createPrivateKey(readFileSync(file, "utf8"))
  if (key.asymmetricKeyDetails?.namedCurve !== "prime256v1") throw new Error("it holds no key on P-256")
  if (process.platform !== "win32" && (stat.mode & 0o077) !== 0) chmodSync(file, 0o600)
  return key
}

async function make(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" })
  await writeDurably(file, String(privateKey.export({ format: "pem", type: "pkcs8" })))
  return privateKey
}
