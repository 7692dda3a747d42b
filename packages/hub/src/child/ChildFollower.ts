/**
 * From a child's journal to the session's log (docs/protocol/rules.md, R-3 to R-5).
 *
 * Entries come in order. Output of one tick becomes one record; a note becomes an event. Each append carries the journal
 * position it reaches, and the runner is told that entries may go only once they are durable. When an append fails
 * everything that is not durable is dropped and asked for again from the stored position.
 */
import * as Exit from "effect/Exit"
import type { CheckpointReply, JournalEntry, JournalNote } from "@holdfast/link/messages"
import type { OpenSession } from "../session/OpenSession.ts"
import type { Work, WorkResult } from "../session/Work.ts"
import { Positions } from "./Positions.ts"
import type { RunnerPort } from "./RunnerPort.ts"

/** Longest output record, in bytes of output. */
const RECORD_MAX = 128 * 1024

/** Unacknowledged bytes that may be under way from the runner per child: the bound of what waits for the store. */
export const FOLLOW_CREDIT = 2 * 1024 * 1024

/** The runner is told what is durable after this many bytes of output, or this many milliseconds, whichever comes first. */
const ACK_BYTES = FOLLOW_CREDIT / 8
const ACK_WAIT = 50

/** A note that stands for events. */
export type Note = Exclude<JournalNote, { type: "checkpoint" | "input" }>

/** Key in the store of an input whose key has a hash. */
export function inputKey(key: string): string {
  return `input ${key}`
}

/** What a note stands for, decided when it is placed; a promise holds back what is after it. It must not reject. */
export type Translate = (note: Note, time: number) => Work["decide"] | Promise<Work["decide"]>

/** Keeps the screens of a child, by what a follower reports. */
export interface FollowedScreens {
  /** Output was placed in the log. */
  readonly grew: (bytes: number) => void
  /** Something of the child became durable. */
  readonly durable: (follower: ChildFollower) => void
  /** Stores a screen of the journal; `done` is called once it is kept, not at all when the store refused it. */
  readonly keep: (reply: CheckpointReply, follower: ChildFollower, done: () => void) => void
}

/** Waits for the inputs with keys that a child took. */
export interface FollowedInputs {
  /** An input is done: it reached the child, and its key is durable. */
  readonly settle: (key: string, result: { readonly seq: number }) => void
}

/** What is made of a child's journal. */
export interface JournalUses {
  readonly translate: Translate
  /** Those of a terminal. A journal without screens and inputs has no notes of them. */
  readonly screens?: FollowedScreens
  readonly inputs?: FollowedInputs
}

/** Follows one child. */
export class ChildFollower {
  readonly port: RunnerPort
  readonly childId: string
  positions: Positions
  /** True once the exit is durable. */
  ended = false
  readonly #session: OpenSession
  readonly #translate: Translate
  readonly #screens: FollowedScreens | undefined
  readonly #inputs: FollowedInputs | undefined
  #expected = 0
  #chunks: Array<Uint8Array> = []
  #chunkBytes = 0
  #chunkTime = 0
  #chunkLast = 0
  #ticking = false
  #running = false
  /** Entries that wait until a checkpoint of the journal is stored, or a note is translated; bounded by the credit. */
  #held: Array<JournalEntry> | undefined
  #durable = 0
  #acknowledged = 0
  #unacknowledged = 0
  #acking: NodeJS.Timeout | undefined

  constructor(session: OpenSession, port: RunnerPort, childId: string, { translate, screens, inputs }: JournalUses) {
    this.#session = session
    this.port = port
    this.childId = childId
    this.#translate = translate
    this.#screens = screens
    this.#inputs = inputs
    this.positions = new Positions(0, session.durableSeq)
  }

  /** Asks for everything after the stored position; also after a failure. */
  follow(): void {
    const { journal, durableSeq } = this.#session
    const after =
      journal !== undefined && journal.runner === this.port.generation && journal.child === this.childId ? journal.position : 0
    this.#chunks = []
    this.#chunkBytes = 0
    this.#held = undefined
    this.#expected = after + 1
    this.#durable = after
    this.#acknowledged = after
    this.positions = new Positions(after, durableSeq)
    this.#running = true
    this.port.connection.follow(this.port.child, after, FOLLOW_CREDIT)
  }

  /** Stops taking entries until `follow`; what comes meanwhile comes again. */
  stop(): void {
    this.#running = false
    clearTimeout(this.#acking)
    this.#acking = undefined
    this.#chunks = []
    this.#chunkBytes = 0
    this.#held = undefined
  }

  /** Takes the next entry. One that is not the next belongs to an earlier `follow` and is ignored. */
  entry(entry: JournalEntry): void {
    if (!this.#running || entry.position !== this.#expected) return
    this.#expected++
    if (this.#holding) this.#hold(entry)
    else this.#take(entry)
  }

  get #holding(): boolean {
    return this.#held !== undefined
  }

  #hold(entry: JournalEntry): void {
    this.#held?.push(entry)
  }

  /** Everything there is was handed over: what waits for the end of the tick goes now. True when it was accepted. */
  complete(): boolean {
    this.#flush()
    return this.#running && !this.#holding
  }

  #take(entry: JournalEntry): void {
    if ("note" in entry) {
      this.#flush()
      if (this.#running) this.#note(entry.note, entry.position, entry.time)
      return
    }
    if (this.#chunkBytes > 0 && this.#chunkBytes + entry.bytes.length > RECORD_MAX) this.#flush()
    if (this.#chunks.length === 0) this.#chunkTime = entry.time
    this.#chunks.push(entry.bytes)
    this.#chunkLast = entry.position
    this.#chunkBytes += entry.bytes.length
    if (this.#ticking) return
    this.#ticking = true
    this.#flush()
    setImmediate(this.#tick)
  }

  readonly #tick = (): void => {
    if (this.#chunks.length === 0) {
      this.#ticking = false
      return
    }
    this.#flush()
    setImmediate(this.#tick)
  }

  #flush(): void {
    const chunks = this.#chunks,
      bytes = this.#chunkBytes,
      position = this.#chunkLast
    if (chunks.length === 0) return
    this.#chunks = []
    this.#chunkBytes = 0
    const { positions } = this
    const accepted = this.#session.output({
      chunks,
      bytes,
      time: this.#chunkTime,
      journal: { runner: this.port.generation, child: this.childId, position },
      placed: (seq) => {
        let offset = 0
        for (const chunk of chunks) positions.add({ seq, offset: (offset += chunk.length), size: bytes })
        this.#screens?.grew(bytes)
      },
      done: (result) => this.#stored(position, result, bytes),
    })
    if (!accepted) this.stop()
  }

  #note(note: JournalNote, position: number, time: number): void {
    if (note.type === "checkpoint") return this.#checkpoint(note, position)
    if (note.type === "input") return this.#input(note, position)
    const decision = this.#translate(note, time)
    if (decision instanceof Promise) return this.#waitFor(decision, note, position, time)
    this.#place(decision, note, position, time)
  }

  #waitFor(decision: Promise<Work["decide"]>, note: Note, position: number, time: number): void {
    const held: Array<JournalEntry> = []
    this.#held = held
    void decision.then((translated) => {
      if (this.#held !== held) return
      this.#place(translated, note, position, time)
      this.#release()
    })
  }

  #place(translated: Work["decide"], note: Note, position: number, time: number): void {
    const { positions } = this
    this.#session.submit({
      decide: (state) => {
        const decision = translated(state)
        const made = decision._tag === "Accepted" ? decision.events.length : 0
        positions.add({ seq: state.lastSeq + made, offset: 0, size: 0 })
        return decision
      },
      time,
      journal: { runner: this.port.generation, child: this.childId, position },
      done: (result) => {
        this.#stored(position, result, note.type === "agent" ? note.size : 0)
        if (result._tag === "Done" && note.type === "exit") this.#finish()
      },
    })
  }

  /** A screen in the journal is kept before anything after it is taken, so that it cannot be lost. */
  #checkpoint(note: Extract<JournalNote, { type: "checkpoint" }>, position: number): void {
    this.#held = []
    const { positions } = this
    this.#session.submit({
      decide: (state) => {
        positions.add({ seq: state.lastSeq, offset: 0, size: 0 })
        return { _tag: "Accepted", events: [] }
      },
      journal: { runner: this.port.generation, child: this.childId, position },
      done: (result) => {
        if (result._tag === "Refused") return this.#stored(position, result)
        if (this.#screens === undefined) this.#release()
        else this.#screens.keep(note, this, () => this.#release())
      },
    })
  }

  /** An input with a key reached the child: its key is kept with the position, in one append, and then who waits is answered. */
  #input({ key, hash }: Extract<JournalNote, { type: "input" }>, position: number): void {
    const held: Array<JournalEntry> = []
    this.#held = held
    const { positions } = this,
      session = this.#session
    session.context.fork(session.context.store.keyed(session.handle, inputKey(key)), (exit) => {
      if (this.#held !== held) return
      // A key that is kept already would fail the append. What could not be read, the append will tell.
      const known = Exit.isSuccess(exit) ? exit.value : undefined
      session.submit({
        decide: (state) => {
          positions.add({ seq: state.lastSeq, offset: 0, size: 0 })
          return { _tag: "Accepted", events: [] }
        },
        journal: { runner: this.port.generation, child: this.childId, position },
        ...(known === undefined ? { key: { key: inputKey(key), hash } } : {}),
        done: (result) => {
          if (result._tag === "Refused") return this.#stored(position, result)
          if (known === undefined) this.#stored(position, { ...result, changed: true })
          this.#inputs?.settle(key, { seq: (known ?? result).last })
        },
      })
      this.#release()
    })
  }

  #release(): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) return
    for (let i = 0; i < held.length && this.#running; i++) {
      const entry = held[i] as JournalEntry
      if (this.#holding) this.#hold(entry)
      else this.#take(entry)
    }
  }

  #stored(position: number, result: WorkResult, bytes = 0): void {
    if (result._tag === "Refused") return this.#running ? this.stop() : undefined
    // A note that made no event moved no stored position: the next append covers it.
    if (!result.changed) return
    this.#durable = position
    this.#session.journal = { runner: this.port.generation, child: this.childId, position }
    this.#screens?.durable(this)
    this.#unacknowledged += bytes
    if (this.#unacknowledged >= ACK_BYTES) this.#acknowledge()
    else this.#acking ??= setTimeout(this.#acknowledge, ACK_WAIT)
  }

  readonly #acknowledge = (): void => {
    clearTimeout(this.#acking)
    this.#acking = undefined
    this.#unacknowledged = 0
    if (!this.#running || this.#durable <= this.#acknowledged) return
    this.#acknowledged = this.#durable
    this.port.connection.ack(this.port.child, this.#durable)
  }

  #finish(): void {
    if (this.ended) return
    this.ended = true
    this.#durable = this.#expected - 1
    this.#acknowledge()
    this.#running = false
    this.port.finished()
  }
}
