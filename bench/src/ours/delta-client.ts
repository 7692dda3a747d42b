/**
 * A station: our client on frames as a hub sends them: from the bytes of a frame to the message that an accumulator shows (`view`),
 * and to the cell of the part that a component of React shows, with a frame of the page for each delta (`cell`).
 *
 * The socket is fed from here, so that nothing of the system's is in the figure; everything else is the library as it is.
 */
import { chunkOf, Connection, decodeEvent, type OpenSocket, type SocketEvents } from "@holdfast/client"
import { Attachment } from "@holdfast/client/Attachment"
import { Accumulator, HubModel, type Hub } from "@holdfast/client/model"
import { encodeEvents, encodeSnapshot, encodeSynced } from "@holdfast/protocol/frame"
import { encodeEvent } from "@holdfast/protocol/record"
import type { Event } from "@holdfast/protocol/event"
import { costOf, type DeltaReader, encodedTurns, eventsOf, type TurnParts } from "../load/deltas.ts"
import { idOf, pageText, recordText } from "../load/pages.ts"
import { answer, figure } from "../process/station.ts"

const SESSION = idOf(1)
const HANDLE = 1
/** Last seq before the first turn. */
const BEFORE = 200

interface Request {
  readonly id: string
  readonly tag: string
}

/** A hub as one connection sees it: it answers `Hello` and `Attach`, and sends what it is told to. */
class FedSocket {
  #events: SocketEvents | undefined

  readonly open: OpenSocket = (events) => {
    this.#events = events
    queueMicrotask(() => events.open())
    return { send: (data) => void (typeof data === "string" && this.#asked(data)), close: () => undefined }
  }

  readonly frame = (bytes: Uint8Array): void => this.#events?.bytes(bytes)

  #asked(text: string): void {
    for (const request of [JSON.parse(text) as Request | ReadonlyArray<Request>].flat())
      queueMicrotask(() => this.#reply(request))
  }

  #reply({ id, tag }: Request): void {
    const hello = { protocol: 1, version: "0.1.0", hub: "bench", silence: 3_600_000 }
    const session: unknown = JSON.parse(recordText(1))
    const value = tag === "Hello" ? hello : { handle: HANDLE, session, log: "log", seat: "seat", inputs: 0 }
    this.#events?.text(JSON.stringify({ _tag: "Exit", requestId: id, exit: { _tag: "Success", value } }))
    if (tag !== "Attach") return
    this.frame(encodeSnapshot(HANDLE, BEFORE, { reason: "fresh", kind: "agent" }, new TextEncoder().encode(pageText(1))))
    this.frame(encodeSynced(HANDLE, BEFORE))
  }
}

/** The frames of turns, in the order of one log. */
function framesOf(count: number): Iterable<TurnParts<Uint8Array>> {
  let seq = BEFORE + 1
  const partsOf = (turn: number): TurnParts<Event> => {
    const parts = eventsOf(turn, seq)
    seq += parts.begin.length + parts.deltas.length + parts.end.length
    return parts
  }
  return encodedTurns(count, partsOf, (event) => encodeEvents(HANDLE, [encodeEvent(event).bytes]))
}

/** Follows as a program does that shows messages by itself. */
function openView(socket: FedSocket, connection: Connection): DeltaReader<Uint8Array> {
  let shown = new Accumulator({ turn: "", createdAt: 0, parts: [], open: [], grown: 0 })
  let length = 0
  const attachment = new Attachment(connection, { session: SESSION, mode: "viewer" })
  void attachment.consume((item) => {
    if (item._tag !== "Event") return
    const event = decodeEvent(item.record)
    const chunk = chunkOf(event)
    if (chunk === undefined || event.turn === undefined) return
    if (event.turn !== shown.turn)
      shown = new Accumulator({ turn: event.turn, createdAt: event.time, parts: [], open: [], grown: 0 })
    shown.tell(chunk)
    length = textLength(shown.message().parts.at(-1))
  })
  return { give: socket.frame, shown: () => length }
}

/** Shows the last part of the streaming message, as the components of React do. */
function openCell(socket: FedSocket, connection: Connection): DeltaReader<Uint8Array> {
  const hub = { connection, close: () => connection.close() } as Hub
  const schedule = (f: () => void): (() => void) => {
    let isDue = true
    queueMicrotask(() => void (isDue && f()))
    return () => void (isDue = false)
  }
  const model = new HubModel(hub, { schedule })
  model.holdSession(SESSION)
  const { messages } = model.view(SESSION).transcript
  let length = 0
  let stop = (): void => undefined
  messages.ids.subscribe(() => {
    stop()
    const id = messages.ids.get().at(-1)
    // Its first part is where the step began.
    const part = id === undefined ? undefined : messages.of(id)?.part(1)
    if (part !== undefined) stop = part.subscribe(() => (length = textLength(part.get())))
  })
  return { give: socket.frame, shown: () => length }
}

const textLength = (part: unknown): number => ((part as { readonly text?: string } | undefined)?.text ?? "").length

async function measure(
  turns: number,
  open: (socket: FedSocket, connection: Connection) => DeltaReader<Uint8Array>,
): Promise<number> {
  const socket = new FedSocket()
  const connection = new Connection({ open: socket.open, name: "bench" })
  await connection.online()
  const reader = open(socket, connection)
  await new Promise((done) => void setImmediate(done))
  const cost = await costOf(framesOf(turns), reader)
  connection.close()
  return cost
}

answer({
  run: async (fields) => {
    const turns = figure(fields, "turns")
    return { view: await measure(turns, openView), cell: await measure(turns, openCell) }
  },
})
