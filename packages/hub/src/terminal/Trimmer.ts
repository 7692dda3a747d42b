/**
 * Trims a terminal's log up to a checkpoint once it is over `logMaxBytes` (docs/protocol/rules.md, T-14).
 *
 * The checkpoint to trim up to is chosen when the log passes half of the limit, so that at least a quarter of the limit
 * is still there after a trim. The pipeline stands still while it is done, because the notice takes a seq.
 */
import * as Exit from "effect/Exit"
import { decide } from "@holdfast/core/decide"
import { type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { AppendOutcome, Checkpoint, StoreError } from "@holdfast/store/Store"
import type { OpenSession } from "../session/OpenSession.ts"
import { appendProblem, storeProblem } from "../session/store-problem.ts"

/** Trims one session's log. */
export class Trimmer {
  readonly #session: OpenSession
  #behind: { readonly checkpoint: Checkpoint; readonly bytes: number } | undefined
  #trimming = false

  constructor(session: OpenSession) {
    this.#session = session
  }

  /** Offers a stored checkpoint as one to trim up to. */
  offer(checkpoint: Checkpoint): void {
    const { bytes, context } = this.#session
    if (this.#behind === undefined && bytes >= context.settings.logMaxBytes / 2) this.#behind = { checkpoint, bytes }
  }

  /** Forgets the chosen checkpoint: the session was claimed again. */
  forget(): void {
    this.#behind = undefined
  }

  /** Trims when it is time. */
  look(): void {
    const session = this.#session,
      behind = this.#behind
    const limit = session.context.settings.logMaxBytes
    if (this.#trimming || behind === undefined || session.bytes <= limit) return
    if (session.bytes - behind.bytes < limit / 4 && session.bytes < limit * 1.25) return
    this.#trimming = session.hold(() => this.#trim(behind.checkpoint, behind.bytes))
  }

  #trim(checkpoint: Checkpoint, bytes: number): void {
    const session = this.#session
    const { context } = session
    const through = checkpoint.seq
    const notice = session.place({
      decide: (state) => decide(state, { _tag: "Trimmed", through, bytes, reason: "the log reached its limit" }),
    })
    const record = notice?.records[0]
    if (notice === undefined || record === undefined) return this.#finish()
    context.fork(context.store.trim(session.handle, session.epoch, through, record), (exit) => {
      if (Exit.isSuccess(exit) && exit.value._tag === "Appended") {
        session.firstSeq = through + 1
        session.bytes += record.bytes.length - bytes
        notice.commit()
        // Kept once more: now it is the one that stands for what was trimmed.
        context.fork(context.store.putCheckpoint(session.handle, session.epoch, checkpoint), () => this.#finish())
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

  #finish(): void {
    this.#trimming = false
    this.#behind = undefined
    this.#session.release()
  }
}

function problemOf(exit: Exit.Exit<AppendOutcome, StoreError>, session: string): DoorError {
  if (Exit.isSuccess(exit)) return appendProblem(exit.value, session, undefined)
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some"
    ? storeProblem(error.value)
    : new Unavailable({ message: "the log could not be trimmed; try again" })
}
