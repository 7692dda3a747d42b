/** A proxy that publishes a hub below a path, as those of products do: it keeps the path or takes it off, and can change an answer. */
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { AddressInfo, Socket } from "node:net"

/** The proxy. */
export interface PathProxy {
  readonly origin: string
  /** Changes the text of a file from now on. */
  readonly change: (path: string, how: (text: string) => string) => void
  readonly stop: () => Promise<void>
}

/** How it publishes. */
export interface PathProxyOptions {
  /** Such as `/team`; empty for none. */
  readonly path: string
  readonly isTakenOff: boolean
  /** It speaks TLS with this certificate. */
  readonly tls?: { readonly cert: string; readonly key: string }
  /** Headers that it adds. */
  readonly headers?: Readonly<Record<string, string>>
}

/** Starts one in front of the hub at a port, which may be known later. */
export async function startPathProxy(
  hub: () => number,
  { headers = {}, isTakenOff, path, tls }: PathProxyOptions,
): Promise<PathProxy> {
  const changes = new Map<string, (text: string) => string>()
  const open = new Set<Socket>()
  const pathOf = ({ url = "/" }: IncomingMessage): string | undefined =>
    !url.startsWith(path) ? undefined : isTakenOff ? url.slice(path.length) || "/" : url
  const optionsOf = (request: IncomingMessage, to: string) => ({
    ...{ host: "127.0.0.1", port: hub(), method: request.method, path: to, agent: false as const },
    headers: { ...request.headers, ...headers },
  })
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const to = pathOf(request)
    if (to === undefined) return void response.writeHead(404).end("another program")
    const change = changes.get((request.url ?? "").slice(path.length))
    const options = optionsOf(request, to)
    if (change !== undefined) options.headers = { ...options.headers, "accept-encoding": "identity", "if-none-match": "" }
    const forward = ask(options, (answer) => {
      if (change === undefined) {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        return void answer.pipe(response)
      }
      const chunks: Array<Buffer> = []
      answer.on("data", (chunk: Buffer) => chunks.push(chunk))
      answer.on("end", () => {
        const text = change(Buffer.concat(chunks).toString())
        response.writeHead(answer.statusCode ?? 502, { ...answer.headers, "content-length": Buffer.byteLength(text) }).end(text)
      })
    })
    forward.on("error", () => response.writeHead(502).end())
    request.pipe(forward)
  }
  const server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer)
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const to = pathOf(request)
    if (to === undefined) return void socket.destroy()
    const forward = ask(optionsOf(request, to))
    forward.on("upgrade", (answer, other: Socket, rest: Buffer) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`)
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`)
      socket.write(rest)
      other.write(head)
      for (const one of [socket, other]) one.on("error", () => one.destroy())
      socket.pipe(other).pipe(socket)
    })
    forward.on("response", (answer) => socket.end(`HTTP/1.1 ${answer.statusCode} refused\r\nconnection: close\r\n\r\n`))
    forward.on("error", () => socket.destroy())
    forward.end()
  })
  server.on("connection", (socket: Socket) => {
    open.add(socket)
    socket.once("close", () => open.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    origin: `${tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    change: (name, how) => void changes.set(name, how),
    stop: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
