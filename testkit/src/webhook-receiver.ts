/**
 * A receiver of webhooks on loopback: keeps what it gets, verified by an implementation of Standard Webhooks that is not ours,
 * and answers as a test wants.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { Webhook } from "standardwebhooks"

/** What is sent of an event. */
export interface Sent {
  readonly type: string
  readonly timestamp: string
  readonly data: {
    readonly session?: { readonly id: string; readonly tags: ReadonlyArray<string>; readonly metadata: object }
    readonly event?: { readonly seq: number; readonly type: string; readonly data?: object }
  }
}

/** One request. */
export interface Received {
  readonly id: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly sent: Sent
}

/** A receiver. */
export interface Receiver {
  readonly url: (path?: string) => string
  readonly received: ReadonlyArray<Received>
  /** Answers from now on; by default with 204. An answer that is never given keeps the request open. */
  readonly answer: (how: (received: Received, response: ServerResponse) => void) => void
  /** Whether a request is signed with a secret; what is wrong otherwise. */
  readonly problem: (received: Received, secret: string) => string | undefined
  readonly stop: () => Promise<void>
}

/** Starts a receiver; `port` is that of one before. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const received: Array<Received> = []
  let answer = (_: Received, response: ServerResponse): void => void response.writeHead(204).end()
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString("utf8")
      const { headers, url = "" } = request
      const one = { id: String(headers["webhook-id"]), path: url, headers, body, sent: JSON.parse(body) as Sent }
      received.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
  const at = (server.address() as AddressInfo).port
  return {
    url: (path = "/") => `http://127.0.0.1:${at}${path}`,
    received,
    answer: (how) => {
      answer = how
    },
    problem: ({ body, headers }, secret) => {
      try {
        new Webhook(secret).verify(body, headers as Record<string, string>)
        return undefined
      } catch (cause) {
        return String(cause)
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
