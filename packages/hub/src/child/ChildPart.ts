/**
 * The part of a session that has a child process in a runner: the child that is followed, and who waits for what becomes of it.
 *
 * The fleet and the reconciler speak to this and know no kind of session.
 */
import { type Command } from "@holdfast/core/decide"
import type { SessionState } from "@holdfast/core/state"
import type { LostReason } from "@holdfast/protocol/terminal-spec"
import type { JournalEntry, RunnerFailure } from "@holdfast/link/messages"
import { AttendedPart } from "../delivery/AttendedPart.ts"
import type { ChildFollower } from "./ChildFollower.ts"
import type { ChildSink, RunnerLink } from "./RunnerLink.ts"
import type { ChildConnection, RunnerPort } from "./RunnerPort.ts"

/** The part of a session with a child. */
export abstract class ChildPart extends AttendedPart implements ChildSink {
  /** The child that is followed, while its runner is connected and it has not ended. */
  follower: ChildFollower | undefined
  /** True while this hub is starting the child, so that no one takes it for lost. */
  starting = false
  readonly #waiters: Array<() => void> = []

  /** The session's child is on this connection: follows it from the stored position. */
  connect(port: RunnerPort, childId: string): void {
    this.follower?.stop()
    const follower = this.followerOf(port, childId)
    this.follower = follower
    this.connected(follower)
  }

  entry(entry: JournalEntry): void {
    this.follower?.entry(entry)
  }

  settled(_client: string, _number: number, _failure: RunnerFailure | undefined): void {}

  cut(connection: ChildConnection): void {
    if (this.follower?.port.connection === connection) this.disconnect()
  }

  /** The connection is gone; the child may run on. */
  disconnect(): void {
    this.follower?.stop()
    this.follower = undefined
  }

  /** The child has ended and all of it is in the log. */
  finished(): void {
    this.follower = undefined
  }

  /** Calls back at the next durable event about the process; the returned function takes that back. */
  onProcess(waiter: () => void): () => void {
    this.#waiters.push(waiter)
    return () => {
      const at = this.#waiters.indexOf(waiter)
      if (at >= 0) this.#waiters.splice(at, 1)
    }
  }

  override stalled(): void {
    this.follower?.stop()
  }

  override busy(): boolean {
    return this.starting || this.follower !== undefined || super.busy()
  }

  override gone(reason: string): void {
    super.gone(reason)
    this.disconnect()
  }

  /** The child is known to have been started, or to be dead: what was kept for its start may go. */
  pastStart(): void {}

  /** Ends the child of a session that is in the trash. */
  abstract endDeleted(): void

  /** The hub died between the durable start and its confirmation: starts the same child again, at most once. */
  abstract startAgain(link: RunnerLink, child: string): void

  /** The command that writes the child off, with all that it has shown. */
  abstract lost(state: SessionState, reason: LostReason, message: string): Command

  /** Calls back once `lost` can tell all of that. */
  whenLost(submit: () => void): void {
    submit()
  }

  /** Makes the follower of a child. */
  protected abstract followerOf(port: RunnerPort, childId: string): ChildFollower

  /** The child can be spoken to: begins to follow it, and hands it what waits. */
  protected abstract connected(follower: ChildFollower): void

  /** What became of the process is durable. */
  protected processChanged(): void {
    for (const waiter of this.#waiters.splice(0)) waiter()
  }
}
