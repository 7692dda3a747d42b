/**
 * Agents through a real hub and runner, killed while they work: check:H1, check:H2, check:D1 and check:O4 with messages, check:A1, check:A2, check:A7, and what a turn
 * keeps. The agent is the scripted one, a process of its own whose tools really run.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import type { PermissionDecision, WaitingPermission } from "@holdfast/protocol/agent/permission"
import type { Sent } from "@holdfast/protocol/agent/message"
import { checkedAgentLog, endsOf, messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { eventually, promptly } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { isAlive, processesWith } from "../src/processes.ts"
import { randomFrom, seedOf, sized, timeLimit } from "../src/sizes.ts"

const hubs: Array<HubProcess> = []
const directories: Array<string> = []
afterEach(async () => {
  for (const hub of hubs.splice(0)) await hub.stop()
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})
const open = async (settings: Readonly<Record<string, string>> = {}): Promise<HubProcess> => {
  const hub = await startHub({ settings })
  hubs.push(hub)
  return hub
}
const workplace = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-agent-"))
  directories.push(directory)
  return directory
}
const words = (count: number): string => Array.from({ length: count }, (_, i) => `word${i} `).join("")
const free = { options: { permissions: "allow" } }

describe("an agent's turn outlives the hub", () => {
  it("check:H1 M-2 A-2 killing the hub in the middle of turns loses no word, doubles none, and runs each tool once", async () => {
    const hub = await open()
    const random = randomFrom(seedOf("check:H1 agent"))
    const kills = sized({ short: 3, ci: 20, long: 100 })
    const cwd = workplace()
    const { id } = await openAgent(hub, { cwd, ...free })
    for (let round = 0; round < kills; round++) {
      const file = join(cwd, `ran-${round}`)
      const { status } = await sendText(
        hub,
        id,
        `[[slow 40 5]] [[bash echo x >> ${file}; sleep 0.2; echo done-${round}]] [[slow 40 5]]`,
      )
      expect(status).toBe(200)
      await pause(20 + random() * 700)
      await hub.kill("SIGKILL")
      await hub.start()
      await settledAgent(hub, id)
      expect(readFileSync(file, "utf8")).toBe("x\n")
    }
    const log = await checkedAgentLog(hub, id)
    expect(endsOf(log).map(({ outcome }) => outcome)).toEqual(Array.from({ length: kills }, () => "completed"))
    const answers = (await messagesOf(hub, id)).filter(({ role }) => role === "assistant")
    expect(answers).toHaveLength(kills)
    for (const [round, answer] of answers.entries()) {
      const text = textOf(answer)
      expect(text.startsWith(words(40))).toBe(true)
      expect(text.split(words(40))).toHaveLength(3)
      expect(JSON.stringify(answer.parts)).toContain(`done-${round}`)
    }
    process.stdout.write(`check:H1 agent: ${kills} kills, ${log.length} events kept\n`)
  })

  it("M-3 M-4 kills around the ends of turns leave none of them unfolded", async () => {
    const hub = await open()
    const random = randomFrom(seedOf("folding"))
    const rounds = sized({ short: 3, ci: 12, long: 60 })
    const { id } = await openAgent(hub, { cwd: workplace(), ...free })
    for (let round = 0; round < rounds; round++) {
      for (let n = 0; n < 3; n++) await sendText(hub, id, "[[think about it]] [[tokens 300]]")
      await eventually("a turn ends", 20_000, async () => (await recordOf(hub, id)).queue.length < 2)
      await pause(random() * 60)
      await hub.kill("SIGKILL")
      await hub.start()
    }
    await settledAgent(hub, id, 60_000)
    await hub.kill("SIGKILL")
    await hub.start()
    const log = await eventually("all is folded", 20_000, async () => {
      const found = await checkedAgentLog(hub, id)
      return found.every(({ channel, type }) => channel !== "agent" || type === "folded") ? found : undefined
    })
    expect(endsOf(log)).toHaveLength(rounds * 3)
  })

  it("A-6 kills around an unload keep its reason, and what is sent meanwhile goes to the next process", async () => {
    const hub = await open({ HOLDFAST_AGENT_IDLE: "1000" })
    const random = randomFrom(seedOf("unload"))
    const rounds = sized({ short: 2, ci: 10, long: 60 })
    const { id } = await openAgent(hub, { cwd: workplace() })
    for (let round = 0; round < rounds; round++) {
      await sendText(hub, id, "[[say begun]]")
      await settledAgent(hub, id)
      await pause(980 + random() * 60)
      await hub.kill("SIGKILL")
      await hub.start()
      await sendText(hub, id, "[[say at once]]")
      await settledAgent(hub, id)
    }
    const log = await checkedAgentLog(hub, id)
    const exits = log.filter(({ channel, type }) => channel === "session" && type === "agent-exited")
    for (const { data } of exits) expect(data).toMatchObject({ reason: "idle" })
    expect(log.filter(({ channel, type }) => channel === "queue" && type === "uncertain")).toEqual([])
    expect(endsOf(log).map(({ outcome }) => outcome)).toEqual(Array.from({ length: rounds * 2 }, () => "completed"))
    process.stdout.write(`unload: ${rounds} kills, ${exits.length} unloads\n`)
  })

  it("Q-7 check:D1 messages sent around kills are taken once each, in the order of the log", async () => {
    const hub = await open()
    const random = randomFrom(seedOf("check:D1 messages"))
    const rounds = sized({ short: 2, ci: 8, long: 60 })
    const { id } = await openAgent(hub, { cwd: workplace() })
    const accepted = new Map<string, string>()
    let key = 0
    for (let round = 0; round < rounds; round++) {
      let killed = false
      const writer = async (): Promise<void> => {
        while (!killed && key < (round + 1) * 12) {
          const name = `k${key++}`
          for (;;) {
            try {
              const { status, body } = await sendText(hub, id, `[[slow 5 2]] ${name}`, "queue", name)
              if (status === 200) {
                accepted.set(name, body.messageId)
                break
              }
            } catch {
              // The hub is being killed: the same key is tried again until it is answered.
            }
            await pause(20)
          }
        }
      }
      const writers = [writer(), writer(), writer()]
      await pause(50 + random() * 400)
      await hub.kill("SIGKILL")
      await hub.start()
      await Promise.all(writers)
      killed = true
    }
    await settledAgent(hub, id, 60_000)
    const log = await checkedAgentLog(hub, id)
    const added = log
      .filter((e) => e.channel === "queue" && e.type === "added")
      .map((e) => (e.data as { item: { id: string } }).item.id)
    const taken = log
      .filter((e) => e.channel === "queue" && e.type === "taken")
      .map((e) => (e.data as { messageId: string }).messageId)
    expect(taken).toEqual(added)
    expect(new Set(accepted.values())).toEqual(new Set(added))
    process.stdout.write(`check:D1 messages: ${rounds} kills, ${accepted.size} messages\n`)
  })

  it("check:O4 Q-1 one key sent many times at once, across a kill, makes one message; another body is a conflict (trap:22)", async () => {
    const hub = await open()
    const { id } = await openAgent(hub, { cwd: workplace() })
    const keys = sized({ short: 5, ci: 40, long: 300 })
    for (let n = 0; n < keys; n++) {
      const key = `o4-${n}`
      const tries = Array.from({ length: 5 }, () => sendText(hub, id, `hello ${n}`, "queue", key).catch(() => undefined))
      if (n % 5 === 2) {
        await hub.kill("SIGKILL")
        await hub.start()
      }
      await Promise.all(tries)
      const again = await sendText(hub, id, `hello ${n}`, "queue", key)
      expect(again.status).toBe(200)
      for (const answer of await Promise.all(tries)) if (answer?.status === 200) expect(answer.body).toEqual(again.body)
      expect((await sendText(hub, id, "another", "queue", key)).status).toBe(409)
      // A queue holds 200 messages.
      if (n % 50 === 49) await settledAgent(hub, id, 60_000)
    }
    await settledAgent(hub, id)
    const mine = (await messagesOf(hub, id)).filter(({ role }) => role === "user")
    expect(mine.map(textOf)).toEqual(Array.from({ length: keys }, (_, n) => `hello ${n}`))
    await checkedAgentLog(hub, id)
  })
})

describe("an agent whose runner or process dies", () => {
  it("check:H2 A-10 killing the runner says so, keeps the partial text and the queue, and the next message continues", async () => {
    const hub = await open()
    const { id } = await openAgent(hub, { cwd: workplace(), ...free })
    await sendText(hub, id, "[[slow 4000 5]]")
    await sendText(hub, id, "waits")
    await eventually("it streams", 10_000, async () => (await recordOf(hub, id)).lastSeq > 60)
    const [runner = 0] = hub.runners()
    process.kill(runner, "SIGKILL")
    const began = performance.now()
    const lost = await eventually("the loss is said", 5000, async () => {
      const record = await recordOf(hub, id)
      return record.process === "lost" ? record : undefined
    })
    process.stdout.write(`check:H2 agent: said after ${Math.round(performance.now() - began)} ms\n`)
    expect(lost.queue.map(({ status }) => status)).toEqual(["waiting"])
    expect(lost.agent?.hold?.reason).toBe("lost")
    const [, partial] = await messagesOf(hub, id)
    expect(partial?.outcome).toBe("lost")
    expect(textOf(partial ?? (undefined as never))).toMatch(/^word0 word1 /)
    await eventually("no orphan is left", 5000, () => processesWith(`HOLDFAST_SESSION=${id}`).length === 0)
    await sendText(hub, id, "go on")
    await settledAgent(hub, id)
    const log = await checkedAgentLog(hub, id)
    expect(endsOf(log).map(({ outcome }) => outcome)).toEqual(["lost", "completed", "completed"])
    expect(JSON.stringify(log.filter(({ type }) => type === "agent-started"))).toMatch(/"(resumed|replayed)"/)
  })

  it("check:A1 Q-2 an agent that ends in the middle of a turn ends it once, keeps the queue, and starts again with the next message", async () => {
    const hub = await open()
    const { id } = await openAgent(hub, { cwd: workplace() })
    for (const how of ["[[slow 5 2]] [[crash]]", "[[slow 400 5]]"]) {
      const ends = endsOf(await checkedAgentLog(hub, id)).length
      await sendText(hub, id, how)
      await sendText(hub, id, "behind it")
      if (!how.includes("crash")) {
        const { agent } = await eventually("the agent took the message", 10_000, async () => {
          const record = await recordOf(hub, id)
          return record.turn.status === "streaming" && record.queue.length === 1 ? record : undefined
        })
        process.kill(agent?.pid ?? 0, "SIGKILL")
      }
      await eventually("the turn has ended", 5000, async () => endsOf(await checkedAgentLog(hub, id)).length === ends + 1)
      const record = await recordOf(hub, id)
      expect(record.agent?.hold?.reason).toBe("error")
      expect(record.queue.map(({ status }) => status)).toEqual(["waiting"])
      await sendText(hub, id, "again")
      const after = await settledAgent(hub, id)
      expect(after.queue).toEqual([])
    }
    const outcomes = endsOf(await checkedAgentLog(hub, id)).map(({ outcome }) => outcome)
    expect(outcomes).toEqual(["error", "completed", "completed", "error", "completed", "completed"])
  })

  it("check:A2 P-3 an interrupt in a tool with open permission requests cancels them and ends the turn within a second", async () => {
    const hub = await open()
    const { id } = await openAgent(hub, { cwd: workplace() })
    await sendText(hub, id, "[[par]] [[bash sleep 30]] [[bash sleep 31]] [[bash sleep 32]]")
    await eventually("all three tools ask", 10_000, async () => (await recordOf(hub, id)).permissions.length === 3)
    const began = performance.now()
    expect((await hub.call<{ interrupted: boolean }>("POST", `/api/sessions/${id}/interrupt`)).body).toEqual({
      interrupted: true,
    })
    const acknowledged = performance.now() - began
    const idle = await promptly("the turn has ended", timeLimit(1000), async () => {
      const now = await recordOf(hub, id)
      return now.turn.status === "idle" ? now : undefined
    })
    process.stdout.write(
      `check:A2 acknowledged after ${acknowledged.toFixed(1)} ms, ended after ${(performance.now() - began).toFixed(1)} ms\n`,
    )
    expect(idle.permissions).toEqual([])
    const log = await checkedAgentLog(hub, id)
    expect(log.filter(({ channel, type }) => channel === "permission" && type === "cancelled")).toHaveLength(3)
    expect(endsOf(log).map(({ outcome }) => outcome)).toEqual(["interrupted"])
    expect((await hub.call<{ interrupted: boolean }>("POST", `/api/sessions/${id}/interrupt`)).body).toEqual({
      interrupted: false,
    })
    await eventually(
      "nothing of the tools is left",
      3000,
      () => processesWith(`HOLDFAST_SESSION=${id}`).filter(isAlive).length <= 1,
    )
  })
})

describe("permission requests over a restart", () => {
  it("P-2 P-1 a request survives a kill of the hub, is listed, and is answered by the first of two", async () => {
    const hub = await open()
    const cwd = workplace()
    const { id } = await openAgent(hub, { cwd })
    await sendText(hub, id, `[[write note.txt kept]]`)
    const waiting = async (): Promise<ReadonlyArray<WaitingPermission>> =>
      (await hub.call<{ permissions: ReadonlyArray<WaitingPermission> }>("GET", "/api/permissions")).body.permissions
    const [asked] = await eventually("it asks", 10_000, async () => {
      const list = await waiting()
      return list.length > 0 ? list : undefined
    })
    await hub.kill("SIGKILL")
    await hub.start()
    expect(await waiting()).toEqual([asked])
    const request = asked?.request
    const yes = request?.options.find(({ kind }) => kind === "allow_once")?.id
    const answers = await Promise.all(
      [0, 1].map(() => hub.call<PermissionDecision>("POST", `/api/sessions/${id}/permissions/${request?.id}`, { optionId: yes })),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409])
    await settledAgent(hub, id)
    expect(readFileSync(join(cwd, "note.txt"), "utf8")).toBe("kept")
    expect(await waiting()).toEqual([])
  })
})

describe("what is kept", () => {
  it("check:A7 M-6 keeps NUL, lone surrogates, U+2028 and a tool output of 5 MB as they are", async () => {
    const hub = await open()
    const { id } = await openAgent(hub, { cwd: workplace(), ...free })
    const odd = "a\u0000b\ud800c\u2028d\u{1f469}\u200d\u{1f680}e"
    const sent = await hub.call<Sent>("POST", `/api/sessions/${id}/messages`, { text: odd })
    expect(sent.status).toBe(200)
    await settledAgent(hub, id)
    await sendText(hub, id, "[[bash head -c 5000000 /dev/zero | tr '\\0' x]]")
    await settledAgent(hub, id)
    await hub.kill("SIGKILL")
    await hub.start()
    const [first, , , tool] = await messagesOf(hub, id)
    expect(textOf(first ?? (undefined as never))).toBe(odd)
    const output = JSON.stringify(tool?.parts)
    expect(output).toContain("x".repeat(100_000))
    await checkedAgentLog(hub, id)
  })

  it("M-3 M-4 a finished turn folds to at most three times its transcript, and cursors from before it resume", async () => {
    const hub = await open()
    const { id } = await openAgent(hub, { cwd: workplace() })
    await sendText(hub, id, "[[think about it for a while]] [[slow 2000 0]]")
    await settledAgent(hub, id)
    const folded = await eventually("the turn is folded", 10_000, async () => {
      const log = await checkedAgentLog(hub, id)
      // It folds in several pieces, one after another.
      const isFolded = log.some(({ type }) => type === "folded") && !log.some(({ type }) => type === "text-delta")
      return isFolded ? log : undefined
    })
    const transcript = (await messagesOf(hub, id)).map(textOf).join("").length
    const kept = JSON.stringify(folded).length
    process.stdout.write(`M-4: ${transcript} characters of text, ${kept} of events kept\n`)
    expect(kept).toBeLessThanOrEqual(3 * transcript)
    const head = (await recordOf(hub, id)).lastSeq
    for (const after of [0, 3, Math.floor(head / 3), Math.floor(head / 2), head - 3, head]) {
      const { status, body } = await hub.call<{ events: ReadonlyArray<{ seq: number; from?: number }> }>(
        "GET",
        `/api/sessions/${id}/events?after=${after}&limit=1000`,
      )
      expect(status).toBe(200)
      let cursor = after
      for (const { seq, from = seq } of body.events) {
        expect(from).toBeLessThanOrEqual(cursor + 1)
        expect(seq).toBeGreaterThan(cursor)
        cursor = seq
      }
      expect(cursor).toBe(head)
    }
  })
})
