/**
 * The part of a terminal's session: its screens, its viewers' size and keyboard, and input on its way to the child.
 */
import * as Exit from "effect/Exit"
import type { Command } from "@holdfast/core/decide"
import { refuseInput } from "@holdfast/core/decide"
import { TerminalDoing } from "@holdfast/core/doing/TerminalDoing"
import type { SessionState } from "@holdfast/core/state"
import { TypingWatch } from "@holdfast/core/terminal/input/TypingWatch"
import { Unavailable } from "@holdfast/protocol/errors"
import type { LostReason } from "@holdfast/protocol/terminal-spec"
import type { LogRecord } from "@holdfast/protocol/record"
import type { RunnerFailure } from "@holdfast/link/messages"
import type { Checkpoint } from "@holdfast/store/Store"
import { ChildFollower } from "../child/ChildFollower.ts"
import { ChildPart } from "../child/ChildPart.ts"
import type { KindContext } from "../child/KindContext.ts"
import type { RunnerLink } from "../child/RunnerLink.ts"
import type { RunnerPort } from "../child/RunnerPort.ts"
import { runnerAway, RunnerWait } from "../child/RunnerWait.ts"
import type { AttachedInput } from "../delivery/AttendedPart.ts"
import type { Viewer } from "../delivery/ViewerList.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import { forgetInherited } from "../session/SessionEnvironment.ts"
import type { Snapshot } from "../session/SessionPart.ts"
import { CheckpointKeeper } from "./CheckpointKeeper.ts"
import { KeyedInputs, unconfirmed } from "./KeyedInputs.ts"
import { PendingInputs } from "./PendingInputs.ts"
import { Presence } from "./Presence.ts"
import { startAgain } from "./start-again.ts"
import { terminalNotes } from "./terminal-notes.ts"

const nothing = new Uint8Array(0)

/** Types on the terminal channel that change what the process is. */
const PROCESS_TYPES = new Set(["started", "failed", "exit", "lost"])

const fromCheckpoint = ({ seq, cols, rows, screen }: Checkpoint): Snapshot => ({ seq, head: { cols, rows }, screen })

/** The part of one terminal. */
export class TerminalPart extends ChildPart {
  readonly inputs: PendingInputs
  readonly keyed: KeyedInputs
  readonly #context: KindContext
  readonly #keeper: CheckpointKeeper
  readonly #wait: RunnerWait
  #presence: Presence | undefined

  constructor(session: OpenSession, context: KindContext) {
    super(session)
    this.#context = context
    this.#keeper = new CheckpointKeeper(session)
    const { inputQueueMax } = context.settings
    this.#wait = new RunnerWait(
      () => this.#giveUp(),
      () => this.starting,
    )
    this.inputs = new PendingInputs(inputQueueMax, this.#wait)
    this.keyed = new KeyedInputs(inputQueueMax, this.#wait)
    if (session.state.terminal?.typist !== undefined) this.presence.watchTypist()
  }

  override makeDoing(): TerminalDoing {
    return new TerminalDoing(this.session.state.lastActiveAt)
  }

  /** Its viewers, with what they decide. */
  get presence(): Presence {
    this.#presence ??= new Presence(this.session, {
      resize: (cols, rows) => this.follower?.port.connection.resize(this.follower.port.child, cols, rows),
      colors: (colors) => this.follower?.port.connection.colors(this.follower.port.child, colors),
    })
    return this.#presence
  }

  override get viewers(): Presence {
    return this.presence
  }

  override get attached(): Presence | undefined {
    return this.#presence
  }

  override input(viewer: Viewer): AttachedInput {
    const { session, inputs, presence } = this
    const { seat } = viewer
    const typing = new TypingWatch()
    return {
      settled: inputs.settledOf(seat),
      send: (number, bytes, settled) => {
        const isTyped = typing.read(bytes)
        const refused = refuseInput(session.state, seat)
        // What a terminal reports by itself is of no use to a child that another one types to, and no one's mistake.
        if (refused !== undefined) return settled(refused._tag === "NotTypist" && !isTyped ? undefined : refused)
        if (isTyped) presence.typed(viewer)
        inputs.send(seat, number, bytes, settled)
      },
    }
  }

  override settled(client: string, number: number, failure: RunnerFailure | undefined): void {
    if (number > 0) this.inputs.settle(client, number, failure)
    else if (failure !== undefined) this.keyed.refused(client, failure)
  }

  override disconnect(): void {
    super.disconnect()
    this.#keeper.reset()
    this.inputs.disconnect()
    this.keyed.disconnect()
    if (this.inputs.busy || this.keyed.busy) this.#wait.begin()
  }

  override finished(): void {
    super.finished()
    this.#refuseInput("the session's process has ended")
  }

  override appended(records: ReadonlyArray<LogRecord>): void {
    super.appended(records)
    for (const { channel, type } of records) {
      if (channel !== "terminal" || type === "output") continue
      if (type === "typist") this.presence.watchTypist()
      if (PROCESS_TYPES.has(type)) this.processChanged()
    }
  }

  override stalled(): void {
    super.stalled()
    // Their notes wait for space, which may be for hours.
    if (this.session.problem?._tag === "StorageFull") this.keyed.refuse(unconfirmed())
  }

  override resumed(): void {
    this.#keeper.reset()
    super.resumed()
    this.follower?.follow()
  }

  override busy(): boolean {
    return super.busy() || this.inputs.busy || this.keyed.busy || this.#presence?.waiting === true
  }

  override gone(reason: string): void {
    super.gone(reason)
    this.#keeper.reset()
    this.#presence?.stop()
    this.#refuseInput(reason)
  }

  /** A terminal that runs needs the environment of the client that asked no more. */
  override pastStart(): void {
    const { directories, report } = this.#context
    forgetInherited(directories.of(this.session.state.directory)).catch((cause: unknown) =>
      report("the kept environment of a started terminal could not be removed", {
        session: this.session.id,
        cause: String(cause),
      }),
    )
  }

  override endDeleted(): void {
    const port = this.follower?.port
    if (port === undefined || port.child === 0 || this.session.state.status !== "deleted") return
    port.connection.end(port.child, this.#context.settings.killGrace).catch((cause: unknown) => {
      const fields = { session: this.session.id, cause: String(cause) }
      this.#context.report("a deleted session's process could not be ended", fields)
    })
  }

  override startAgain(link: RunnerLink, child: string): void {
    startAgain(this.#context, this, link, child)
  }

  override lost(_state: SessionState, reason: LostReason, message: string): Command {
    return { _tag: "ProcessLost", reason, message }
  }

  protected override followerOf(port: RunnerPort, childId: string): ChildFollower {
    this.#keeper.reset()
    const uses = { translate: terminalNotes, screens: this.#keeper, inputs: this.keyed }
    return new ChildFollower(this.session, port, childId, uses)
  }

  protected override connected(follower: ChildFollower): void {
    this.#wait.end()
    this.inputs.connect(follower.port)
    this.keyed.connect(follower.port)
    this.#presence?.connected()
    if (this.session.loop === "open") follower.follow()
  }

  /** The screen to begin an attachment with: the live one, else the stored one, else an empty one at the log's start. */
  protected override snapshot(done: (snapshot: Snapshot | undefined) => void): void {
    const { follower, session } = this
    if (follower === undefined || session.loop !== "open") return this.#storedSnapshot(done)
    this.#keeper.take(follower, (snapshot) => {
      if (snapshot === undefined) this.#storedSnapshot(done)
      else done(snapshot)
    })
  }

  #storedSnapshot(done: (snapshot: Snapshot | undefined) => void): void {
    const { session } = this
    const { spec } = session.durable.terminal ?? {}
    if (spec === undefined) return done({ seq: session.firstSeq - 1, head: {}, screen: nothing })
    session.context.fork(session.context.store.checkpoint(session.handle), (exit) => {
      const found = Exit.isSuccess(exit) ? exit.value : undefined
      if (found !== undefined && found.seq >= session.firstSeq - 1 && found.seq <= session.durableSeq)
        return done(fromCheckpoint(found))
      if (Exit.isFailure(exit))
        session.context.report("a stored screen cannot be read", { session: session.id, cause: String(exit.cause) })
      done(session.firstSeq === 1 ? { seq: 0, head: { cols: spec.cols, rows: spec.rows }, screen: nothing } : undefined)
    })
  }

  #giveUp(): void {
    this.inputs.giveUp(runnerAway())
    this.keyed.refuse(runnerAway())
  }

  #refuseInput(message: string): void {
    this.#wait.end()
    this.inputs.refuse(new Unavailable({ message }))
    this.keyed.refuse(new Unavailable({ message }))
  }
}
