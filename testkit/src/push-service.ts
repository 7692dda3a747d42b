/**
 * A browser's push service on loopback, with devices: it takes what RFC 8030 lets it take, checks who sends it (RFC 8292), and decrypts
 * it as a device does (RFC 8291), with the Web Crypto API and by the text of the standards.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { PushNotice } from "@holdfast/protocol/push"

/** One request, decrypted. */
export interface Pushed {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly notice: PushNotice
  /** The public key that the request was proven with. */
  readonly key: string
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub: string }
}

/** What a browser says of its subscription. */
export interface Subscription {
  readonly endpoint: string
  readonly keys: { readonly p256dh: string; readonly auth: string }
}

/** The service. */
export interface PushService {
  readonly origin: string
  /** A device; what is pushed to it arrives under its path. */
  readonly device: (path: string) => Promise<Subscription>
  readonly pushed: ReadonlyArray<Pushed>
  /** What was wrong with requests. */
  readonly problems: ReadonlyArray<string>
  /** Answers from now on; with 201 by default. */
  readonly answer: (how: (path: string, response: ServerResponse) => void) => void
  readonly stop: () => Promise<void>
}

const { subtle } = globalThis.crypto
const P256 = { name: "ECDH", namedCurve: "P-256" } as const
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "base64url"))
const textOf = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(bytes as Uint8Array).toString("base64url")
const ascii = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`${text}\0`)
const joined = (...parts: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.concat(parts))

async function hkdf(
  secret: Uint8Array<ArrayBuffer>,
  salt: Uint8Array<ArrayBuffer>,
  info: Uint8Array<ArrayBuffer>,
  length: number,
) {
  const key = await subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"])
  return new Uint8Array(await subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, length * 8))
}

const newPair = () => subtle.generateKey(P256, true, ["deriveBits"])

/** The keys of a device. */
export interface DevicePair {
  readonly pair: Awaited<ReturnType<typeof newPair>>
  readonly point: Uint8Array<ArrayBuffer>
  readonly auth: Uint8Array<ArrayBuffer>
}

/** Makes the keys of a device. */
export async function devicePair(): Promise<DevicePair> {
  const pair = await newPair()
  const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey))
  return { pair, point, auth: crypto.getRandomValues(new Uint8Array(16)) }
}

/** Decrypts a body as the device does. Rejects when a bit of it is wrong. */
export async function decrypt(body: Uint8Array<ArrayBuffer>, { auth, pair, point }: DevicePair): Promise<Uint8Array> {
  const salt = body.slice(0, 16)
  const size = new DataView(body.buffer, body.byteOffset + 16).getUint32(0)
  const length = body[20] ?? 0
  const sender = body.slice(21, 21 + length)
  const sealed = body.slice(21 + length)
  if (sealed.length > size) throw new Error(`one record of ${sealed.length} bytes, where ${size} were said`)
  const from = await subtle.importKey("raw", sender, P256, false, [])
  const shared = new Uint8Array(await subtle.deriveBits({ name: "ECDH", public: from }, pair.privateKey, 256))
  const secret = await hkdf(shared, auth, joined(ascii("WebPush: info"), point, sender), 32)
  const key = await subtle.importKey(
    "raw",
    await hkdf(secret, salt, ascii("Content-Encoding: aes128gcm"), 16),
    "AES-GCM",
    false,
    ["decrypt"],
  )
  const iv = await hkdf(secret, salt, ascii("Content-Encoding: nonce"), 12)
  const padded = new Uint8Array(await subtle.decrypt({ name: "AES-GCM", iv }, key, sealed))
  const end = padded.findLastIndex((byte) => byte !== 0)
  if (padded[end] !== 2) throw new Error(`the last record ends with ${padded[end]}`)
  return padded.slice(0, end)
}

/** Checks who sends (RFC 8292 sections 2 and 4.2); gives the key and the claims. */
async function senderOf(authorization: string | undefined): Promise<Pick<Pushed, "key" | "claims">> {
  const [, token = "", key = ""] = /^vapid t=([\w.-]+), *k=([\w-]+)$/.exec(authorization ?? "") ?? []
  const [head = "", claims = "", signature = ""] = token.split(".")
  const algorithm = { name: "ECDSA", namedCurve: "P-256" } as const
  const verifier = await subtle.importKey("raw", bytesOf(key), algorithm, false, ["verify"])
  const signed = new TextEncoder().encode(`${head}.${claims}`)
  if (!(await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, verifier, bytesOf(signature), signed)))
    throw new Error("the proof of the sender is not signed by its key")
  return { key, claims: JSON.parse(Buffer.from(claims, "base64url").toString()) as Pushed["claims"] }
}

/** Starts a service. */
export async function startPushService(): Promise<PushService> {
  const pushed: Array<Pushed> = []
  const problems: Array<string> = []
  const devices = new Map<string, DevicePair>()
  let answer = (_: string, response: ServerResponse): void => void response.writeHead(201).end()
  const take = async (path: string, headers: IncomingHttpHeaders, body: Buffer): Promise<void> => {
    const device = devices.get(path)
    if (device === undefined) throw new Error(`no device at ${path}`)
    if (headers["content-encoding"] !== "aes128gcm") throw new Error(`encoded as ${headers["content-encoding"]}`)
    if (!/^\d+$/.test(String(headers["ttl"]))) throw new Error("without a time to live")
    const { claims, key } = await senderOf(headers.authorization)
    if (claims.aud !== origin) throw new Error(`for ${claims.aud}`)
    const text = new TextDecoder().decode(await decrypt(Uint8Array.from(body), device))
    pushed.push({ path, headers, key, claims, notice: JSON.parse(text) as PushNotice })
  }
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const { headers, url = "" } = request
      void take(url, headers, Buffer.concat(chunks))
        .catch((cause: unknown) => problems.push(String(cause)))
        .finally(() => answer(url, response))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    device: async (path) => {
      const made = await devicePair()
      devices.set(path, made)
      return { endpoint: origin + path, keys: { p256dh: textOf(made.point), auth: textOf(made.auth) } }
    },
    pushed,
    problems,
    answer: (how) => {
      answer = how
    },
    stop: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
