/**
 * The suite that every adapter of agents passes: `agent/agent-adapter.ts` in executable form.
 *
 * An adapter says how to start it and which messages make its agent do stated things; the suite knows nothing else of it.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AgentAdapter } from "../agent-adapter.ts"
import type { AgentStart } from "@holdfast/link/agent-messages"
import { AgentProbe, agentDirectories, YES, type AgentDirectories } from "./agent-probe.ts"
import { processEntry } from "../process/processes.ts"

/** Messages, and how the agent is started. */
export interface ContractAgent {
  /** `asks`: it asks before it runs a command. */
  readonly start: (directories: AgentDirectories, asks: boolean) => AgentStart
  /** Makes it say these words and end its turn. */
  readonly says: (text: string) => string
  /** Makes it say `word0 word1 …` for at least five seconds. */
  readonly talks: () => string
  /** Makes it run a command with its shell, then end its turn. */
  readonly runs: (command: string) => string
  /** Makes it run commands, all asked for at once; `undefined` where it cannot. */
  readonly runsTogether: (commands: ReadonlyArray<string>) => string | undefined
  /** Makes it write a line to its standard error. */
  readonly complains: (text: string) => string | undefined
  /** Makes its model fail. */
  readonly fails: () => string
  /** Whether a message can go into the streaming turn. */
  readonly steers: boolean
}

const alive = (pid: number): boolean => processEntry(pid)?.zombie === false

/** The pid that a command wrote into a file of its directory. */
const pidIn = (directories: AgentDirectories, name: string): number | undefined => {
  try {
    return Number(readFileSync(join(directories.cwd, name), "utf8")) || undefined
  } catch {
    return undefined
  }
}

/** The text of a turn once nothing was added for many times as long as an agent that talks needs for a word. */
async function quiet(probe: AgentProbe, turn: string): Promise<string> {
  for (let round = 0; round < 10; round++) {
    const seen = probe.text(turn)
    await new Promise((resolve) => setTimeout(resolve, 200))
    if (probe.text(turn) === seen) return seen
  }
  throw new Error(`it talks on: ${probe.text(turn)}`)
}

/** Runs the suite for one adapter. */
export function agentAdapterContract(name: string, adapter: AgentAdapter, agent: ContractAgent): void {
  let directories: AgentDirectories
  const probes: Array<AgentProbe> = []

  const begin = (asks = false, change: Partial<AgentStart> = {}): AgentProbe => {
    const probe = new AgentProbe(adapter, { ...agent.start(directories, asks), ...change })
    probes.push(probe)
    return probe
  }

  describe(`agent adapter contract: ${name}`, () => {
    beforeEach(() => {
      directories = agentDirectories()
    })

    afterEach(async () => {
      await Promise.all(probes.splice(0).map((probe) => probe.handle.end(0)))
      directories.dispose()
    })

    it("reports ready first, a turn with one end, and the exit once and last", async () => {
      const probe = begin()
      const { id, turn } = probe.send(agent.says("hello there"))
      expect((await probe.ended(turn)).outcome).toBe("completed")
      expect(probe.notes[0]?.type).toBe("ready")
      expect(probe.of("taken")).toEqual([{ type: "taken", messageId: id, turn }])
      expect(probe.text(turn)).toContain("hello there")
      await probe.handle.end(1000)
      await probe.gone()
      expect(probe.of("turn-ended")).toHaveLength(1)
      expect(probe.late).toBe(0)
    })

    it("fails with a reason, and then exits, when it cannot be started", async () => {
      const probe = begin(false, { cwd: "/no/such/place" })
      await probe.gone()
      expect(probe.notes).toMatchObject([{ type: "failed", tag: "Unprocessable" }])
    })

    it("A-2 carries a repeated command out once", async () => {
      const probe = begin()
      const deliver = () =>
        probe.handle.command({
          type: "deliver",
          messageId: "once",
          turn: "t",
          parts: [{ type: "text", text: agent.says("only once") }],
          steer: false,
        })
      for (let i = 0; i < 3; i++) deliver()
      await probe.ended("t")
      deliver()
      const { turn } = probe.send(agent.says("afterwards"))
      await probe.ended(turn)
      expect(probe.of("taken").map((note) => note.messageId)).toEqual(["once", "m1"])
      expect(probe.of("turn-ended")).toHaveLength(2)
    })

    it("plays messages one turn after the other, in order", async () => {
      const probe = begin()
      const turns = ["one", "two", "three"].map((word) => probe.send(agent.says(word)).turn)
      await probe.ended(turns[2] ?? "")
      expect(probe.of("turn-ended").map((note) => note.turn)).toEqual(turns)
      const order = probe.notes.filter((note) => note.type === "taken" || note.type === "turn-ended").map((note) => note.type)
      expect(order).toEqual(["taken", "turn-ended", "taken", "turn-ended", "taken", "turn-ended"])
    })

    it("stops while it talks, keeps what was said, and takes the next message", async () => {
      const probe = begin()
      const { turn } = probe.send(agent.talks())
      await probe.says("word1", turn)
      const began = performance.now()
      probe.handle.command({ type: "interrupt", turn })
      probe.handle.command({ type: "interrupt", turn })
      expect((await probe.ended(turn)).outcome).toBe("interrupted")
      expect(performance.now() - began).toBeLessThan(1000)
      const next = probe.send(agent.says("still here"))
      expect((await probe.ended(next.turn)).outcome).toBe("completed")
      expect(probe.of("turn-ended").filter((note) => note.turn === turn)).toHaveLength(1)
    })

    it("leaves another turn alone when an interrupt comes for one that is over", async () => {
      const probe = begin()
      const first = probe.send(agent.says("first"))
      await probe.ended(first.turn)
      const second = probe.send(agent.says("second"))
      probe.handle.command({ type: "interrupt", turn: first.turn })
      expect((await probe.ended(second.turn)).outcome).toBe("completed")
    })

    it("returns a message whose turn is interrupted before it began", async () => {
      const probe = begin()
      const first = probe.send(agent.talks())
      const second = probe.send(agent.says("never"))
      await probe.says("word1")
      probe.handle.command({ type: "interrupt", turn: second.turn })
      expect((await probe.ended(second.turn)).outcome).toBe("interrupted")
      expect(probe.of("returned").map((note) => note.messageId)).toEqual([second.id])
      probe.handle.command({ type: "interrupt", turn: first.turn })
      await probe.ended(first.turn)
      expect(probe.text()).not.toContain("never")
    })

    it("stops a running command and all that it started", async () => {
      const probe = begin()
      const { turn } = probe.send(agent.runs("sleep 300 & echo $! > pid; wait"))
      await expect.poll(() => pidIn(directories, "pid"), { timeout: 50_000 }).toBeGreaterThan(0)
      const pid = pidIn(directories, "pid")
      probe.handle.command({ type: "interrupt", turn })
      expect((await probe.ended(turn)).outcome).toBe("interrupted")
      await expect.poll(() => alive(pid ?? 0), { timeout: 25_000 }).toBe(false)
    })

    it("asks, runs what is allowed once, and takes the first answer alone", async () => {
      const probe = begin(true)
      const { turn } = probe.send(agent.runs("echo ran >> ran"))
      const request = await probe.asked()
      for (let i = 0; i < 3; i++) probe.handle.command({ type: "answer", requestId: request.id, outcome: YES })
      expect((await probe.ended(turn)).outcome).toBe("completed")
      expect(readFileSync(join(directories.cwd, "ran"), "utf8")).toBe("ran\n")
      expect(probe.of("settled")).toEqual([{ type: "settled", requestId: request.id, how: "taken" }])
    })

    it("P-5 does not run what a person refuses, nor what was not answered", async () => {
      const probe = begin(true)
      const first = probe.send(agent.runs("touch refused"))
      const request = await probe.asked()
      const reject = request.options.find(({ kind }) => kind === "reject_once")
      const outcome = { type: "answered" as const, optionId: reject?.id ?? "", allow: false }
      probe.handle.command({ type: "answer", requestId: request.id, outcome })
      await probe.ended(first.turn)
      const second = probe.send(agent.runs("touch unanswered"))
      await probe.asked(1)
      probe.handle.command({ type: "interrupt", turn: second.turn })
      expect((await probe.ended(second.turn)).outcome).toBe("interrupted")
      for (const file of ["refused", "unanswered"]) expect(() => statSync(join(directories.cwd, file))).toThrow()
    })

    it("check:A2 ends a turn with a running tool and three open requests within a second", async () => {
      const together = agent.runsTogether(["sleep 300", "touch a", "touch b", "touch c"])
      if (together === undefined) return
      const probe = begin(true)
      const { turn } = probe.send(together)
      await probe.asked(3)
      const running = probe.of("asked").find(({ request }) => JSON.stringify(request.input).includes("sleep 300"))
      probe.handle.command({ type: "answer", requestId: running?.request.id ?? "", outcome: YES })
      await probe.until("the answer", () => probe.of("settled")[0])
      const began = performance.now()
      probe.handle.command({ type: "interrupt", turn })
      expect((await probe.ended(turn)).outcome).toBe("interrupted")
      expect(performance.now() - began).toBeLessThan(1000)
      for (const file of ["a", "b", "c"]) expect(() => statSync(join(directories.cwd, file))).toThrow()
    })

    it("puts a message into the streaming turn if it can, otherwise returns it", async () => {
      const probe = begin()
      const { turn } = probe.send(agent.talks())
      await probe.says("word1")
      const { id } = probe.send(agent.says("by the way"), turn)
      if (agent.steers) {
        // It is taken when the step is over, so that the turn need not be waited for.
        await probe.until(
          "the message or the turn's end",
          () => probe.of("taken").some((note) => note.messageId === id) || probe.of("turn-ended")[0],
        )
        expect(probe.of("returned")).toEqual([])
      } else {
        expect(await probe.until("the return", () => probe.of("returned")[0])).toMatchObject({ messageId: id })
      }
    }, 60_000)

    it("returns a message that was meant for a turn which is over", async () => {
      const probe = begin()
      const { turn } = probe.send(agent.says("short"))
      await probe.ended(turn)
      const { id } = probe.send(agent.says("too late"), turn)
      expect(await probe.until("the return", () => probe.of("returned")[0])).toMatchObject({ messageId: id })
      // The same message again, as a turn of its own.
      probe.handle.command({
        type: "deliver",
        messageId: id,
        turn: "own",
        parts: [{ type: "text", text: agent.says("late") }],
        steer: false,
      })
      expect((await probe.ended("own")).outcome).toBe("completed")
    })

    it("ends a turn whose model fails as an error, and continues", async () => {
      const probe = begin()
      const { turn } = probe.send(agent.fails())
      const end = await probe.ended(turn, 30_000)
      expect(end.outcome).toBe("error")
      expect(end.error?.message).not.toBe("")
      const next = probe.send(agent.says("well again"))
      expect((await probe.ended(next.turn)).outcome).toBe("completed")
    }, 60_000)

    it("A-10 ends the turn once, then exits, when its process is killed in the middle", async () => {
      const probe = begin()
      const { pid } = await probe.ready()
      const { turn } = probe.send(agent.talks())
      await probe.says("word1")
      process.kill(pid, "SIGKILL")
      const end = await probe.ended(turn, 5000)
      expect(end).toMatchObject({ outcome: "error", error: { tag: "AgentExited" } })
      await probe.gone()
      expect(probe.of("turn-ended")).toHaveLength(1)
      expect(probe.notes.at(-1)).toBe(end)
    })

    it("R-12 leaves no process when it is ended, also none in a session of its own", async () => {
      const probe = begin()
      const { pid } = await probe.ready()
      const { turn } = probe.send(agent.runs("setsid sleep 300 >/dev/null 2>&1 < /dev/null & echo $! > pid"))
      await probe.ended(turn)
      const left = pidIn(directories, "pid") ?? 0
      expect(alive(left)).toBe(true)
      await probe.handle.end(1000)
      expect(probe.exit).toBeDefined()
      expect([pid, left].filter(alive)).toEqual([])
    })

    it("says that a turn was interrupted when the agent is ended in the middle of it", async () => {
      const probe = begin()
      const { turn } = probe.send(agent.talks())
      await probe.says("word1")
      await probe.handle.end(1000)
      expect(await probe.ended(turn)).toMatchObject({ outcome: "interrupted" })
      expect(probe.of("turn-ended")).toHaveLength(1)
    })

    it("A-5 keeps standard error in logs/agent.log, out of the notes", async () => {
      const message = agent.complains("a quiet word")
      if (message === undefined) return
      const probe = begin()
      const { turn } = probe.send(message)
      await probe.ended(turn)
      await probe.handle.end(1000)
      const path = join(directories.session, "logs", "agent.log")
      expect(readFileSync(path, "utf8")).toContain("a quiet word")
      expect(statSync(path).mode & 0o777).toBe(0o600)
      expect(statSync(join(directories.session, "logs")).mode & 0o777).toBe(0o700)
      expect(JSON.stringify(probe.notes)).not.toContain("a quiet word")
    })

    it("says nothing while it is paused, and loses nothing", async () => {
      const probe = begin()
      const { turn } = probe.send(agent.talks())
      await probe.says("word1")
      probe.handle.pause()
      const seen = await quiet(probe, turn)
      probe.handle.continue()
      await probe.until("more", () => probe.text(turn).length > seen.length)
      const words = probe.text(turn).match(/word(\d+)/g) ?? []
      expect(words).toEqual(words.map((_, i) => `word${i}`))
    })

    it("continues from what exists of the session", async () => {
      const history = join(directories.session, "history.jsonl")
      const message = { id: "a", role: "user", parts: [{ type: "text", text: "remember me" }], createdAt: 0 }
      writeFileSync(history, `${JSON.stringify(message)}\n`)
      const probe = begin(false, { resume: { history } })
      expect((await probe.ready()).resumed).not.toBe("new")
    })
  })
}
