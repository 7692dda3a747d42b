/** The stream socket on a bare HTTP server, and a client that speaks its frames by hand. */
import { createHash, randomUUID } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import WebSocket from "ws"
import { decodeServerFrame, FRAME_EVENTS, type ServerFrame } from "@holdfast/protocol/frame"
import { readRecords, RECORD_OUTPUT } from "@holdfast/protocol/record"
import type { Settings } from "@holdfast/protocol/settings"
import { SOCKET_PROTOCOL } from "@holdfast/protocol/stream-socket"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { Hub } from "@holdfast/hub/Hub"
import { makeSocketDoor } from "@holdfast/doors/socket/makeSocketDoor"
import type { SocketDoor } from "@holdfast/doors/SocketDoor"
import { type House, OWNER, testSettings } from "./hub-house.ts"
import { Watch } from "./Watch.ts"

/** A listening door. */
export interface SocketHouse {
  readonly door: SocketDoor
  readonly port: number
  readonly close: () => Promise<void>
}

/** What a test puts in place of the house's own. */
export interface SocketHouseOptions {
  readonly hub?: Hub["Service"]
  readonly telemetry?: Telemetry
}

/** Serves the stream socket of a house; every upgrade is allowed. */
export async function openSocket(
  house: House,
  settings: Partial<Settings> = {},
  { hub = house.hub, telemetry }: SocketHouseOptions = {},
): Promise<SocketHouse> {
  const door = await house.run(makeSocketDoor(testSettings(settings), "0.1.0", telemetry).pipe(Effect.provideService(Hub, hub)))
  const server = createServer()
  server.on("upgrade", (request, socket, head) => door.accept(request, socket, head, OWNER))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    door,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      await door.stop()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Answer = {
  readonly _tag: string
  readonly value?: Record<string, unknown>
  readonly cause?: ReadonlyArray<{ readonly error?: Record<string, unknown> }>
}

/** Everything a client received, in order. */
export type Received =
  | { readonly kind: "answer"; readonly id: string; readonly answer: Answer }
  | { readonly kind: "frame"; readonly frame: ServerFrame }

/** A client that keeps everything it received. */
export class RawClient {
  readonly ws: WebSocket
  readonly received: Array<Received> = []
  /** Digest, length and end of all terminal output, and the last seq of any event. */
  readonly digest = createHash("sha256")
  outputBytes = 0
  tail = ""
  lastSeq = 0
  closed: { readonly code: number; readonly reason: string } | undefined
  #next = 1
  readonly #watch = new Watch()

  /** `token`: the credential that the guard of a whole server wants. */
  constructor(port: number, protocol: string = SOCKET_PROTOCOL, token?: string) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    this.ws = new WebSocket(`ws://127.0.0.1:${port}/api/socket`, protocol, { headers })
    this.ws.on("message", (data: Buffer, binary: boolean) => {
      if (binary) this.#frame(decodeServerFrame(new Uint8Array(data)))
      else {
        type Message = { readonly _tag: string; readonly requestId: string; readonly exit: Answer }
        const parsed = JSON.parse(data.toString()) as Message | ReadonlyArray<Message>
        for (const { _tag, requestId, exit } of [parsed].flat()) {
          if (_tag === "Exit") this.received.push({ kind: "answer", id: String(requestId), answer: exit })
        }
      }
      this.#watch.wake()
    })
    this.ws.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#watch.wake()
    })
    this.ws.on("error", () => this.#watch.wake())
  }

  /** Opens and says hello; `connection` is another one each time where a test does not name it. */
  async hello(client = "raw-client-1", connection: string = randomUUID()): Promise<Answer> {
    await new Promise<void>((resolve, reject) => {
      if (this.ws.readyState === WebSocket.OPEN) resolve()
      this.ws.once("open", resolve)
      this.ws.once("error", reject)
    })
    return this.call("Hello", { protocol: 1, client, connection, name: "raw" })
  }

  /** Sends a command and waits for its answer. */
  async call(tag: string, payload: unknown = null): Promise<Answer> {
    const id = this.start(tag, payload)
    await this.until(`the answer to ${tag}`, () => this.answerOf(id) !== undefined)
    return this.answerOf(id) as Answer
  }

  /** Sends a command; gives its id. */
  start(tag: string, payload: unknown = null): string {
    const id = String(this.#next++)
    this.ws.send(JSON.stringify({ _tag: "Request", id, tag, payload, headers: [] }))
    return id
  }

  answerOf(id: string): Answer | undefined {
    for (const one of this.received) if (one.kind === "answer" && one.id === id) return one.answer
    return undefined
  }

  /** Frames of one type. */
  frames<T extends ServerFrame["type"]>(type: T): ReadonlyArray<Extract<ServerFrame, { readonly type: T }>> {
    return this.received.flatMap((one) =>
      one.kind === "frame" && one.frame.type === type ? [one.frame as Extract<ServerFrame, { readonly type: T }>] : [],
    )
  }

  /** Waits, bounded. */
  until(what: string, condition: () => boolean, milliseconds = 10_000): Promise<void> {
    return this.#watch.until(what, condition, milliseconds, () => `closed: ${JSON.stringify(this.closed)}`)
  }

  #frame(frame: ServerFrame): void {
    this.received.push({ kind: "frame", frame })
    if (frame.type !== FRAME_EVENTS) return
    for (const { kind, body, seq } of readRecords(frame.records)) {
      this.lastSeq = seq
      if (kind !== RECORD_OUTPUT) continue
      this.digest.update(body)
      this.outputBytes += body.length
      this.tail = (this.tail + Buffer.from(body.subarray(-64)).toString("latin1")).slice(-64)
    }
  }
}
