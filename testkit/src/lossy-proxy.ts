/**
 * An HTTP proxy on loopback that loses answers after the hub gave them, and serves pages of a test beside the hub's routes.
 */
import { once } from "node:events"
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

/** A running proxy. */
export interface LossyProxy {
  readonly url: () => string
  /** Answers that were lost. */
  readonly lost: () => number
  /** Calls that reached the hub, but for those of pages. */
  readonly passed: () => number
  /** Breaks off every call until `allow`. */
  readonly refuse: () => void
  /** Takes every call and answers none until `allow`, which breaks them off. */
  readonly hang: () => void
  readonly allow: () => void
  readonly stop: () => Promise<void>
}

/** What is served at a path: its type and its text. */
export type Pages = Readonly<Record<string, readonly [type: string, text: string]>>

/** Starts a proxy to a hub on loopback. It loses every `every`th answer to a POST. */
export async function startLossyProxy(target: () => number, every: number, pages: Pages = {}): Promise<LossyProxy> {
  let [posts, lost, passed] = [0, 0, 0]
  let isRefusing = false
  let isHanging = false
  const hanging = new Set<IncomingMessage>()

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    passed += 1
    const isLost = incoming.method === "POST" && ++posts % every === 0
    const host = `127.0.0.1:${target()}`
    const headers = { ...incoming.headers, host, ...(incoming.headers.origin === undefined ? {} : { origin: `http://${host}` }) }
    const asked = request(
      { host: "127.0.0.1", port: target(), method: incoming.method, path: incoming.url, headers },
      (answer) => {
        const parts: Array<Buffer> = []
        answer.on("data", (part: Buffer) => parts.push(part))
        answer.on("end", () => {
          if (isLost) {
            lost += 1
            incoming.socket.destroy()
            return
          }
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
          outgoing.end(Buffer.concat(parts))
        })
      },
    )
    asked.on("error", () => incoming.socket.destroy())
    incoming.pipe(asked)
  }

  const server = createServer((incoming, outgoing) => {
    const page = pages[incoming.url ?? ""]
    if (page !== undefined) {
      outgoing.writeHead(200, { "content-type": page[0] })
      outgoing.end(page[1])
    } else if (isRefusing) incoming.socket.destroy()
    else if (isHanging) hanging.add(incoming)
    else pass(incoming, outgoing)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lost: () => lost,
    passed: () => passed,
    refuse: () => {
      isRefusing = true
    },
    hang: () => {
      isHanging = true
    },
    allow: () => {
      isRefusing = isHanging = false
      for (const { socket } of hanging) socket.destroy()
      hanging.clear()
    },
    stop: async () => {
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
