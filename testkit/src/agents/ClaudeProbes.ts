/** Claudes under test with a model server and directories of their own, for one test at a time. */
import type { AgentStart } from "@holdfast/link/agent-messages"
import { claudeAdapter } from "@holdfast/agents/inside/claude/claude-adapter"
import { AgentProbe, agentDirectories, type AgentDirectories } from "@holdfast/adapter/contract/agent-probe"
import { startModelServer, type ModelServer } from "../model/ModelServer.ts"
import type { ClaudePlace } from "./claude.ts"
import { claudeStart } from "./claude-start.ts"

/** What a test has between `open` and `close`. */
interface Place {
  readonly model: ModelServer
  readonly directories: AgentDirectories
}

/** The Claudes of one test; nothing of them is left after `close`. */
export class ClaudeProbes {
  #place: Place | undefined
  readonly #probes: Array<AgentProbe> = []

  get model(): ModelServer {
    return this.#opened.model
  }

  get directories(): AgentDirectories {
    return this.#opened.directories
  }

  get #opened(): Place {
    if (this.#place === undefined) throw new Error("open it before the test")
    return this.#place
  }

  /** Before a test. */
  async open(): Promise<void> {
    this.#place = { model: await startModelServer(), directories: agentDirectories() }
  }

  /** After a test. */
  async close(): Promise<void> {
    const { model, directories } = this.#opened
    await Promise.all(this.#probes.splice(0).map((probe) => probe.handle.end(0)))
    await model.stop()
    directories.dispose()
  }

  /** Starts a Claude; `change` is laid over its start, and its variables over those of the start. */
  begin(
    options: Readonly<Record<string, unknown>> = {},
    place: Partial<ClaudePlace> = {},
    change: Partial<AgentStart> = {},
  ): AgentProbe {
    const start = claudeStart(this.directories, { model: this.model.url, ...place }, options)
    const probe = new AgentProbe(claudeAdapter, { ...start, ...change, env: { ...start.env, ...change.env } })
    this.#probes.push(probe)
    return probe
  }
}
