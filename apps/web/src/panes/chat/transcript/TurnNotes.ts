/**
 * What the log says of turns beside their messages: when each began and ended, why it failed, what it cost, what it asked and who
 * answered. Read in one filtered page when a transcript is opened, then from there on (docs/protocol/app-rules.md, APP-36).
 */
import type { Readable } from "@holdfast/client/model"
import type { Event } from "@holdfast/protocol/event"
import type { EventData } from "@holdfast/protocol/events"
import type { Usage } from "@holdfast/protocol/agent/message"
import { Store } from "../../../ui/store.ts"

/** Something that was asked in a turn. */
export interface AskedNote {
  readonly id: string
  readonly kind: "tool" | "plan" | "question"
  readonly title: string
  readonly toolCallId?: string
  readonly askedAt: number
  /** How it ended; absent while it waits. */
  readonly end?: {
    readonly how: "allowed" | "refused" | "expired" | "cancelled"
    /** Who answered, or why there was no answer. */
    readonly by: string
    readonly at: number
    /** What they said, or chose. */
    readonly words?: string
    /** Answered by rules that people made before. */
    readonly isByRule?: true
  }
}

/** What is known of a turn. */
export interface TurnNote {
  readonly startedAt?: number
  readonly endedAt?: number
  readonly error?: { readonly tag: string; readonly message: string }
  readonly usage?: Usage
  readonly model?: string
  /** Who interrupted it. */
  readonly interruptedBy?: string
  readonly asked: ReadonlyArray<AskedNote>
}

/** A page of events, as the hub gives it. */
export interface NotePage {
  readonly events: ReadonlyArray<Event>
  readonly next: number
  readonly atHead: boolean
  readonly before?: number | null
}

/** Reads events of turns and permissions, after a seq or back from one. */
export type ReadNotes = (range: {
  readonly after?: number
  readonly before?: string
  readonly limit: number
}) => Promise<NotePage>

const PAGE = 300

const EMPTY: TurnNote = Object.freeze({ asked: Object.freeze([]) })

type Data<N extends keyof EventData> = EventData[N]

/** Notes of the turns of one session. */
export class TurnNotes {
  readonly #read: ReadNotes
  readonly #notes = new Store<ReadonlyMap<string, TurnNote>>(new Map())
  /** Turns by the requests that they asked. */
  readonly #turns = new Map<string, string>()
  #last: number | undefined
  #before: number | null | undefined
  #reading: Promise<void> = Promise.resolve()

  constructor(read: ReadNotes) {
    this.#read = read
  }

  /** All notes, by turn. */
  get all(): Readable<ReadonlyMap<string, TurnNote>> {
    return this.#notes
  }

  /** Reads what was added since the last time; the first time the last page. */
  refresh(): Promise<void> {
    return this.#next(() => this.#forward())
  }

  /** Reads a page before what is known; at the beginning nothing happens. */
  older(): Promise<void> {
    return this.#next(async () => {
      if (typeof this.#before !== "number") return
      const page = await this.#read({ before: String(this.#before), limit: PAGE })
      this.#before = page.before ?? null
      this.#take(page.events)
    })
  }

  /** One read after the other, also after one that failed: who asked for that has heard of it. */
  #next(read: () => Promise<void>): Promise<void> {
    this.#reading = this.#reading.catch(() => undefined).then(read)
    return this.#reading
  }

  async #forward(): Promise<void> {
    if (this.#last === undefined) {
      const page = await this.#read({ before: "end", limit: PAGE })
      this.#before = page.before ?? null
      this.#last = page.next
      return this.#take(page.events)
    }
    for (let isMore = true; isMore;) {
      const page = await this.#read({ after: this.#last, limit: PAGE })
      this.#last = Math.max(this.#last, page.next)
      this.#take(page.events)
      // A page may end with nothing in it, where the hub has looked through enough at once.
      isMore = !page.atHead
    }
  }

  #take(events: ReadonlyArray<Event>): void {
    if (events.length === 0) return
    const notes = new Map(this.#notes.get())
    for (const event of events) {
      const turn = event.turn ?? this.#turnOf(event)
      if (turn === undefined) continue
      const before = notes.get(turn) ?? EMPTY
      const note = noted(before, event)
      if (event.type === "asked") this.#turns.set((event.data as Data<"permission/asked">).request.id, turn)
      if (note !== before) notes.set(turn, note)
    }
    this.#notes.set(notes)
  }

  #turnOf({ data }: Event): string | undefined {
    const request = (data as { readonly requestId?: unknown }).requestId
    return typeof request === "string" ? this.#turns.get(request) : undefined
  }
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

/** The note with what an event adds to it. */
function noted(note: TurnNote, { channel, type, data, time, by }: Event): TurnNote {
  switch (`${channel}/${type}`) {
    case "turn/started":
      return { ...note, startedAt: time }
    case "turn/interrupting": {
      const { reason } = data as Data<"turn/interrupting">
      return { ...note, interruptedBy: reason === "stalled" ? "because the agent was silent" : (by ?? "someone") }
    }
    case "turn/ended": {
      const { error, usage, model } = data as Data<"turn/ended">
      const made: Mutable<TurnNote> = { ...note, endedAt: time }
      if (error !== undefined) made.error = error
      if (usage !== undefined) made.usage = usage
      if (model !== undefined) made.model = model
      return made
    }
    case "permission/asked": {
      const { request } = data as Data<"permission/asked">
      if (note.asked.some(({ id }) => id === request.id)) return note
      const { id, kind, title, toolCallId } = request
      const asked = { id, kind, title, askedAt: time, ...(toolCallId === undefined ? {} : { toolCallId }) }
      return { ...note, asked: [...note.asked, asked] }
    }
    case "permission/answered": {
      const { requestId, decision } = data as Data<"permission/answered">
      const words = decision.answers === undefined ? decision.message : Object.values(decision.answers).join(", ")
      const isByRule = decision.rules !== undefined && decision.rules.length > 0
      return ended(note, requestId, {
        how: decision.allow ? "allowed" : "refused",
        by: decision.by,
        at: decision.at,
        ...(words === undefined || words === "" ? {} : { words }),
        ...(isByRule ? { isByRule: true as const } : {}),
      })
    }
    case "permission/expired":
      return ended(note, (data as Data<"permission/expired">).requestId, {
        how: "expired",
        by: "no one answered in time",
        at: time,
      })
    case "permission/cancelled": {
      const { requestId, reason } = data as Data<"permission/cancelled">
      return ended(note, requestId, { how: "cancelled", by: reason, at: time })
    }
    default:
      return note
  }
}

function ended(note: TurnNote, request: string, end: NonNullable<AskedNote["end"]>): TurnNote {
  return { ...note, asked: note.asked.map((one) => (one.id === request && one.end === undefined ? { ...one, end } : one)) }
}
