/**
 * Trims a terminal's log up to a checkpoint once it is over `logMaxBytes` (docs/protocol/rules.md, T-14, T-52).
 *
 * The checkpoint to trim up to is chosen when the log passes half of the limit, so that at least a quarter of the limit
 * is still there after a trim. When a flood made that choice stale, the newest checkpoint takes its place. The pipeline
 * stands still while it is done, because the notice takes a seq.
 */
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import { type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { AppendOutcome, Checkpoint, StoreError } from "@holdfast/store/Store"
import type { OpenSession } from "../session/OpenSession.ts"
import { appendProblem, storeProblem } from "../session/store-problem.ts"

/** A checkpoint, and the bytes of the log up to it, of those that were there when the session was claimed or came since. */
interface Candidate {
  readonly checkpoint: Checkpoint
  readonly upto: number
}

/** Trims one session's log. */
export class Trimmer {
  readonly #session: OpenSession
  readonly #done: () => void
  #behind: Candidate | undefined
  #newest: Candidate | undefined
  #trimming = false
  /** Bytes that were trimmed since the claim. */
  #gone = 0
  /** Bytes up to each seq that became durable since a screen was asked for. */
  #weights: Array<{ readonly seq: number; readonly upto: number }> | undefined

  /** `done` is called when a trim has ended. */
  constructor(session: OpenSession, done: () => void) {
    this.#session = session
    this.#done = done
  }

  /** True while the log is over its limit and there is no checkpoint to trim up to. */
  get wants(): boolean {
    const { bytes, context } = this.#session
    return bytes > context.settings.logMaxBytes && this.#behind === undefined
  }

  /** A screen is asked for: from here on it matters how much of the log is before which seq. */
  begin(): void {
    this.#weights = []
    this.weigh()
  }

  /** Something became durable. */
  weigh(): void {
    this.#weights?.push({ seq: this.#session.durableSeq, upto: this.#all })
  }

  /** The screen that was asked for is stored, or there is none. */
  end(): void {
    this.#weights = undefined
  }

  /** Offers a stored checkpoint as one to trim up to. */
  offer(checkpoint: Checkpoint): void {
    const limit = this.#session.context.settings.logMaxBytes
    if (this.#session.bytes < limit / 2) return
    const weights = this.#weights
    const weight = weights?.findLast(({ seq }) => seq <= checkpoint.seq) ?? weights?.[0]
    this.#newest = { checkpoint, upto: weight?.upto ?? this.#all }
    if (this.#trimming) return
    // The one that was chosen stays, unless the log would be over its limit after a trim up to it.
    if (this.#behind === undefined || this.#all - this.#behind.upto > limit) this.#behind = this.#newest
    this.look()
  }

  /** Forgets the chosen checkpoint: the session was claimed again. */
  forget(): void {
    this.#behind = undefined
    this.#newest = undefined
    this.#weights = undefined
    this.#gone = 0
  }

  /** Trims when it is time. */
  look(): void {
    const session = this.#session,
      behind = this.#behind
    const limit = session.context.settings.logMaxBytes
    if (this.#trimming || behind === undefined || session.bytes <= limit) return
    if (this.#all - behind.upto < limit / 4 && session.bytes < limit * 1.25) return
    this.#trimming = true
    // A store in memory has trimmed before this returns.
    if (!session.hold(() => this.#trim(behind))) this.#trimming = false
  }

  get #all(): number {
    return this.#session.bytes + this.#gone
  }

  #trim({ checkpoint, upto }: Candidate): void {
    const session = this.#session
    const { context } = session
    const through = checkpoint.seq
    const bytes = upto - this.#gone
    const notice = session.place({
      decide: (state) => decide(state, { _tag: "Trimmed", through, bytes, reason: "the log reached its limit" }),
    })
    const record = notice?.records[0]
    if (notice === undefined || record === undefined) return this.#finish()
    context.fork(context.store.trim(session.handle, session.epoch, through, record), (exit) => {
      if (Exit.isSuccess(exit) && exit.value._tag === "Appended") {
        session.firstSeq = through + 1
        session.bytes += record.bytes.length - bytes
        this.#gone = upto
        notice.commit()
        // Kept once more: now it is the one that stands for what was trimmed.
        context.fork(context.store.putCheckpoint(session.handle, session.epoch, checkpoint), () => this.#recount())
        return
      }
      context.report("the log was not trimmed", {
        session: session.id,
        outcome: Exit.isSuccess(exit) ? exit.value._tag : String(exit.cause),
      })
      this.#trimming = false
      this.#behind = undefined
      session.fail(problemOf(exit, session.id), false)
      context.reclaim(session)
    })
  }

  /** The store knows what is left, whatever was counted here. */
  #recount(): void {
    const session = this.#session
    session.context.fork(session.context.store.head(session.id), (exit) => {
      if (Exit.isSuccess(exit)) {
        this.#gone += session.bytes - exit.value.bytes
        session.bytes = exit.value.bytes
      }
      this.#finish()
    })
  }

  #finish(): void {
    const newest = this.#newest
    this.#trimming = false
    this.#behind = undefined
    // One that was stored after the one that is gone now takes its turn, if the log is still too long.
    if (newest !== undefined && newest.upto <= this.#gone) this.#newest = undefined
    else if (this.#session.bytes > this.#session.context.settings.logMaxBytes) this.#behind = newest
    this.#session.release()
    this.look()
    this.#done()
  }
}

function problemOf(exit: Exit.Exit<AppendOutcome, StoreError>, session: string): DoorError {
  if (Exit.isSuccess(exit)) return appendProblem(exit.value, session, undefined)
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some"
    ? storeProblem(error.value)
    : new Unavailable({ message: "the log could not be trimmed; try again" })
}
