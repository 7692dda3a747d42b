/**
 * The agents of a runner, each in a thread of its own: what one of them takes, and how it fails, is its own (docs/PROTOCOL.md,
 * A-50; decision 32).
 *
 * The thread of an agent that has ended serves the next one, when that comes soon.
 */
import type { AgentHosts, AgentJournal } from "@holdfast/adapter/AgentHosts"
import type { AgentHandle } from "@holdfast/adapter/agent-adapter"
import type { AgentStart } from "@holdfast/link/agent-messages"
import { AgentThread, type ThreadOptions } from "./AgentThread.ts"

/** The threads. */
export class AgentThreads implements AgentHosts {
  readonly #make: () => AgentThread
  readonly #all = new Set<AgentThread>()
  #spare: AgentThread | undefined

  /** `failed` hears of a thread that died. */
  constructor(failed: (message: string) => void, options?: ThreadOptions) {
    this.#make = () => new AgentThread(failed, options)
  }

  /** Starts an agent; what goes wrong is reported by its notes. `environment` is all that its process gets. */
  start(child: number, start: AgentStart, environment: Readonly<Record<string, string>>, journal: AgentJournal): AgentHandle {
    const thread = this.#spare ?? this.#make()
    this.#spare = undefined
    this.#all.add(thread)
    return thread.start(child, start, environment, {
      ...journal,
      exit: (exit) => {
        journal.exit(exit)
        this.#free(thread)
      },
    })
  }

  /** Ends every thread; agents that are still there are killed and reported as crashed. */
  async stop(): Promise<void> {
    const all = [...this.#all]
    this.#all.clear()
    this.#spare = undefined
    await Promise.all(all.map((thread) => thread.stop()))
  }

  #free(thread: AgentThread): void {
    if (!this.#all.has(thread)) return
    if (this.#spare === undefined) {
      this.#spare = thread
      return
    }
    this.#all.delete(thread)
    void thread.stop()
  }
}
