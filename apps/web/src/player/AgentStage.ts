/**
 * A film of an agent's transcript: core's, at any event (docs/protocol/app-rules.md, APP-73, APP-76).
 *
 * Going to an event begins with the stored messages before its turn. Of a turn whose chunks are folded, the message is shown as far
 * as it had come; of one whose chunks are there, exactly as it was.
 */
import { Transcript } from "@holdfast/core/agent/messages"
import type { Message } from "@holdfast/protocol/agent/message"
import type { Event } from "@holdfast/protocol/event"
import type { FilmSource } from "./film-source.ts"
import { revealed } from "./revealed.ts"
import type { Stage } from "./stage.ts"

/** Messages that are shown before the moment. */
const MESSAGES = 50

/** Events of a page, and of one that is asked for what is near. */
const PAGE = 5000
const FEW = 20

/** Events of a streaming turn after which the transcript is kept, so that going back there is quick. */
const KEEP_EVERY = 2000

/** A turn whose chunks are folded: what they came to, and how many they were. */
interface FoldedTurn {
  readonly message: Message
  readonly events: number
}

/** A transcript after an event. */
interface Begin {
  readonly seq: number
  readonly state: ReturnType<Transcript["toState"]>
}

/** One inside a turn, with the event that the turn began with. */
interface Kept extends Begin {
  readonly turn: Event
}

const NONE: ReadonlyArray<Message> = []

/** The stage of agents. */
export class AgentStage implements Stage {
  readonly #source: FilmSource
  /** Grows with every change of what is shown. */
  version = 0
  #transcript = new Transcript()
  /** The turn that streams at this moment, how many of its events came, and how far the next are. */
  #turn: string | undefined
  #came = 0
  #next = 0
  readonly #folded = new Map<string, FoldedTurn | undefined>()
  #kept: ReadonlyArray<Kept> = []
  #asked = 0

  constructor(source: FilmSource) {
    this.#source = source
  }

  /** The messages at this moment. */
  messages(): ReadonlyArray<Message> {
    const messages = this.#transcript.messages()
    const folded = this.#turn === undefined ? undefined : this.#folded.get(this.#turn)
    if (folded === undefined || messages.some(({ id }) => id === this.#turn)) return messages
    const part = revealed(folded.message, (this.#came + this.#next) / Math.max(1, folded.events))
    return part.parts.length === 0 ? messages : [...messages, part]
  }

  async show(seq: number): Promise<void> {
    const asked = ++this.#asked
    // From inside a turn it is not far to another place in it, and when the turn began is known.
    const kept = this.#kept.findLast((one) => one.seq <= seq)
    if (kept !== undefined && (await this.#go(asked, seq, kept, kept.turn, true))) return
    const [turn] = await this.#source.before(seq + 1, 1, { channel: ["turn"], type: ["started", "ended"] })
    const open = turn?.type === "started" ? turn : undefined
    const from = await this.#before(open === undefined ? seq : open.seq - 1)
    await this.#go(asked, seq, from, open, false)
  }

  /** Goes from one event to a later one; `turn` is the one that is open there. False where a turn ended on a way that must be inside one. */
  async #go(asked: number, seq: number, from: Begin, turn: Event | undefined, isInside: boolean): Promise<boolean> {
    const transcript = new Transcript(from.state)
    let came = 0
    let next = 0
    for (let after = from.seq, isDone = after >= seq; !isDone;) {
      const page = await this.#source.events(after, Math.min(PAGE, seq - after + FEW))
      if (asked !== this.#asked) return true
      const isOver = (event: Event): boolean => event.seq <= seq && event.channel === "turn" && event.type === "ended"
      if (isInside && page.events.some(isOver)) return false
      await this.#prepare(page.events, turn?.seq ?? 0, seq)
      for (const event of page.events) {
        if (event.seq > seq) {
          if (event.from !== undefined && event.from <= seq) next = seq - event.from + 1
          break
        }
        transcript.apply(event)
        if (event.type === "folded") came += countOf(event)
      }
      after = page.events.at(-1)?.seq ?? seq
      isDone = page.atHead || after >= seq
      if (!isDone && turn !== undefined) this.#keep(after, transcript, turn)
    }
    if (asked !== this.#asked) return true
    this.#transcript = transcript
    this.#turn = turn === undefined ? undefined : turnOf(turn)
    this.#came = came
    this.#next = next
    this.version++
    return true
  }

  prepare(events: ReadonlyArray<Event>): Promise<void> {
    return this.#prepare(events, 0)
  }

  apply(event: Event): void {
    this.#transcript.apply(event)
    this.#next = 0
    if (event.channel === "turn" && event.type === "started") {
      this.#turn = turnOf(event)
      this.#came = 0
    } else if (event.channel === "turn" && event.type === "ended") this.#turn = undefined
    else if (event.type === "folded" && event.turn === this.#turn) this.#came += countOf(event)
    this.version++
  }

  approach(next: Event, share: number): void {
    if (next.type !== "folded" || next.turn !== this.#turn) return
    this.#next = countOf(next) * share
    this.version++
  }

  /** The stored messages before an event. */
  async #before(seq: number): Promise<Begin> {
    const messages = seq < 1 ? NONE : (await this.#source.messages(seq + 1, MESSAGES)).messages
    return { seq: Math.max(0, seq), state: { lastSeq: Math.max(0, seq), messages, unknown: 0 } }
  }

  /**
   * Finds what the folded turns among these events came to. Turns that are among them as a whole say it themselves; of the others those
   * are read of which something is folded up to `until`. `since` is where a turn began that is open before the events.
   */
  async #prepare(events: ReadonlyArray<Event>, since: number, until = Number.POSITIVE_INFINITY): Promise<void> {
    const missing = new Map<string, number>()
    let begun: string | undefined
    let start = since
    let count = 0
    for (const event of events) {
      if (event.channel === "turn" && event.type === "started") {
        begun = turnOf(event)
        start = event.seq
        count = 0
      }
      const { type, turn, from = 1 } = event
      if (type === "folded" && turn !== undefined && !this.#folded.has(turn)) {
        if (turn === begun) count += countOf(event)
        if (from <= until && !missing.has(turn)) missing.set(turn, start === 0 ? from : start)
      }
      const message = addedBy(event)
      if (message === undefined || message.id !== begun || count === 0) continue
      this.#folded.set(begun, { message, events: count })
      missing.delete(begun)
    }
    for (const turn of missing.keys()) this.#folded.set(turn, undefined)
    await Promise.all([...missing].map(async ([turn, from]) => this.#folded.set(turn, await this.#turnFrom(turn, from))))
  }

  /** What a turn came to, from its own events. Few are read first: most turns are short. */
  async #turnFrom(turn: string, start: number): Promise<FoldedTurn | undefined> {
    let events = 0
    let limit = FEW
    for (let after = start - 1; ; limit = Math.min(PAGE, 4 * limit)) {
      const page = await this.#source.events(after, limit, { channel: ["agent", "message"], type: ["folded", "added"] })
      for (const event of page.events) {
        if (event.type === "folded" && event.turn === turn) events += countOf(event)
        const message = addedBy(event)
        if (message?.id === turn) return { message, events }
      }
      if (page.atHead || page.next <= after) return undefined
      after = page.next
    }
  }

  #keep(seq: number, transcript: Transcript, turn: Event): void {
    if (this.#kept.some((one) => Math.abs(one.seq - seq) < KEEP_EVERY)) return
    this.#kept = [...this.#kept, { seq, state: transcript.toState(), turn }].sort((a, b) => a.seq - b.seq)
  }
}

const fieldOf = ({ data }: Event, name: string): unknown =>
  typeof data === "object" && data !== null && !Array.isArray(data)
    ? (data as Readonly<Record<string, unknown>>)[name]
    : undefined

function turnOf(event: Event): string | undefined {
  const turn = fieldOf(event, "turn")
  return typeof turn === "string" ? turn : event.turn
}

function countOf(event: Event): number {
  const events = fieldOf(event, "events")
  return typeof events === "number" ? events : 1
}

function addedBy(event: Event): Message | undefined {
  return event.channel === "message" && event.type === "added" ? (fieldOf(event, "message") as Message | undefined) : undefined
}
