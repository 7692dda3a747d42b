/**
 * Turns of many text deltas, given to a client one after the other, as an agent says them: what each costs the client's process.
 */
import { setTimeout as pause } from "node:timers/promises"
import type { Event } from "@holdfast/protocol/event"

/** Deltas of a turn. */
export const DELTAS = 400

/** Id of the one text of a turn. */
const TEXT = "text-1"

const deltaOf = (at: number): string => `${"streaming".slice(0, 2 + (at % 8))} `

/** Characters of the text of a whole turn. */
export const TURN_LENGTH = Array.from({ length: DELTAS }, (_, at) => deltaOf(at).length).reduce((sum, length) => sum + length, 0)

/** Id of a turn by its number. */
export function turnOf(turn: number): string {
  return `01998c1e-7d5a-7c3e-9b1b-${String(turn).padStart(12, "0")}`
}

/** A chunk of a stream of the AI SDK, which is what an agent's event holds. */
type Chunk = Readonly<Record<string, string>> & { readonly type: string }

/** What is made of the parts of some turns, each turn's when it is its turn. */
export function* encodedTurns<A, B>(
  count: number,
  partsOf: (turn: number) => TurnParts<A>,
  encode: (part: A) => B,
): Generator<TurnParts<B>> {
  for (let turn = 0; turn < count; turn++) {
    const { begin, deltas, end } = partsOf(turn)
    yield { begin: begin.map(encode), deltas: deltas.map(encode), end: end.map(encode) }
  }
}

/** What a turn begins with before its text grows, its deltas, and what it ends with. */
export interface TurnParts<A> {
  readonly begin: ReadonlyArray<A>
  readonly deltas: ReadonlyArray<A>
  readonly end: ReadonlyArray<A>
}

/** The chunks of a turn. */
export function chunksOf(turn: number): TurnParts<Chunk> {
  return {
    begin: [{ type: "start", messageId: turnOf(turn) }, { type: "start-step" }, { type: "text-start", id: TEXT }],
    deltas: Array.from({ length: DELTAS }, (_, at) => ({ type: "text-delta", id: TEXT, delta: deltaOf(at) })),
    end: [{ type: "text-end", id: TEXT }, { type: "finish-step" }, { type: "finish" }],
  }
}

/** The events of a turn, from `seq` on. */
export function eventsOf(turn: number, seq: number): TurnParts<Event> {
  const { begin, deltas, end } = chunksOf(turn)
  const id = turnOf(turn)
  let next = seq
  const place = (): { readonly seq: number; readonly time: number } => ({ seq: next++, time: 1_790_000_000_000 + next * 5 })
  const ofTurn = (type: string, data: object): Event => ({ ...place(), channel: "turn", type, turn: id, data }) as Event
  const ofAgent = ({ type, ...data }: Chunk): Event => ({ ...place(), channel: "agent", type, turn: id, data }) as Event
  return {
    begin: [ofTurn("started", { turn: id }), ...begin.map(ofAgent)],
    deltas: deltas.map(ofAgent),
    end: [...end.map(ofAgent), ofTurn("ended", { turn: id, outcome: "completed" })],
  }
}

/** Someone who is given the parts of turns, and shows the text. */
export interface DeltaReader<A> {
  readonly give: (part: A) => void
  /** Characters that it shows of the turn. */
  readonly shown: () => number
}

const turnOfTheLoop = (): Promise<void> => new Promise((done) => void setImmediate(done))

async function give<A>(parts: ReadonlyArray<A>, to: DeltaReader<A>["give"]): Promise<void> {
  for (const part of parts) {
    to(part)
    await turnOfTheLoop()
  }
}

/** Processor time of this process while parts are given, in microseconds. */
async function spent<A>(parts: ReadonlyArray<A>, to: DeltaReader<A>["give"]): Promise<number> {
  const before = process.cpuUsage()
  await give(parts, to)
  const { system, user } = process.cpuUsage(before)
  return system + user
}

/** Looks that are taken, a millisecond apart, until a reader shows everything: it may have broken off a long turn of the loop. */
const LOOKS_MOST = 2000

/**
 * Gives turns to a reader, one part in each turn of the event loop; microseconds of processor time of this process for each delta,
 * less what the loop alone takes.
 */
export async function costOf<A>(turns: Iterable<TurnParts<A>>, reader: DeltaReader<A>): Promise<number> {
  let sum = 0
  let count = 0
  for (const { begin, deltas, end } of turns) {
    await give(begin, reader.give)
    sum += (await spent(deltas, reader.give)) - (await spent(deltas, () => undefined))
    count += deltas.length
    for (let look = 0; look < LOOKS_MOST && reader.shown() !== TURN_LENGTH; look++) await pause(1)
    if (reader.shown() !== TURN_LENGTH) throw new Error(`${reader.shown()} of ${TURN_LENGTH} characters are shown`)
    await give(end, reader.give)
  }
  return sum / count
}
