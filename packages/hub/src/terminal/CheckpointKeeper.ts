/**
 * Screens of a session: taken for those who attach, kept every `checkpointBytes` of output and at the exit, and the
 * places behind which the log is trimmed (docs/protocol/rules.md, T-6, T-14, T-52, D-4).
 *
 * A runner's checkpoint knows a journal position. Where that lies inside a record, the rest of the record's bytes is
 * written after the screen, so that the screen stands for the whole record.
 */
import * as Exit from "effect/Exit"
import type { CheckpointReply } from "@holdfast/link/messages"
import type { Checkpoint } from "@holdfast/store/Store"
import type { OpenSession } from "../session/OpenSession.ts"
import type { Snapshot } from "../session/SessionPart.ts"
import { storeProblem } from "../session/store-problem.ts"
import type { ChildFollower, FollowedScreens } from "../child/ChildFollower.ts"
import { Locator } from "./Locator.ts"
import { Trimmer } from "./Trimmer.ts"

/** Time between two checkpoints of one terminal at the least, and how long one for an attachment is waited for; milliseconds. */
const ASK_EVERY = 2000
const WAIT_MAX = 2000

/** Output after the last screen that makes a new one worth asking for when someone attaches. */
const REUSE_BYTES = 16 * 1024

/** Keeps the screens of one session. */
export class CheckpointKeeper implements FollowedScreens {
  readonly #session: OpenSession
  readonly #locator: Locator
  readonly #trimmer: Trimmer
  #sinceKept = 0
  #sinceTaken = 0
  #askedAt = 0
  /** The request that is under way. */
  #asking: object | undefined
  /** Whom to ask when output has stopped. */
  #follower: ChildFollower | undefined
  #later: NodeJS.Timeout | undefined
  #taken: Snapshot | undefined
  #taking: Array<(snapshot: Snapshot | undefined) => void> | undefined

  constructor(session: OpenSession) {
    this.#session = session
    this.#locator = new Locator(session)
    this.#trimmer = new Trimmer(session, () => this.#look())
  }

  /** Output was placed in the log. */
  grew(bytes: number): void {
    this.#sinceKept += bytes
    this.#sinceTaken += bytes
  }

  /** Something became durable: waiting screens find their place, and what is due is done. */
  durable(follower: ChildFollower): void {
    this.#follower = follower
    this.#locator.placed(follower.positions)
    this.#trimmer.weigh()
    this.#trimmer.look()
    this.#look()
  }

  /** Stores a screen of the journal; `done` is called once it is kept, not at all when the store refused it. */
  keep(reply: CheckpointReply, follower: ChildFollower, done: () => void): void {
    this.#locator.locate(reply, follower.positions, (snapshot) => {
      if (snapshot === undefined) {
        this.#session.context.report("a screen could not be placed in the log", {
          session: this.#session.id,
          position: reply.position,
        })
        return done()
      }
      this.#store(snapshot, done)
    })
  }

  /** The screen of the live terminal, or `undefined` when it cannot be had in time. Those who ask at once share one. */
  take(follower: ChildFollower, done: (snapshot: Snapshot | undefined) => void): void {
    if (this.#taken !== undefined && this.#sinceTaken <= REUSE_BYTES && this.#taken.seq >= this.#session.firstSeq - 1)
      return done(this.#taken)
    if (this.#taking !== undefined) {
      this.#taking.push(done)
      return
    }
    const taking = (this.#taking = [done])
    let answered = false
    const answer = (snapshot: Snapshot | undefined): void => {
      if (answered) return
      answered = true
      clearTimeout(timer)
      if (this.#taking === taking) this.#taking = undefined
      for (const each of taking) each(snapshot)
    }
    const timer = setTimeout(answer, WAIT_MAX, undefined)
    this.#sinceTaken = 0
    follower.port.connection.checkpoint(follower.port.child).then(
      (reply) =>
        this.#locator.locate(reply, follower.positions, (snapshot) => {
          if (snapshot !== undefined) this.#taken = snapshot
          answer(snapshot)
        }),
      (cause: unknown) => {
        this.#session.context.report("no screen from the runner", { session: this.#session.id, cause: String(cause) })
        answer(undefined)
      },
    )
  }

  /** Forgets what belonged to a connection or claim that is gone. */
  reset(): void {
    clearTimeout(this.#later)
    this.#later = undefined
    this.#follower = undefined
    this.#asking = undefined
    this.#taken = undefined
    this.#trimmer.forget()
    this.#locator.forget()
  }

  /** Asks for a screen if one is due: now, or as soon as it may be asked for. */
  #look(): void {
    const follower = this.#follower
    const { context } = this.#session
    const isDue = this.#sinceKept >= context.settings.checkpointBytes || this.#trimmer.wants
    if (!isDue || follower === undefined || follower.ended || this.#asking !== undefined) return
    const wait = this.#askedAt + ASK_EVERY - context.now()
    if (wait <= 0) return this.#ask(follower)
    this.#later ??= setTimeout(() => {
      this.#later = undefined
      this.#look()
    }, wait)
  }

  #ask(follower: ChildFollower): void {
    const { context } = this.#session
    const asking = (this.#asking = {})
    this.#askedAt = context.now()
    this.#sinceKept = 0
    this.#trimmer.begin()
    const finish = (): void => {
      if (this.#asking !== asking) return
      this.#asking = undefined
      this.#trimmer.end()
      this.#look()
    }
    follower.port.connection.checkpoint(follower.port.child).then(
      (reply) =>
        this.#locator.locate(reply, follower.positions, (snapshot) => {
          if (snapshot === undefined) return finish()
          this.#store(snapshot, finish)
        }),
      (cause: unknown) => {
        finish()
        context.report("no checkpoint from the runner", { session: this.#session.id, cause: String(cause) })
      },
    )
  }

  #store(snapshot: Snapshot, done: () => void): void {
    const session = this.#session
    const { cols = 80, rows = 24 } = snapshot.head
    const checkpoint: Checkpoint = { seq: snapshot.seq, cols, rows, screen: snapshot.screen, time: session.context.now() }
    session.context.fork(session.context.store.putCheckpoint(session.handle, session.epoch, checkpoint), (exit) => {
      if (Exit.isSuccess(exit)) {
        this.#trimmer.offer(checkpoint)
        return done()
      }
      const error = Exit.findErrorOption(exit)
      session.context.report("a checkpoint was not stored", { session: session.id, cause: String(exit.cause) })
      if (error._tag === "None" || session.loop !== "open") return done()
      session.fail(storeProblem(error.value), false)
      if (session.landedAll) session.context.reclaim(session)
    })
  }
}
