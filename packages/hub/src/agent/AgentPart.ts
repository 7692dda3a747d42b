/** The part of an agent's session: the child that its driver drives, and snapshots of messages for those who attach. */
import type { Command } from "@holdfast/core/decide"
import { AgentDoing } from "@holdfast/core/doing/AgentDoing"
import type { SessionState } from "@holdfast/core/state"
import type { LostReason } from "@holdfast/protocol/terminal-spec"
import type { LogRecord } from "@holdfast/protocol/record"
import { ChildFollower } from "../child/ChildFollower.ts"
import { ChildPart } from "../child/ChildPart.ts"
import type { RunnerLink } from "../child/RunnerLink.ts"
import type { RunnerPort } from "../child/RunnerPort.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { Snapshot } from "../session/SessionPart.ts"
import { takeAgentSnapshot } from "./agent-snapshot.ts"
import type { AgentContext } from "./AgentContext.ts"
import { DutyDriver } from "./DutyDriver.ts"

/** Types on the session channel that change what the process is. */
const PROCESS_TYPES = new Set(["agent-started", "agent-failed", "agent-exited", "agent-lost"])

/** The part of one agent. */
export class AgentPart extends ChildPart {
  readonly driver: DutyDriver

  constructor(session: OpenSession, context: AgentContext) {
    super(session)
    this.driver = new DutyDriver(context, session, this)
  }

  override appended(records: ReadonlyArray<LogRecord>): void {
    super.appended(records)
    this.driver.appended(records)
    for (const { channel, type } of records) {
      if (channel === "session" && PROCESS_TYPES.has(type)) this.processChanged()
    }
  }

  override makeDoing(): AgentDoing {
    return new AgentDoing()
  }

  override finished(): void {
    super.finished()
    this.driver.plan()
  }

  override stalled(): void {
    super.stalled()
    this.driver.stalled()
  }

  override resumed(): void {
    super.resumed()
    this.driver.resumed()
  }

  override busy(): boolean {
    return super.busy() || this.driver.busy
  }

  override gone(reason: string): void {
    super.gone(reason)
    this.driver.stop()
  }

  /** The driver does, once that is durable. */
  override endDeleted(): void {
    this.driver.plan()
  }

  override startAgain(link: RunnerLink, child: string): void {
    this.driver.startAgain(link, child)
  }

  override lost(state: SessionState, reason: LostReason, message: string): Command {
    const partial = this.driver.live.ended(state.agent?.turn?.id, "lost")
    return { kind: "report", _tag: "AgentLost", reason, message, ...(partial === undefined ? {} : { partial }) }
  }

  override whenLost(submit: () => void): void {
    this.driver.live.ready(submit)
  }

  protected override followerOf(port: RunnerPort, childId: string): ChildFollower {
    return new ChildFollower(this.session, port, childId, { translate: this.driver.translate })
  }

  protected override connected(follower: ChildFollower): void {
    this.driver.connected(follower)
  }

  protected override snapshot(done: (snapshot: Snapshot | undefined) => void): void {
    takeAgentSnapshot(this.session, this.driver.live, done)
  }
}
