/**
 * One agent in the agents' thread: its adapter is loaded, its notes are counted on their way to the journal.
 *
 * It is paused while the journal asks for it, or while more than `UNDER_WAY_MAX` characters have not reached the journal.
 */
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import { AdapterRefused, type ChildExit } from "@holdfast/adapter/adapter"
import type { AgentAdapter, AgentHandle } from "@holdfast/adapter/agent-adapter"
import type { AgentInstruction, AgentNote, AgentStart } from "@holdfast/link/agent-messages"
import type { AgentStep, AgentThreadReport } from "./thread-messages.ts"

/** Characters under way to the journal from which an agent is paused; it continues at half of that. */
const UNDER_WAY_MAX = 4 * 1024 * 1024

/** An agent whose adapter may still be loading. */
export class HostedAgent {
  readonly #child: number
  readonly #report: (report: AgentThreadReport) => void
  readonly #over: () => void
  readonly #pauses = new Set<"journal" | "way">()
  #handle: AgentHandle | undefined
  #early: Array<(handle: AgentHandle) => void> = []
  #underWay = 0
  #isOver = false

  constructor(child: number, report: (report: AgentThreadReport) => void, over: () => void) {
    this.#child = child
    this.#report = report
    this.#over = over
  }

  /** Starts it once its adapter is there. */
  async start(load: Promise<AgentAdapter>, step: Extract<AgentStep, { type: "start" }>): Promise<void> {
    try {
      const adapter = await load
      this.#begin(adapter, step.start, step.environment)
    } catch (error) {
      const { tag, message } =
        error instanceof AdapterRefused ? error.failure : { tag: "AgentCrashed", message: `the adapter failed: ${String(error)}` }
      this.#note({ type: "failed", tag, message })
      this.#exit({ code: 1 })
    }
  }

  #begin(adapter: AgentAdapter, start: AgentStart, environment: Readonly<Record<string, string>>): void {
    const handle = adapter.start(start, environment, {
      note: (note) => this.#note(note),
      exit: (exit) => this.#exit(exit),
      spawned: (pid) => this.#report({ type: "spawned", child: this.#child, pid }),
    })
    this.#handle = handle
    const early = this.#early
    this.#early = []
    for (const act of early) act(handle)
  }

  command(command: AgentInstruction): void {
    this.#with((handle) => handle.command(command))
  }

  /** The journal asks for a pause, or has room again. */
  pause(paused: boolean): void {
    this.#pause("journal", paused)
  }

  /** This many characters reached the journal. */
  took(size: number): void {
    this.#underWay -= size
    if (this.#underWay <= UNDER_WAY_MAX / 2) this.#pause("way", false)
  }

  /** Ends it; the report `ended` follows. */
  end(request: number, graceMillis: number): void {
    const settled = (error?: unknown): void => {
      const failure =
        error === undefined
          ? undefined
          : error instanceof AdapterRefused
            ? error.failure
            : { tag: "InternalError", message: String(error) }
      this.#report({ type: "ended", request, ...(failure === undefined ? {} : { failure }) })
    }
    if (this.#isOver) return settled()
    this.#with((handle) => void handle.end(graceMillis).then(() => settled(), settled))
  }

  #with(act: (handle: AgentHandle) => void): void {
    if (this.#handle !== undefined) act(this.#handle)
    else this.#early.push(act)
  }

  #pause(reason: "journal" | "way", paused: boolean): void {
    const before = this.#pauses.size
    if (paused) this.#pauses.add(reason)
    else this.#pauses.delete(reason)
    if (before === 0 && this.#pauses.size > 0) this.#with((handle) => handle.pause())
    if (before > 0 && this.#pauses.size === 0) this.#with((handle) => handle.continue())
  }

  #note(note: AgentNote): void {
    const size = jsonBytes(note)
    this.#underWay += size
    this.#report({ type: "note", child: this.#child, note, size })
    if (this.#underWay > UNDER_WAY_MAX) this.#pause("way", true)
  }

  #exit(exit: ChildExit): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#report({ type: "exit", child: this.#child, exit })
    this.#over()
    // Whoever asked for its end before it could begin is answered.
    const none: AgentHandle = {
      command: () => undefined,
      pause: () => undefined,
      continue: () => undefined,
      end: () => Promise.resolve(),
    }
    for (const act of this.#early.splice(0)) act(none)
  }
}
