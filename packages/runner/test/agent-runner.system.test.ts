/** Agents in a real runner: their notes in the journal, over hubs that come and go, and what is left when it dies. */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentInstruction, AgentNote, AgentStart } from "@holdfast/link/agent-messages"
import { sweepGeneration } from "../src/client/generations.ts"
import { agentDirectories, type AgentDirectories, probeStart } from "@holdfast/adapter/contract/agent-probe"
import type { JournalEntry } from "@holdfast/link/messages"
import { alive, LiveRunner, residentBytes, TestHub, until } from "@holdfast/testkit/runner/live-runner"

const notesOf = (entries: ReadonlyArray<JournalEntry> = []): ReadonlyArray<AgentNote> =>
  entries.flatMap((entry) => ("note" in entry && entry.note.type === "agent" ? [entry.note.note] : []))

const deliver = (id: string, text: string): AgentInstruction => ({
  type: "deliver",
  messageId: id,
  turn: `t-${id}`,
  parts: [{ type: "text", text }],
  steer: false,
})

describe("agents in a runner", () => {
  let live: LiveRunner
  let directories: AgentDirectories

  const spec = (): AgentStart => probeStart(directories, { env: { CANARY: "given" } })
  const begin = async (id: string): Promise<number> => {
    const { child } = await live.hub.connection.startAgent({ id, session: "session", agent: spec() })
    live.hub.connection.follow(child, 0, 1024 * 1024)
    return child
  }
  const note = <T extends AgentNote["type"]>(child: number, type: T, turn?: string): Promise<Extract<AgentNote, { type: T }>> =>
    until(`${type} of ${turn}`, () =>
      notesOf(live.hub.entries.get(child)).find(
        (one): one is Extract<AgentNote, { type: T }> =>
          one.type === type && (turn === undefined || ("turn" in one && one.turn === turn)),
      ),
    )
  const pidFile = (name: string): Promise<number> =>
    until(name, () => {
      const path = join(directories.cwd, name)
      return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0 ? Number(readFileSync(path, "utf8")) : undefined
    })

  beforeEach(async () => {
    directories = agentDirectories()
    live = await LiveRunner.start({ journalMemory: 256 * 1024 })
  })

  afterEach(async () => {
    await live.dispose()
    directories.dispose()
  })

  it("R-3 R-8 R-11 R-12 keeps notes at dense positions, the exit last, and leaves no process", async () => {
    const child = await begin("a")
    expect(await live.hub.connection.startAgent({ id: "a", session: "session", agent: spec() })).toMatchObject({ child })
    await live.hub.connection.commandAgent(
      child,
      deliver("m1", "[[bash setsid sleep 300 </dev/null >/dev/null 2>&1 & echo $! > pid]]"),
    )
    await note(child, "turn-ended", "t-m1")
    const left = await pidFile("pid")
    const { pid } = await note(child, "ready")
    const { children } = await live.hub.connection.status()
    expect(children).toMatchObject([{ kind: "agent", pid, state: "running" }])
    await live.hub.connection.end(child, 1000)
    await live.hub.exit(child)
    expect([pid, left].filter(alive)).toEqual([])
    const positions = live.hub.entries.get(child)?.map(({ position }) => position) ?? []
    expect(positions).toEqual(positions.map((_, i) => i + 1))
  })

  it("T-2 an agent gets a clean environment and what its start adds", async () => {
    const child = await begin("a")
    await live.hub.connection.commandAgent(child, deliver("m1", "[[bash env > env.txt]]"))
    await note(child, "turn-ended", "t-m1")
    const environment = readFileSync(join(directories.cwd, "env.txt"), "utf8")
    expect(environment).toContain("CANARY=given")
    expect(environment).toContain("HOLDFAST_SESSION=session")
    const ours = environment.match(/^HOLDFAST_\w+/gm)?.toSorted()
    expect(ours).toEqual(["HOLDFAST_CHILD", "HOLDFAST_SESSION"])
  })

  it("A-2 R-5 a new hub that repeats every command, and follows from what it has, gets each turn once", async () => {
    const child = await begin("a")
    await live.hub.connection.commandAgent(child, deliver("m1", "[[bash echo ran >> ran]] [[slow 40 10]]"))
    await note(child, "taken")
    const has = live.hub.entries.get(child)?.at(-1)?.position ?? 0
    live.hub.connection.close()
    const first = notesOf(live.hub.entries.get(child)?.filter(({ position }) => position <= has))
    live.hub = await TestHub.connect(live.started.socket, 2)
    live.hub.connection.follow(child, has, 1024 * 1024)
    for (const _ of [1, 2]) {
      await live.hub.connection.commandAgent(child, deliver("m1", "[[bash echo ran >> ran]] [[slow 40 10]]"))
      await live.hub.connection.commandAgent(child, {
        type: "answer",
        requestId: "none",
        outcome: { type: "cancelled", reason: "" },
      })
    }
    await note(child, "turn-ended", "t-m1")
    await live.hub.connection.commandAgent(child, deliver("m1", "again"))
    await live.hub.connection.commandAgent(child, deliver("m2", "[[say end]]"))
    await note(child, "turn-ended", "t-m2")
    const all = [...first, ...notesOf(live.hub.entries.get(child))]
    expect(all.filter(({ type }) => type === "taken")).toHaveLength(2)
    expect(all.filter(({ type }) => type === "turn-ended")).toHaveLength(2)
    expect(readFileSync(join(directories.cwd, "ran"), "utf8")).toBe("ran\n")
  })

  it("R-6 check:H3 with the hub away an agent works on, memory stays flat, and all of it is there in order", async () => {
    const child = await begin("a")
    await live.hub.connection.commandAgent(child, deliver("warm", "[[say warm]]"))
    await note(child, "turn-ended", "t-warm")
    const before = residentBytes(live.started.pid)
    await live.hub.connection.commandAgent(child, deliver("m1", "[[tokens 200000]]"))
    await note(child, "taken", "t-m1")
    const has = live.hub.entries.get(child)?.at(-1)?.position ?? 0
    live.hub.connection.close()
    const told = live.hub.entries.get(child)?.filter(({ position }) => position <= has) ?? []
    await until("the notes to be spilled", async () => {
      const observer = await TestHub.connect(live.started.socket, 2)
      const { journal, children } = await observer.connection.status()
      observer.connection.close()
      return journal.diskBytes > 1_000_000 && (children[0]?.head ?? 0) > has
    })
    expect(residentBytes(live.started.pid) - before).toBeLessThan(64 * 1024 * 1024)
    live.hub = await TestHub.connect(live.started.socket, 3)
    live.hub.connection.follow(child, has, 1024 * 1024)
    await note(child, "turn-ended", "t-m1")
    const entries = [...told, ...(live.hub.entries.get(child) ?? [])]
    expect(entries.map(({ position }) => position)).toEqual(entries.map((_, i) => i + 1))
    const chunks = notesOf(entries).flatMap((one) => (one.type === "chunks" && one.turn === "t-m1" ? one.chunks : []))
    const text = chunks.map((chunk) => (chunk.type === "text-delta" ? chunk.delta : "")).join("")
    expect(text).toBe(Array.from({ length: 200_000 }, (_, i) => `tok${i} `).join(""))
  })

  it("R-12 R-16 after a kill of the runner its agents and all that they started can be ended", async () => {
    const child = await begin("a")
    const { pid } = await note(child, "ready")
    await live.hub.connection.commandAgent(
      child,
      deliver(
        "m1",
        "[[bash trap '' HUP TERM; setsid sh -c 'trap \"\" HUP TERM; while :; do sleep 1; done' & echo $! > pid; wait]]",
      ),
    )
    const left = await pidFile("pid")
    process.kill(live.started.pid, "SIGKILL")
    await until("the runner's end", () => !alive(live.started.pid))
    await sweepGeneration(live.started.generation)
    expect([pid, left].filter(alive)).toEqual([])
  })

  it("refuses what is not for agents, and for terminals what is", async () => {
    const child = await begin("a")
    await expect(live.hub.connection.signal(child, "SIGINT")).rejects.toMatchObject({ tag: "SessionNotReady" })
    await expect(live.hub.connection.screen(child)).rejects.toThrow()
    const terminal = await live.hub.start("b", "cat")
    await expect(live.hub.connection.commandAgent(terminal.child, deliver("m", "x"))).rejects.toMatchObject({
      tag: "SessionNotReady",
    })
    await expect(live.hub.connection.commandAgent(999, deliver("m", "x"))).rejects.toMatchObject({ tag: "SessionNotReady" })
    await live.hub.connection.end(terminal.child, 100)
  })
})
