/**
 * The real Claude through a real hub that is killed in the middle of its turns: the same transcript as without kills, each
 * tool run once, the model asked once per step (check:H1 with a real agent).
 */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import { checkedAgentLog, endsOf, messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { type ClaudeHub, startClaudeHub } from "../src/agents/claude-hub.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { eventually } from "../src/eventually.ts"
import type { HubProcess } from "../src/hub-process.ts"
import { randomFrom, seedOf, sized } from "../src/sizes.ts"

let place: ClaudeHub | undefined
afterEach(() => place?.stop())

/** Allows what is asked first for the rest of the session. */
async function allowOnce(hub: HubProcess, id: string): Promise<void> {
  const [request] = await eventually("Claude asks", 20_000, async () => {
    const { permissions } = await recordOf(hub, id)
    return permissions.length > 0 ? permissions : undefined
  })
  const optionId = request?.options.find(({ kind }) => kind === "allow_once")?.id
  const answer = { optionId, remember: { scope: "session" } }
  expect((await hub.call("POST", `/api/sessions/${id}/permissions/${request?.id}`, answer)).status).toBe(200)
}

const script = (file: string, round: number): string =>
  `[[think plan ${round}]] [[slow 30 5]] [[bash echo x >> ${file}; sleep 0.3; echo done-${round}]] [[slow 30 5]]`

/** What a message says without what differs from one place to another. */
const told = (message: Message, cwd: string): string =>
  JSON.stringify([message.role, textOf(message), message.parts.map((part) => (part as { type?: unknown }).type)]).replaceAll(
    cwd,
    "CWD",
  )

describe.skipIf(isElsewhere("claude"))("the real Claude under kills of the hub", () => {
  it("check:H1 check:A8 turns end as they would have, tools run once, the model is asked once per step", async () => {
    place = await startClaudeHub()
    const { hub, model, directory } = place
    const random = randomFrom(seedOf("check:H1 claude"))
    const kills = sized({ short: 2, ci: 20, long: 60 })
    const transcripts: Array<ReadonlyArray<string>> = []
    for (const killing of [false, true]) {
      const cwd = directory()
      const { id } = await openAgent(hub, { agent: "claude", cwd })
      const since = model.requests().length
      for (let round = 0; round < kills; round++) {
        const file = join(cwd, `ran-${round}`)
        expect((await sendText(hub, id, script(file, round))).status).toBe(200)
        if (round === 0) await allowOnce(hub, id)
        if (killing) {
          await pause(50 + random() * 900)
          await hub.kill("SIGKILL")
          await hub.start()
        }
        await settledAgent(hub, id, 60_000)
        expect(readFileSync(file, "utf8")).toBe("x\n")
      }
      const log = await checkedAgentLog(hub, id)
      expect(endsOf(log).map(({ outcome }) => outcome)).toEqual(Array.from({ length: kills }, () => "completed"))
      transcripts.push((await messagesOf(hub, id)).map((message) => told(message, cwd)))
      const steps = model
        .requests()
        .slice(since)
        .flatMap(({ prompt, step }) => (prompt?.includes(cwd) === true ? [`${prompt} ${step}`] : []))
      expect(new Set(steps).size).toBe(steps.length)
      expect(steps).toHaveLength(2 * kills)
    }
    expect(transcripts[1]).toEqual(transcripts[0])
    process.stdout.write(`check:H1 claude: ${kills} kills, ${model.requests().length} requests\n`)
  })
})
