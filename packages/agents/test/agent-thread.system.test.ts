/** The agents' thread seen from the runner's loop: it dies, and every agent is told to have ended. */
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentAdapter } from "@holdfast/adapter/agent-adapter"
import type { AgentStart } from "@holdfast/link/agent-messages"
import { AgentThreads } from "../src/thread/AgentThreads.ts"
import { agentDirectories, AgentProbe, probeStart, type AgentDirectories } from "@holdfast/adapter/contract/agent-probe"
import { alive } from "@holdfast/testkit/runner/live-runner"

describe("agents' threads", () => {
  let directories: AgentDirectories
  let threads: AgentThreads
  let children = 0
  const failures: Array<string> = []
  const file = new URL("./crashing-agents-thread.ts", import.meta.url)

  /** Agents of the thread, as if they were an adapter's. */
  const hosted: AgentAdapter = {
    kind: "scripted",
    start: (start, environment, sink) =>
      threads.start(++children, start, environment, { note: sink.note, exit: sink.exit, spawned: () => undefined }),
  }
  const begin = (change: Partial<AgentStart> = {}): AgentProbe => new AgentProbe(hosted, probeStart(directories, change))

  beforeEach(() => {
    directories = agentDirectories()
    failures.length = 0
    threads = new AgentThreads((message) => failures.push(message), { file, heap: 48 })
  })

  afterEach(async () => {
    await threads.stop()
    directories.dispose()
  })

  it.each([
    ["crash", "AgentCrashed", "planted"],
    ["memory", "AgentOutOfMemory", "more than 48 MB"],
  ])("A-50 one that dies (%s) ends its agent's turn once and kills that agent alone (fault:N23)", async (model, tag, why) => {
    const [talking, other] = [begin(), begin()]
    const [dying, living] = (await Promise.all([talking.ready(), other.ready()])).map(({ pid }) => pid)
    const { turn } = talking.send("[[slow 5000 20]]")
    const { turn: work } = other.send("[[slow 2 20]]")
    await talking.says("word1")
    talking.handle.command({ type: "configure", model })
    const ending = talking.handle.end(60_000)
    await talking.gone(60_000)
    await ending
    expect(talking.of("turn-ended")).toMatchObject([{ turn, outcome: "error", error: { tag } }])
    expect(talking.of("turn-ended")[0]?.error?.message).toContain(why)
    expect(talking.notes.at(-1)?.type).toBe("turn-ended")
    expect((await other.ended(work)).outcome).toBe("completed")
    const { turn: more } = other.send("[[say still here]]")
    expect((await other.ended(more)).outcome).toBe("completed")
    expect([dying, living].map((pid) => pid !== undefined && alive(pid))).toEqual([false, true])
    expect(failures).toHaveLength(1)
    expect(failures.join()).toContain(why)
    await other.handle.end(1000)
    const next = begin()
    const { turn: again } = next.send("[[say well again]]")
    expect((await next.ended(again)).outcome).toBe("completed")
    await next.handle.end(1000)
  })

  it("fails an agent whose adapter this build lacks, and answers a request for its end", async () => {
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
