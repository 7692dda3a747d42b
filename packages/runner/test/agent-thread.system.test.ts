/** The agents' thread seen from the runner's loop: it dies, and every agent is told to have ended. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentAdapter } from "../src/agent/agent-adapter.ts"
import type { AgentStart } from "../src/agent/agent-messages.ts"
import { AgentThread } from "../src/agent/AgentThread.ts"
import { agentDirectories, AgentProbe, probeStart, type AgentDirectories } from "../src/contract/agent-probe.ts"
import { alive } from "./live-runner.ts"

describe("the agents' thread", () => {
  let directories: AgentDirectories
  let thread: AgentThread
  let children = 0
  const failures: Array<string> = []
  const file = new URL("./crashing-agents-thread.ts", import.meta.url)

  /** Agents of the thread, as if they were an adapter's. */
  const hosted: AgentAdapter = {
    kind: "scripted",
    start: (start, environment, sink) =>
      thread.start(++children, start, environment, { note: sink.note, exit: sink.exit, spawned: () => undefined }),
  }
  const begin = (change: Partial<AgentStart> = {}): AgentProbe => new AgentProbe(hosted, probeStart(directories, change))

  beforeEach(() => {
    directories = agentDirectories()
    failures.length = 0
    thread = new AgentThread((message) => failures.push(message), file)
  })

  afterEach(async () => {
    await thread.stop()
    directories.dispose()
  })

  it("ends every turn once when it dies, kills the agents, and the next agent gets a new one", async () => {
    const [talking, idle] = [begin(), begin()]
    const pids = (await Promise.all([talking.ready(), idle.ready()])).map(({ pid }) => pid)
    const { turn } = talking.send("[[slow 500 20]]")
    await talking.says("word1")
    const ending = idle.handle.end(60_000)
    talking.handle.command({ type: "configure", model: "crash" })
    await Promise.all([talking.gone(), idle.gone(), ending])
    expect(talking.of("turn-ended")).toMatchObject([{ turn, outcome: "error", error: { tag: "AgentCrashed" } }])
    expect(talking.notes.at(-1)?.type).toBe("turn-ended")
    expect(idle.of("turn-ended")).toEqual([])
    expect(pids.filter(alive)).toEqual([])
    expect(failures.join()).toContain("planted")
    const next = begin()
    const { turn: again } = next.send("[[say well again]]")
    expect((await next.ended(again)).outcome).toBe("completed")
    await next.handle.end(1000)
  })

  it("fails an agent whose adapter this build has not, and answers who asks for its end", async () => {
    const probe = begin({ adapter: "acp", program: { command: "/no/such/program", args: [] } })
    await Promise.all([probe.gone(), probe.handle.end(0)])
    expect(probe.notes[0]?.type).toBe("failed")
  })

  it("loses nothing of a big turn, and none of it waits for the loop", async () => {
    const probe = begin()
    const { turn } = probe.send("[[tokens 50000]]")
    expect((await probe.ended(turn, 30_000)).usage?.outputTokens).toBe(50_000)
    expect(probe.text(turn)).toBe(Array.from({ length: 50_000 }, (_, i) => `tok${i} `).join(""))
    await probe.handle.end(1000)
  })
})
