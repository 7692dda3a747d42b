/**
 * A subscriber that hears an agent: it knows when each word was said, when it arrived, and how turns end.
 *
 * The agent's words are times of the machine's monotonic clock in milliseconds (`[[stamp N MS]]`).
 */
import { RECORD_JSON } from "@holdfast/protocol/record"
import { now, stampsOf } from "../load/stamp.ts"
import type { Stream, Wire } from "./wire.ts"

/** Bytes before the JSON of a record (E-6). */
const JSON_HEADER_BYTES = 17

interface HeardEvent {
  readonly time: number
  readonly channel: string
  readonly type: string
  readonly data: { readonly delta?: string; readonly outcome?: string }
}

/** What was heard. Times are milliseconds; counters grow as frames arrive. */
export interface Ear {
  stream: Stream | undefined
  /** From the agent's process to this subscriber, one per word. */
  lags: Array<number>
  /** From the agent's process to the runner's journal, one per word; its clock shows whole milliseconds. */
  toRunner: Array<number>
  /** Words since `forget`, those of a snapshot's streaming turn included. */
  words: number
  turns: number
  outcome: string
  /** When the first event of the agent since `forget` arrived, by the monotonic clock. */
  firstAt: number
  changed: () => void
}

/** Epoch milliseconds minus the monotonic clock; half a millisecond stands for what the journal's clock cuts off. */
const epochOffset = performance.timeOrigin + performance.now() - now() - 0.5

/** Attaches to a session at its end, with a snapshot. */
export async function listen(wire: Wire, session: string): Promise<Ear> {
  const ear: Ear = {
    stream: undefined,
    lags: [],
    toRunner: [],
    words: 0,
    turns: 0,
    outcome: "",
    firstAt: 0,
    changed: () => {},
  }
  ear.stream = await wire.attach(session, {}, () => ear.changed(), {
    received: (bytes) => hear(ear, bytes),
    screen: (bytes) => see(ear, bytes),
  })
  return ear
}

/** Forgets the words that were heard. */
export function forget(ear: Ear): void {
  ear.words = 0
  ear.lags = []
  ear.toRunner = []
  ear.firstAt = 0
}

function hear(ear: Ear, bytes: Buffer): void {
  const arrived = now()
  for (let at = 0; at < bytes.length;) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (bytes[at + 4] === RECORD_JSON)
      take(ear, JSON.parse(bytes.toString("latin1", at + JSON_HEADER_BYTES, end)) as HeardEvent, arrived)
    at = end
  }
}

/** The streaming turn as a snapshot shows it. */
function see(ear: Ear, bytes: Buffer): void {
  const { live } = JSON.parse(bytes.toString("utf8")) as {
    readonly live?: { readonly parts: ReadonlyArray<{ readonly text?: string }> }
  }
  for (const { text = "" } of live?.parts ?? []) ear.words += stampsOf(text).length
}

function take(ear: Ear, { channel, type, data, time }: HeardEvent, arrived: number): void {
  if (channel === "agent" && ear.firstAt === 0) ear.firstAt = arrived
  if (channel === "agent" && type === "text-delta") {
    for (const said of stampsOf(data.delta ?? "")) {
      ear.words++
      ear.lags.push(arrived - said)
      ear.toRunner.push(time - epochOffset - said)
    }
  } else if (channel === "turn" && type === "ended") {
    ear.turns++
    ear.outcome = data.outcome ?? ""
  }
}
