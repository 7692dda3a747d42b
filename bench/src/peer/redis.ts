/**
 * Redis as a peer: a server of its own with `appendonly` and `appendfsync always`, spoken to over loopback.
 */
import { once } from "node:events"
import { createServer, connect, type Socket } from "node:net"
import { endProcess, startProcess } from "../process/children.ts"
import { within } from "../process/within.ts"
import { programPath } from "../process/program-path.ts"
import { Replies, type RedisReply } from "./redis-replies.ts"

/** A TCP port on loopback that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}

/** One connection that pipelines: answers come in the order of the commands. */
export interface RedisConnection {
  readonly send: (...words: ReadonlyArray<string | Buffer>) => Promise<RedisReply>
  readonly close: () => void
}

async function connectRedis(port: number): Promise<RedisConnection> {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true })
  await once(socket, "connect")
  const waiting: Array<{ readonly done: (reply: RedisReply) => void; readonly fail: (error: Error) => void }> = []
  let failed: Error | undefined
  const fail = (error: Error): void => {
    failed = error
    for (const one of waiting.splice(0)) one.fail(error)
  }
  const replies = new Replies((reply) => {
    const one = waiting.shift()
    if (reply instanceof Error) one?.fail(reply)
    else one?.done(reply)
  })
  socket.on("data", (bytes) => replies.push(bytes))
  socket.on("error", fail)
  socket.on("close", () => fail(new Error("redis closed the connection")))
  let out: Array<Buffer> = []
  const flush = (): void => {
    socket.write(Buffer.concat(out))
    out = []
  }
  return {
    send: (...words) =>
      new Promise((done, fails) => {
        if (failed !== undefined) return fails(failed)
        waiting.push({ done, fail: fails })
        if (out.length === 0) queueMicrotask(flush)
        out.push(Buffer.from(`*${words.length}\r\n`))
        for (const word of words) out.push(Buffer.from(`$${Buffer.byteLength(word)}\r\n`), Buffer.from(word), Buffer.from("\r\n"))
      }),
    close: () => socket.destroy(),
  }
}

/** A running server. */
export interface Redis {
  readonly pid: number
  readonly connect: () => Promise<RedisConnection>
  readonly end: () => Promise<void>
}

/** Starts Redis with its data in `directory`. Throws `Missing` when it is not installed. */
export async function startRedis(directory: string): Promise<Redis> {
  const program = programPath("redis-server", "redis-server")
  const port = await freePort()
  const settings = {
    port: String(port),
    bind: "127.0.0.1",
    dir: directory,
    save: "",
    appendonly: "yes",
    appendfsync: "always",
    daemonize: "no",
  }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
  const child = startProcess(program, args, { stdio: ["ignore", "pipe", "inherit"] })
  const ready = Promise.withResolvers<void>()
  let printed = ""
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    printed = (printed + text).slice(-10_000)
    if (printed.includes("Ready to accept connections")) ready.resolve()
  })
  child.once("exit", (code) => ready.reject(new Error(`redis-server ended with ${code}: ${printed.slice(-500)}`)))
  child.once("error", (error) => ready.reject(error))
  await within("redis-server is ready", 10_000, ready.promise)
  return { pid: child.pid ?? 0, connect: () => connectRedis(port), end: () => endProcess(child) }
}
