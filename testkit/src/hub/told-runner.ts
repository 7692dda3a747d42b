/** A runner whose agents do what a test tells them, note by note, and that remembers what the hub asked of them. */
import type { AgentInstruction, AgentNote } from "@holdfast/link/agent-messages"
import { type RunnerConnection, type RunnerEvents, RunnerGone, type StartAgent } from "@holdfast/link/RunnerConnection"
import { PlayedChild, PlayedRunner } from "./PlayedRunner.ts"
import { Watch } from "./Watch.ts"

/** One agent's process. */
export class ToldChild extends PlayedChild<StartAgent> {
  readonly commands: Array<AgentInstruction> = []
}

/** The runner. */
export class ToldRunner extends PlayedRunner<ToldChild> {
  protected readonly told = { kind: "agent" } as const
  readonly #watch = new Watch()

  constructor() {
    super("told")
  }

  /** Lets the newest process do something. */
  note(...notes: ReadonlyArray<AgentNote>): void {
    for (const note of notes) this.add(this.child, { note: { type: "agent", note, size: JSON.stringify(note).length } })
  }

  /** Lets the newest process end. */
  exit(code: number, child = this.child): void {
    child.ended = true
    this.add(child, { note: { type: "exit", code } })
  }

  /** Waits, bounded, until the hub asked for something. */
  until(what: string, condition: () => boolean): Promise<void> {
    return this.#watch.until(what, condition, 5000)
  }

  protected answers(_: RunnerEvents, gone: () => boolean): Partial<RunnerConnection> {
    return {
      startAgent: (request) => {
        if (gone()) return Promise.reject(new RunnerGone("gone"))
        const make = (number: number): ToldChild => new ToldChild(number, request)
        return this.begun(request.id, make, () => this.#watch.wake())
      },
      commandAgent: (number, command) => {
        if (gone()) return Promise.reject(new RunnerGone("gone"))
        this.of(number).commands.push(command)
        this.#watch.wake()
        return Promise.resolve()
      },
      end: (number) => {
        const child = this.of(number)
        if (!child.ended) this.exit(0, child)
        return Promise.resolve()
      },
      forget: (number) => {
        this.of(number).forgotten = true
        this.#watch.wake()
      },
    }
  }
}
