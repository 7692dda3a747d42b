/** The agents of a hub's open sessions, and how many of them may have a process at one moment (docs/protocol/rules.md, A-6). */

/** An agent as the pool sees it. */
export interface PooledAgent {
  /** True while it has, or is about to have, a process that is not to end. */
  readonly hasProcess: boolean
  /** True when the process does nothing and nothing waits for it. */
  readonly idle: boolean
  /** When it was last used, in epoch milliseconds. */
  readonly usedAt: number
  /** Has the process ended; the next message starts it again. */
  readonly unload: (reason: "limit") => void
  /** Resolves once the log says that the process is to end, where something runs in the background. */
  readonly announceEnd: () => Promise<void>
}

/** The agents in memory. */
export class AgentPool {
  readonly #most: number
  readonly #report: (message: string, fields: Readonly<Record<string, unknown>>) => void
  readonly #agents = new Set<PooledAgent>()

  /** `most`: how many processes there may be. */
  constructor(most: number, report: (message: string, fields: Readonly<Record<string, unknown>>) => void) {
    this.#most = most
    this.#report = report
  }

  /** An agent's session was opened. */
  join(agent: PooledAgent): void {
    this.#agents.add(agent)
  }

  /** An agent's session leaves memory. */
  leave(agent: PooledAgent): void {
    this.#agents.delete(agent)
  }

  /** Makes room for one more process: of too many, the idle ones that were used longest ago are ended. */
  makeRoom(mine: PooledAgent): void {
    const live = [...this.#agents].filter((agent) => agent !== mine && agent.hasProcess)
    const over = live.length + 1 - this.#most
    if (over <= 0) return
    const idle = live.filter((agent) => agent.idle).sort((a, b) => a.usedAt - b.usedAt)
    for (const agent of idle.slice(0, over)) agent.unload("limit")
    if (idle.length >= over) return
    this.#report("more agents are running than agentsLive allows, and none is idle", {
      live: live.length + 1,
      agentsLive: this.#most,
    })
  }

  /** All processes are to end: where something runs in the background, the log says so before. */
  async announceEnd(): Promise<void> {
    await Promise.all(Array.from(this.#agents, (agent) => agent.announceEnd()))
  }
}
