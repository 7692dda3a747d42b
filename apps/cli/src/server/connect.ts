/**
 * Connections to the hub over which a credential may be sent (docs/protocol/rules.md, G-11, G-12).
 *
 * Whoever else listens where a hub was must get nothing: the peer is proven first, on the very connection that is used
 * then. Proven is the Unix socket of the data directory, which only its user can make; a certificate, over TLS; at a
 * loopback address otherwise a proof that the peer knows the credential.
 */
import { createHash, randomBytes } from "node:crypto"
import { lstatSync, statSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { dirname } from "node:path"
import { connectionAddress, makeProof, PROOF_PATH, PROVABLE_MIN, proofId, sameProof } from "@holdfast/doors/credentials/proof"
import { isLoopback } from "@holdfast/doors/guard/names"
import type { Target } from "./find.ts"

/** Milliseconds that a peer has to prove itself. */
const PROOF_TIMEOUT = 10_000
/** Longest answer to the question for a proof, in bytes. */
const ANSWER_MAX = 16 * 1024

/** Makes a connection for Node's HTTP client, which asks for one by this signature. */
export type CreateConnection = (options: unknown, taken: (error: Error | null, socket: Socket) => void) => undefined

/** How requests to a target connect; `undefined` leaves it to TLS, which proves the peer itself. */
export function provenConnection(target: Pick<Target, "origin" | "socket" | "token">): CreateConnection | undefined {
  if (target.socket === undefined && target.origin.startsWith("https:")) return undefined
  return (_options, taken) => {
    const opened = target.socket === undefined ? prove(target.origin, target.token) : openOwn(target.socket)
    opened.then(
      (socket) => taken(null, socket),
      // Node ignores the socket when there is an error.
      (error: Error) => (taken as (error: Error) => void)(error),
    )
    return undefined
  }
}

/** Base of the requests to a place: on the Unix socket there is no TLS and one name. */
export function requestOrigin({ origin, socket }: Pick<Target, "origin" | "socket">): string {
  return socket === undefined ? origin : "http://localhost"
}

async function openOwn(path: string): Promise<Socket> {
  const user = process.getuid?.()
  const directory = statSync(dirname(path))
  if (directory.uid !== user || (directory.mode & 0o022) !== 0 || lstatSync(path).uid !== user)
    throw new Error(`${path} may belong to another user; nothing was sent to it`)
  return opened(connect(path))
}

const opened = (socket: Socket): Promise<Socket> =>
  new Promise((resolve, reject) => {
    socket.once("error", reject)
    socket.once("connect", () => {
      // Between two users of the connection no one else would hear of an error; the next one finds it destroyed.
      socket.off("error", reject).on("error", () => socket.destroy())
      resolve(socket)
    })
  })

/** Connects to a loopback address and has the peer prove that it knows the credential. */
async function prove(origin: string, token: string): Promise<Socket> {
  const { hostname, port, host } = new URL(origin)
  const name = hostname.replace(/^\[|\]$/g, "")
  if (!isLoopback(name)) throw new Error(`${origin} is not on this machine; credentials are sent there over https only`)
  if (token.length < PROVABLE_MIN)
    throw new Error(
      `HOLDFAST_TOKEN has fewer than ${PROVABLE_MIN} characters, too few for ${origin} to prove that it is the hub; set HOLDFAST_DATA to the hub's data directory`,
    )
  const socket = await opened(connect({ host: name, port: port === "" ? 80 : Number(port) }))
  try {
    const hash = createHash("sha256").update(token, "utf8").digest("hex")
    const nonce = randomBytes(24).toString("base64url")
    const { status, text } = await ask(socket, host, `${PROOF_PATH}?credential=${proofId(hash)}&nonce=${nonce}`)
    const expected = makeProof(hash, nonce, connectionAddress(socket.remoteAddress, socket.remotePort))
    if (status === 200 && sameProof(proofOf(text), expected)) return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
  socket.destroy()
  throw new Error(`the server at ${origin} did not prove that it knows the credential; nothing was sent to it`)
}

function proofOf(text: string): string {
  try {
    const { proof }: { readonly proof?: unknown } = JSON.parse(text)
    return typeof proof === "string" ? proof : ""
  } catch {
    // Not JSON: not a hub.
    return ""
  }
}

/** Asks on a bare connection and leaves it as it was: nothing but this answer may have come. */
function ask(socket: Socket, host: string, path: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const end = (error: Error | undefined, answer?: { readonly status: number; readonly text: string }): void => {
      clearTimeout(timer)
      for (const [event, listener] of listeners) socket.off(event, listener)
      if (answer === undefined) reject(error ?? new Error("the connection closed"))
      else resolve(answer)
    }
    const timer = setTimeout(() => end(new Error("the server there did not prove itself in time")), PROOF_TIMEOUT)
    const take = (chunk: Buffer): void => {
      bytes = Buffer.concat([bytes, chunk])
      const answer = wholeAnswer(bytes)
      if (answer !== undefined) return end(undefined, answer)
      if (bytes.length > ANSWER_MAX) end(new Error("the server there is not a hub"))
    }
    const listeners = [
      ["data", take],
      ["error", (error: Error) => end(error)],
      ["close", () => end(undefined)],
    ] as const
    for (const [event, listener] of listeners) socket.on(event, listener)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
  })
}

function wholeAnswer(bytes: Buffer): { readonly status: number; readonly text: string } | undefined {
  const head = bytes.indexOf("\r\n\r\n")
  if (head < 0) return undefined
  const lines = bytes.subarray(0, head).toString("latin1")
  const length = /^content-length: *(\d{1,5})\s*$/im.exec(lines)?.[1]
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(lines)?.[1] ?? 0)
  if (length === undefined) return { status: 0, text: "" }
  const body = bytes.subarray(head + 4)
  if (body.length < Number(length)) return undefined
  return { status: body.length === Number(length) ? status : 0, text: body.toString("utf8") }
}
