/**
 * One agent that works with hundreds of megabytes and asks hundreds of large questions, beside others: A-50, P-13, Q-17.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { openAgent, recordOf, sendText, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import type { HubProcess } from "../src/hub-process.ts"
import { Opened } from "../src/Opened.ts"
import { residentBytes } from "../src/processes.ts"
import { sized, timeLimit } from "../src/sizes.ts"
import { openTerminal } from "../src/terminal-session.ts"

const opened = new Opened()
afterEach(() => opened.close())

/** An ACP agent that calls tools with 0.5 MB of output each, then asks about others with 100 KB of input each, all at once. */
const PROGRAM = `
import { once } from "node:events"
import { createInterface } from "node:readline"
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n")
const update = (update) => send({ method: "session/update", params: { sessionId: "s", update } })
let prompt, ids = 0
async function play(id, { calls, asks }) {
  prompt = id
  for (let i = 0; i < calls; i++) {
    const toolCallId = "c" + ids++
    update({ sessionUpdate: "tool_call", toolCallId, title: "t", kind: "execute", status: "in_progress", rawInput: { command: "run " + i } })
    const rawOutput = { output: (i + " lines of output ").repeat(Math.ceil(524288 / (i + " lines of output ").length)) }
    update({ sessionUpdate: "tool_call_update", toolCallId, status: "completed", rawOutput })
    if (process.stdout.writableLength > 1e6) await once(process.stdout, "drain")
  }
  const options = [{ optionId: "y", name: "Yes", kind: "allow_once" }, { optionId: "n", name: "No", kind: "reject_once" }]
  for (let i = 0; i < asks; i++) {
    const toolCall = { toolCallId: "a" + ids++, title: "ask", kind: "execute", rawInput: { command: "echo " + "x".repeat(102400) } }
    send({ id: "ask" + ids, method: "session/request_permission", params: { sessionId: "s", toolCall, options } })
  }
  if (asks === 0) send({ id, result: { stopReason: "end_turn" } })
}
createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line)
  if (method === "initialize") send({ id, result: { protocolVersion: 1, agentCapabilities: {} } })
  if (method === "session/new") send({ id, result: { sessionId: "s" } })
  if (method === "session/prompt") void play(id, JSON.parse(params.prompt.at(-1).text))
  if (method === "session/cancel") send({ id: prompt, result: { stopReason: "cancelled" } })
})
`

const percentile = (values: ReadonlyArray<number>, share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** Processor time of a process so far, in milliseconds (Linux, 100 ticks a second). */
function processorMillis(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

async function timesOf(hub: HubProcess, session: string, more: (done: number) => boolean): Promise<ReadonlyArray<number>> {
  const times: Array<number> = []
  while (more(times.length)) {
    const began = performance.now()
    expect((await hub.call("POST", `/api/sessions/${session}/marks`, { text: "probe" })).status).toBeLessThan(300)
    times.push(performance.now() - began)
  }
  return times
}

describe.skipIf(process.platform !== "linux")("one large agent", () => {
  it("A-50 P-13 costs the others little, the hub a bounded amount, and is interrupted at once (fault:N10, fault:N23)", async () => {
    const root = mkdtempSync(join(tmpdir(), "holdfast-large-"))
    opened.closing(() => rmSync(root, { recursive: true, force: true }))
    const [data, program] = [mkdtempSync(join(root, "data-")), join(root, "agent.mjs")]
    writeFileSync(program, PROGRAM)
    const agents = { heavy: { command: process.execPath, args: [program], options: { permissions: "ask" } } }
    writeFileSync(join(data, "config.json"), JSON.stringify({ agents }))
    const hub = await opened.hub({ data })
    const { calls, asks } = sized({
      short: { calls: 40, asks: 40 },
      ci: { calls: 300, asks: 150 },
      long: { calls: 1000, asks: 300 },
    })
    const other = (await openTerminal(hub, { command: "cat" })).id
    const { id } = await openAgent(hub, { agent: "heavy", cwd: root })
    const turn = async (calls: number): Promise<number> => {
      const began = processorMillis(hub.pid())
      await sendText(hub, id, JSON.stringify({ calls, asks: 0 }))
      await settledAgent(hub, id, 300_000)
      return (processorMillis(hub.pid()) - began) / calls
    }
    let peak = 0
    const sampling = setInterval(() => (peak = Math.max(peak, residentBytes(hub.pid()))), 50)
    opened.closing(() => clearInterval(sampling))
    // Memory is compared with that of the same calls in small turns: at rest a hub gives its memory back.
    await turn(10)
    let each = 0
    for (let done = 0; done < calls; done += 10) each += (await turn(10)) / (calls / 10)
    const before = peak
    const quiet = await timesOf(hub, other, (done) => done < 200)
    peak = 0
    const began = processorMillis(hub.pid())
    let isAsking = false
    await sendText(hub, id, JSON.stringify({ calls, asks }))
    const all = eventually("all is asked", 500_000, async () => (await recordOf(hub, id)).permissions.length === asks)
    const probes = timesOf(hub, other, () => !isAsking)
    await all.finally(() => (isAsking = true))
    const busy = await probes
    const eachOfMany = (processorMillis(hub.pid()) - began) / (calls + asks)
    const record = await hub.call("GET", `/api/sessions/${id}`)
    const list = await hub.call("GET", "/api/sessions")

    const streaming = peak
    const stopped = performance.now()
    await hub.call("POST", `/api/sessions/${id}/interrupt`, {})
    await eventually("the turn ended", 30_000, async () => (await recordOf(hub, id)).turn.status === "idle")
    const interrupt = performance.now() - stopped
    clearInterval(sampling)
    const sizes = [record, list].map(({ body }) => Math.round(JSON.stringify(body).length / 1024))
    process.stdout.write(
      `one large agent: ${calls} calls, ${asks} requests; others p50 ${percentile(quiet, 0.5).toFixed(1)} → ${percentile(busy, 0.5).toFixed(1)} ms, ` +
        `p99 ${percentile(quiet, 0.99).toFixed(1)} → ${percentile(busy, 0.99).toFixed(1)} ms; interrupt ${interrupt.toFixed(0)} ms; ` +
        `hub ${(before / 1e6).toFixed(1)} → ${(streaming / 1e6).toFixed(1)} → ${(peak / 1e6).toFixed(1)} MB; hub's processor ${each.toFixed(1)} → ${eachOfMany.toFixed(1)} ms each; record ${sizes[0]} KB, list ${sizes[1]} KB\n`,
    )
    // 64 MiB and what a busy machine adds: the message of a turn has up to 12 MiB and is cut into new parts after every 3 MiB
    // more, and the collections of the dead ones take a fifth of the time at most.
    expect(peak - before).toBeLessThan(96 * 1024 * 1024)
    expect(interrupt).toBeLessThan(timeLimit(1000))
    expect(eachOfMany).toBeLessThan(2 * each + 5)
    expect(Math.max(...sizes)).toBeLessThan(1024)
    // A probe now and then meets another test on the machine: the small size is held to the middle.
    const share = sized({ short: 0.5, ci: 0.99, long: 0.99 })
    expect(percentile(busy, share)).toBeLessThan(
      Math.max(timeLimit(50), sized({ short: 5, ci: 2, long: 2 }) * percentile(quiet, share)),
    )
  })
})
