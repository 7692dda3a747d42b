/**
 * What belongs to an open session beside its loop: delivery, presence, input, screens, and the child it follows.
 */
import * as Exit from "effect/Exit"
import { Unavailable } from "@holdfast/protocol/errors"
import type { LogRecord } from "@holdfast/protocol/record"
import type { RunnerFailure } from "@holdfast/link/messages"
import type { Checkpoint } from "@holdfast/store/Store"
import { Delivery, type Snapshot } from "../delivery/Delivery.ts"
import type { Gate } from "../session/Gate.ts"
import type { DutyDriver } from "../agent/DutyDriver.ts"
import { takeAgentSnapshot } from "../agent/agent-snapshot.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionPart } from "../session/SessionContext.ts"
import { CheckpointKeeper } from "./CheckpointKeeper.ts"
import { ChildFollower } from "../child/ChildFollower.ts"
import { PendingInputs } from "./PendingInputs.ts"
import { KeyedInputs, unconfirmed } from "./KeyedInputs.ts"
import { Presence } from "./Presence.ts"
import type { RunnerPort } from "../child/RunnerPort.ts"
import { runnerAway, RunnerWait } from "../child/RunnerWait.ts"

const nothing = new Uint8Array(0)

/** Types on the terminal channel, and of an agent's session, that change what the process is. */
const PROCESS_TYPES = new Set(["started", "failed", "exit", "lost"])
const AGENT_PROCESS_TYPES = new Set(["agent-started", "agent-failed", "agent-exited", "agent-lost"])

const fromCheckpoint = ({ seq, cols, rows, screen }: Checkpoint): Snapshot => ({ seq, head: { cols, rows }, screen })

/** The parts of one session. */
export class Parts implements SessionPart {
  readonly session: OpenSession
  readonly inputs: PendingInputs
  readonly keyed: KeyedInputs
  readonly keeper: CheckpointKeeper
  /** Drives the agent, in a session that has one. */
  agent: DutyDriver | undefined
  /** The child that is followed, while its runner is connected and it has not ended. */
  follower: ChildFollower | undefined
  /** True while this hub is starting the child, so that nobody takes it for lost. */
  starting = false
  private readonly gate: Gate
  private readonly wait: RunnerWait
  private readonly processWaiters: Array<() => void> = []
  /** Made when they are needed: most sessions that work in the background have no reader. */
  private readers: Delivery | undefined
  private viewers: Presence | undefined

  constructor(session: OpenSession, gate: Gate) {
    this.session = session
    this.gate = gate
    this.keeper = new CheckpointKeeper(session)
    const { inputQueueMax } = session.context.settings
    this.wait = new RunnerWait(
      () => this.giveUp(),
      () => this.starting,
    )
    this.inputs = new PendingInputs(inputQueueMax, this.wait)
    this.keyed = new KeyedInputs(inputQueueMax, this.wait)
    if (session.state.terminal?.typist !== undefined) this.presence.watchTypist()
  }

  /** Who reads the session. */
  get delivery(): Delivery {
    this.readers ??= new Delivery(this.session, this.gate, (done) => this.snapshot(done))
    return this.readers
  }

  /** How many read the session. */
  get readerCount(): number {
    return this.readers?.all.size ?? 0
  }

  /** Sessions in whose terminals this one is shown. */
  get within(): ReadonlyArray<string> {
    return this.viewers?.within ?? []
  }

  /** Who is attached, without making a presence. */
  get attached(): Presence | undefined {
    return this.viewers
  }

  /** Who looks at the session. */
  get presence(): Presence {
    this.viewers ??= new Presence(this.session, {
      resize: (cols, rows) => {
        if (this.agent === undefined) this.follower?.port.connection.resize(this.follower.port.child, cols, rows)
      },
      colors: (colors) => {
        if (this.agent === undefined) this.follower?.port.connection.colors(this.follower.port.child, colors)
      },
    })
    return this.viewers
  }

  /** The session's child is on this connection: follow it from the stored position, and hand it the input that waits. */
  connect(port: RunnerPort, childId: string): ChildFollower {
    this.follower?.stop()
    this.keeper.reset()
    const { agent } = this
    const follower = new ChildFollower(this.session, port, childId, this.keeper, this.keyed, agent?.translate)
    this.follower = follower
    if (agent !== undefined) {
      agent.connected(follower)
      return follower
    }
    this.wait.end()
    this.inputs.connect(port)
    this.keyed.connect(port)
    this.viewers?.connected()
    if (this.session.loop === "open") follower.follow()
    return follower
  }

  /** The connection is gone; the child may run on. */
  disconnect(): void {
    this.follower?.stop()
    this.follower = undefined
    this.keeper.reset()
    this.inputs.disconnect()
    this.keyed.disconnect()
    if (this.inputs.busy || this.keyed.busy) this.wait.begin()
  }

  /** The runner settled inputs of a client, or refused one with a key, whose number is 0. */
  settled(client: string, number: number, failure: RunnerFailure | undefined): void {
    if (number > 0) this.inputs.settle(client, number, failure)
    else if (failure !== undefined) this.keyed.refused(client, failure)
  }

  private giveUp(): void {
    this.inputs.giveUp(runnerAway())
    this.keyed.refuse(runnerAway())
  }

  private refuseInput(message: string): void {
    this.wait.end()
    this.inputs.refuse(new Unavailable({ message }))
    this.keyed.refuse(new Unavailable({ message }))
  }

  /** The child has ended and all of it is in the log. */
  finished(): void {
    this.follower = undefined
    this.refuseInput("the session's process has ended")
    this.agent?.plan()
  }

  /** Calls back at the next durable event about the process; the returned function takes that back. */
  onProcess(waiter: () => void): () => void {
    this.processWaiters.push(waiter)
    return () => {
      const at = this.processWaiters.indexOf(waiter)
      if (at >= 0) this.processWaiters.splice(at, 1)
    }
  }

  appended(records: ReadonlyArray<LogRecord>): void {
    this.readers?.publish(records)
    if (this.agent !== undefined) {
      this.agent.appended(records)
      if (records.some(({ channel, type }) => channel === "session" && AGENT_PROCESS_TYPES.has(type))) this.processChanged()
      return
    }
    for (const { channel, type } of records) {
      if (channel !== "terminal" || type === "output") continue
      if (type === "typist") this.presence.watchTypist()
      if (PROCESS_TYPES.has(type)) this.processChanged()
    }
  }

  private processChanged(): void {
    for (const waiter of this.processWaiters.splice(0)) waiter()
  }

  stalled(): void {
    this.follower?.stop()
    // Their notes wait for space, which may be for hours.
    if (this.session.problem?._tag === "StorageFull") this.keyed.refuse(unconfirmed())
    this.agent?.stalled()
  }

  resumed(): void {
    this.keeper.reset()
    this.readers?.reclaimed()
    if (this.agent === undefined) this.follower?.follow()
    else this.agent.resumed()
  }

  busy(): boolean {
    if (this.starting || this.readerCount > 0 || this.follower !== undefined) return true
    return this.inputs.busy || this.keyed.busy || this.viewers?.waiting === true || (this.agent?.busy ?? false)
  }

  gone(reason: string): void {
    this.readers?.endAll(reason)
    this.disconnect()
    this.viewers?.stop()
    this.agent?.stop()
    this.refuseInput(reason)
  }

  /** The screen to begin an attachment with: the live one, else the stored one, else an empty one at the log's start. */
  private snapshot(done: (snapshot: Snapshot | undefined) => void): void {
    const { follower, session, agent } = this
    if (agent !== undefined) return takeAgentSnapshot(session, agent.live, done)
    if (follower === undefined || session.loop !== "open") return this.storedSnapshot(done)
    this.keeper.take(follower, (snapshot) => {
      if (snapshot === undefined) this.storedSnapshot(done)
      else done(snapshot)
    })
  }

  private storedSnapshot(done: (snapshot: Snapshot | undefined) => void): void {
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
}
