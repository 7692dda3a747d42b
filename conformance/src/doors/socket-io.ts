/**
 * The Socket.IO door, through the official client, which the caller passes in. The client's own reconnection is off: the suite
 * attaches again with the cursor.
 */
import type { Event } from "@holdfast/protocol/event"
import {
  type AttachWith,
  type DoorItem,
  type DoorReader,
  DoorRefused,
  type DoorUnderTest,
  refusalIn,
  type SendWith,
} from "../door.ts"
import { eventItem, type HubUnderTest } from "../hub.ts"
import { ItemQueue } from "../item-queue.ts"

/** The part of the official client's transport that is used to cut it off and to stop reading. */
interface Transport {
  readonly name: string
  readonly ws?: { terminate(): void; pause(): void; resume(): void }
  doPoll?: () => void
}

/** The part of the official client's socket that is used. */
export interface IoSocket {
  on(event: string, listener: (...given: Array<never>) => void): unknown
  emitWithAck(event: string, ...given: ReadonlyArray<unknown>): Promise<unknown>
  disconnect(): unknown
  readonly io: { readonly engine: { readonly transport: object; close(): unknown } }
}

/** `io` of `socket.io-client`. */
export type Io = (url: string, options: object) => IoSocket

/** Milliseconds to wait for the connection and for an acknowledgement. */
const LIMIT = 20_000

type Noted = Omit<Event, "channel"> & {
  readonly runId: string
  readonly channel: string
  readonly name: string
  readonly reason?: string
}

function itemOf({ name, ...event }: Noted): DoorItem {
  if (name === "synced") return { kind: "synced", seq: event.seq }
  if (name === "snapshot") return { kind: "snapshot", seq: event.seq, reason: event.reason ?? "" }
  if (name === "detached") return { kind: "ended", tag: "Detached", message: event.reason ?? "" }
  const [channel = "", type = ""] = name.split("/")
  return eventItem({ ...event, channel, type })
}

/** Connects, or says why the server does not let us. */
function connect(hub: HubUnderTest, io: Io, transport: string, token: string): Promise<IoSocket> {
  const socket = io(hub.url, {
    transports: [transport],
    forceNew: true,
    reconnection: false,
    ackTimeout: LIMIT,
    timeout: LIMIT,
    extraHeaders: { authorization: `Bearer ${token}` },
  })
  return new Promise((resolve, reject) => {
    socket.on("connect", () => resolve(socket))
    socket.on("connect_error", (error: Error & { readonly description?: unknown }) => {
      const said = `${error.message} ${describe(error.description)}`
      const status = /\b(40[0-9]|50[0-9])\b/.exec(said)?.[1]
      reject(new DoorRefused(status === "401" ? "Unauthorized" : status === "403" ? "Forbidden" : "Unreachable", said))
    })
  })
}

/** The client describes a failure as a status or as an error event. */
function describe(description: unknown): string {
  if (typeof description !== "object" || description === null) return String(description)
  const { message, error } = description as { readonly message?: unknown; readonly error?: unknown }
  return `${String(message ?? "")} ${error instanceof Error ? error.message : ""}`
}

async function ask(socket: IoSocket, event: string, body: object): Promise<unknown> {
  const answer = await socket.emitWithAck(event, body)
  if (typeof answer === "object" && answer !== null && "error" in answer)
    throw refusalIn(answer, `the acknowledgement of ${event}`)
  return answer
}

async function attach(hub: HubUnderTest, io: Io, transport: string, request: AttachWith): Promise<DoorReader> {
  const { session, token, after, log } = request
  const socket = await connect(hub, io, transport, token)
  const queue = new ItemQueue()
  socket.on("run:event", (event: Noted) => queue.push(itemOf(event)))
  socket.on("disconnect", (reason: string) => queue.lose(reason))
  const flow = flowOf(socket)
  const reader: DoorReader = { next: () => queue.next(), ...flow, close: () => void socket.disconnect() }
  try {
    await ask(socket, "client:hello", { clientId: `conformance-${crypto.randomUUID().slice(0, 8)}` })
    const cursor = { ...(after === undefined ? {} : { after }), ...(log === undefined ? {} : { log }) }
    await ask(socket, "run:attach", { runId: session, ...cursor })
    return reader
  } catch (error) {
    socket.disconnect()
    throw error
  }
}

/** How the connection under the client is broken, and how it is not read from. */
function flowOf({ io }: IoSocket): Pick<DoorReader, "cut" | "pause" | "resume"> {
  const { engine } = io
  const transport = engine.transport as Transport
  const { ws } = transport
  if (ws !== undefined) return { cut: () => ws.terminate(), pause: () => ws.pause(), resume: () => ws.resume() }
  const poll = transport.doPoll?.bind(transport) ?? (() => undefined)
  let isPaused = false
  let waits = false
  transport.doPoll = () => {
    if (isPaused) waits = true
    else poll()
  }
  return {
    cut: () => engine.close(),
    pause: () => {
      isPaused = true
    },
    resume: () => {
      isPaused = false
      if (waits) poll()
      waits = false
    },
  }
}

async function send(hub: HubUnderTest, io: Io, transport: string, { session, token, text, key }: SendWith): Promise<unknown> {
  const socket = await connect(hub, io, transport, token)
  try {
    return await ask(socket, "run:input", { runId: session, key, data: text })
  } finally {
    socket.disconnect()
  }
}

/** The Socket.IO door of a server, over one of its transports. */
export function socketIoDoor(hub: HubUnderTest, io: Io, transport: "websocket" | "polling" = "websocket"): DoorUnderTest {
  const path = `/socket.io/?EIO=4&transport=${transport}`
  return {
    name: `Socket.IO (${transport})`,
    shows: "events",
    entries:
      transport === "websocket"
        ? [{ method: "GET", path, upgrade: [] }]
        : [
            { method: "GET", path },
            { method: "POST", path: `${path}&sid=none`, body: "3", contentType: "text/plain;charset=UTF-8" },
          ],
    attach: (request) => attach(hub, io, transport, request),
    send: (request) => send(hub, io, transport, request),
    // What is typed and what is said are one event of this door.
    type: (request) => send(hub, io, transport, request),
  }
}
