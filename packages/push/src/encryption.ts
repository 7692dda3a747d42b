/** Encryption of what a push service carries and cannot read: Message Encryption for Web Push (RFC 8291), over `aes128gcm` (RFC 8188). */
import { createCipheriv, createECDH, type ECDH, hkdfSync, randomBytes } from "node:crypto"

/** The keys of a device, as bytes: its public key on P-256, uncompressed, and the secret that it shares with us. */
export interface DeviceKeys {
  readonly p256dh: Buffer
  readonly auth: Buffer
}

/** Size of the one record, in bytes: what a service must accept. */
const RECORD = 4096

/** Most bytes of a message: a record without its delimiter and tag, less the head, which the 4096 of a service cover too. */
export const MESSAGE_MAX = RECORD - 16 - 1 - 86

const derived = (secret: Uint8Array, salt: Uint8Array, info: Uint8Array, length: number): Buffer =>
  Buffer.from(hkdfSync("sha256", secret, salt, info, length))

const labelled = (text: string, ...more: ReadonlyArray<Uint8Array>): Buffer => Buffer.concat([Buffer.from(`${text}\0`), ...more])

/** A key pair for one message. */
export function newPair(): ECDH {
  const pair = createECDH("prime256v1")
  pair.generateKeys()
  return pair
}

/** The body of a request to the push service. Salt and pair are used once. Throws when `p256dh` is no point of the curve. */
export function encrypt(
  message: Uint8Array,
  { p256dh, auth }: DeviceKeys,
  salt: Uint8Array = randomBytes(16),
  pair: ECDH = newPair(),
): Buffer {
  const own = pair.getPublicKey()
  const secret = derived(pair.computeSecret(p256dh), auth, labelled("WebPush: info", p256dh, own), 32)
  const key = derived(secret, salt, labelled("Content-Encoding: aes128gcm"), 16)
  const nonce = derived(secret, salt, labelled("Content-Encoding: nonce"), 12)
  const cipher = createCipheriv("aes-128-gcm", key, nonce)
  // 2: this record is the last one.
  const sealed = Buffer.concat([cipher.update(message), cipher.update(Buffer.from([2])), cipher.final(), cipher.getAuthTag()])
  const head = Buffer.alloc(5)
  head.writeUInt32BE(RECORD)
  head.writeUInt8(own.length, 4)
  return Buffer.concat([salt, head, own, sealed])
}
