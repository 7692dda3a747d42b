/// <reference types="node" />
/**
 * A hub for tests of the client alone: one session whose log is in memory, the wire as PROTOCOL.md has it, and switches
 * for what a real hub never does on purpose (gaps, doubles, silence).
 */
import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { connect, createServer as createTcpServer, type AddressInfo, type Socket as TcpSocket } from "node:net"
import { WebSocket, WebSocketServer } from "ws"
import {
  decodeClientFrame,
  encodeDetached,
  encodeEvents,
  encodeFeed,
  encodeHeartbeat,
  encodeInputResult,
  encodeSnapshot,
  encodeSynced,
  FRAME_ACK,
  FRAME_INPUT,
  FRAME_PING,
  FRAME_RESIZE,
} from "@holdfast/protocol/frame"
import { encodeOutput, type LogRecord } from "@holdfast/protocol/record"
import { Connection, type ConnectionOptions } from "../src/Connection.ts"
import { wsSocket } from "../src/socket.ts"

/** Id of the one session. */
export const SESSION = "01890000-0000-7000-8000-000000000001"
const HANDLE = 7

interface Peer {
  readonly socket: WebSocket
  client: string
  attached: boolean
  sent: number
}

/** The hub. */
export class ScriptedHub {
  readonly log: Array<LogRecord> = []
  readonly attaches: Array<Record<string, unknown>> = []
  readonly acks: Array<number> = []
  readonly typed: Array<string> = []
  readonly sizes: Array<string> = []
  readonly watches: Array<unknown> = []
  /** What came: the commands of each text message, and frames. */
  readonly heard: Array<ReadonlyArray<string> | "frame"> = []
  pings = 0
  logName = "log-1"
  silence = 30_000
  /** HTTP status that upgrades are refused with. */
  refuse: number | undefined
  /** The one credential that is taken; any when absent. */
  credential: string | undefined
  /** Credentials that were shown, in order. */
  readonly shown: Array<string> = []
  /** What `Hello` said, in order. */
  readonly hellos: Array<Record<string, unknown>> = []
  kind = "terminal"
  /** Bytes that may be unacknowledged; the rest waits. */
  window = Number.POSITIVE_INFINITY
  /** Changes what is sent for a range of records; for gaps and doubles. */
  tamper: (records: ReadonlyArray<LogRecord>) => ReadonlyArray<LogRecord> = (records) => records
  attachError: Record<string, unknown> | undefined
  answersPing = true
  settles = true
  /** A hub that was restarted knows nothing of settled inputs; what carries them out does. */
  knowsInputs = true
  /** The feed begins anew. */
  resets = false
  readonly clients = new Set<string>()
  connections = 0
  acked = 0
  readonly #settled = new Map<string, number>()
  readonly #peers = new Set<Peer>()
  readonly #server: Server = createServer()
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly #raw = new Set<TcpSocket>()

  async start(): Promise<this> {
    this.#server.on("connection", (socket: TcpSocket) =>
      this.#raw.add(socket.on("close", () => this.#raw.delete(socket)).on("error", () => undefined)),
    )
    this.#server.on("upgrade", (request, socket, head) => {
      const shown = String(request.headers.authorization).replace("Bearer ", "")
      this.shown.push(shown)
      if (this.credential !== undefined && shown !== this.credential)
        return void socket.end("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
      if (this.refuse !== undefined) return void socket.end(`HTTP/1.1 ${this.refuse} No\r\nContent-Length: 0\r\n\r\n`)
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#serve(opened))
    })
    this.#server.listen(0, "127.0.0.1")
    await once(this.#server, "listening")
    return this
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async stop(): Promise<void> {
    for (const socket of this.#raw) socket.destroy()
    const closed = once(this.#server, "close")
    this.#server.close()
    await closed
  }

  /** Cuts every connection. */
  cut(): void {
    for (const { socket } of this.#peers) socket.terminate()
  }

  /** Appends outputs and sends them to who is attached, unless `quiet`. */
  append(texts: ReadonlyArray<string>, quiet = false): void {
    for (const text of texts)
      this.log.push(encodeOutput(this.log.length + 1, 1000 + this.log.length, new TextEncoder().encode(text)))
    if (!quiet) this.flush()
  }

  /** Sends what attached clients do not have, as far as the window goes. */
  flush(): void {
    for (const peer of this.#peers) {
      if (!peer.attached) continue
      const due = this.log.slice(peer.sent).filter((record) => record.seq <= this.acked + this.window)
      if (due.length === 0) continue
      peer.sent += due.length
      peer.socket.send(
        encodeEvents(
          HANDLE,
          this.tamper(due).map(({ bytes }) => bytes),
        ),
      )
    }
  }

  heartbeat(): void {
    for (const { socket } of this.#peers) socket.send(encodeHeartbeat(1, [{ handle: HANDLE, seq: this.log.length }]))
  }

  feed(change: number, sessions: ReadonlyArray<unknown>, announcements?: ReadonlyArray<unknown>): void {
    for (const { socket } of this.#peers)
      socket.send(encodeFeed(change, sessions, true, announcements === undefined ? {} : { announcements }))
  }

  detach(reason: string): void {
    for (const { socket } of this.#peers) socket.send(encodeDetached(HANDLE, reason))
  }

  raw(bytes: Uint8Array): void {
    for (const { socket } of this.#peers) socket.send(bytes)
  }

  #serve(socket: WebSocket): void {
    this.connections += 1
    const peer: Peer = { socket, client: "", attached: false, sent: 0 }
    this.#peers.add(peer)
    socket.on("error", () => undefined).on("close", () => this.#peers.delete(peer))
    socket.on("message", (data: Buffer, binary) => {
      const commands = binary ? [] : [JSON.parse(data.toString())].flat()
      this.heard.push(binary ? "frame" : commands.map(({ tag }) => tag))
      if (binary) return this.#frame(peer, data)
      for (const command of commands) this.#command(peer, command)
    })
  }

  #command(peer: Peer, request: { id: string; tag: string; payload: Record<string, unknown> }): void {
    const answer = (value: unknown): void =>
      peer.socket.send(JSON.stringify({ _tag: "Exit", requestId: request.id, exit: { _tag: "Success", value } }))
    const fail = (error: unknown): void =>
      peer.socket.send(
        JSON.stringify({ _tag: "Exit", requestId: request.id, exit: { _tag: "Failure", cause: [{ _tag: "Fail", error }] } }),
      )
    switch (request.tag) {
      case "Hello":
        peer.client = String(request.payload["client"])
        this.clients.add(peer.client)
        this.hellos.push(request.payload)
        return answer({ protocol: 1, version: "0.0.0", hub: "hub-1", silence: this.silence })
      case "Attach":
        this.attaches.push(request.payload)
        if (this.attachError !== undefined) return fail(this.attachError)
        answer({
          handle: HANDLE,
          session: { id: SESSION, label: "x", kind: this.kind },
          log: this.logName,
          seat: `seat of ${peer.client}`,
          inputs: this.knowsInputs ? (this.#settled.get(peer.client) ?? 0) : 0,
        })
        return this.#begin(peer, request.payload)
      case "Detach":
        peer.attached = false
        return answer(null)
      case "WatchSessions":
        this.watches.push(request.payload)
        return answer({ change: this.resets ? 0 : 5, feed: this.resets ? "other" : "feed", reset: this.resets })
      default:
        return answer({ seq: 1 })
    }
  }

  #begin(peer: Peer, payload: Record<string, unknown>): void {
    const after = payload["after"]
    const foreign = payload["log"] !== undefined && payload["log"] !== this.logName
    if (typeof after === "number" && !foreign && after <= this.log.length) peer.sent = after
    else {
      const reason = after === undefined ? "fresh" : "reset"
      peer.sent = this.log.length
      peer.socket.send(
        encodeSnapshot(
          HANDLE,
          this.log.length,
          { reason, cols: 80, rows: 24 },
          new TextEncoder().encode(`screen@${this.log.length}`),
        ),
      )
    }
    this.acked = Math.max(this.acked, peer.sent)
    peer.attached = true
    this.flush()
    peer.socket.send(encodeSynced(HANDLE, peer.sent))
  }

  #frame(peer: Peer, data: Buffer): void {
    const frame = decodeClientFrame(data)
    if (frame.type === FRAME_PING) {
      this.pings += 1
      if (this.answersPing) peer.socket.send(encodeHeartbeat(frame.time, []))
    } else if (frame.type === FRAME_ACK) {
      this.acks.push(frame.seq)
      this.acked = Math.max(this.acked, frame.seq)
      this.flush()
    } else if (frame.type === FRAME_RESIZE) this.sizes.push(`${frame.cols}x${frame.rows}`)
    else if (frame.type === FRAME_INPUT && this.settles) {
      if (frame.number > (this.#settled.get(peer.client) ?? 0)) {
        this.#settled.set(peer.client, frame.number)
        this.typed.push(new TextDecoder().decode(frame.bytes))
      }
      peer.socket.send(encodeInputResult(HANDLE, frame.number))
    }
  }
}

/** A connection to a port on loopback with short waits. */
export function connectTo(port: number, options: Partial<ConnectionOptions> = {}): Connection {
  return new Connection({
    open: wsSocket(WebSocket, `ws://127.0.0.1:${port}/api/socket`, "token"),
    name: "test",
    backoff: { first: 5, most: 40 },
    ...options,
  })
}

/** A proxy that cuts each connection after the number of bytes `next` gives, in either direction. */
export async function cuttingProxy(
  target: () => number,
  next: () => number,
): Promise<{ readonly port: number; readonly stop: () => Promise<void> }> {
  const open = new Set<TcpSocket>()
  const server = createTcpServer((client) => {
    const upstream = connect(target(), "127.0.0.1")
    let left = next()
    const end = (): void => {
      client.resetAndDestroy()
      upstream.resetAndDestroy()
    }
    const carry = (to: TcpSocket) => (chunk: Buffer) => {
      left -= chunk.length
      if (left > 0) return void to.write(chunk)
      to.write(chunk.subarray(0, Math.max(0, chunk.length + left)))
      setImmediate(end)
    }
    client.on("data", carry(upstream))
    upstream.on("data", carry(client))
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on("error", end).on("close", () => {
        open.delete(socket)
        end()
      })
    }
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server, "close")
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
