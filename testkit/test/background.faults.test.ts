/** What an agent runs in the background, with a hub that is killed at any moment: nothing of it is lost, doubled or ended. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import { checkedAgentLog, openAgent, recordOf, sendText } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { type HubProcess, startHub } from "../src/hub-process.ts"
import { randomFrom, seedOf, sized } from "../src/sizes.ts"

let hub: HubProcess | undefined
const made: Array<string> = []
afterEach(async () => {
  await hub?.stop()
  hub = undefined
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

describe("background work under kills of the hub", () => {
  it("A-15 A-16 A-18 P-3 (fault:N1 fault:N3) tasks start and end once, what they ask is answered once, and nothing of it runs twice", async () => {
    const running = (hub = await startHub({ settings: { HOLDFAST_AGENT_IDLE: "1000" } }))
    const random = randomFrom(seedOf("background"))
    const rounds = sized({ short: 3, ci: 25, long: 100 })
    const cwd = mkdtempSync(join(tmpdir(), "holdfast-background-"))
    made.push(cwd)
    const { id } = await openAgent(running, { cwd, options: { pace: 0 } })
    for (let round = 0; round < rounds; round++) {
      const after = Math.floor(random() * 400)
      await sendText(
        running,
        id,
        `[[subagent ${after} echo x >> ran-${round}; sleep 0.1; echo done ${round}]][[say launched ${round}]]`,
      )
      await pause(random() * 600)
      await running.kill("SIGKILL")
      await running.start()
      const { permissions } = await eventually("the request", 20_000, async () => {
        const record = await recordOf(running, id)
        return record.permissions.some(({ decision }) => decision === undefined) ? record : undefined
      })
      const request = permissions.find(({ decision }) => decision === undefined)
      const answered = await running.call("POST", `/api/sessions/${id}/permissions/${request?.id}`, { optionId: "allow" })
      expect(answered.status).toBe(200)
      await pause(random() * 300)
      await running.kill("SIGKILL")
      await running.start()
      await eventually("the end of the task", 20_000, async () => (await recordOf(running, id)).tasks === undefined)
      expect(readFileSync(join(cwd, `ran-${round}`), "utf8")).toBe("x\n")
    }
    // For each round one turn of the message and one of the agent's own.
    const log = await eventually("the last turn", 20_000, async () => {
      const events = await checkedAgentLog(running, id)
      return events.filter(({ channel, type }) => channel === "turn" && type === "ended").length === 2 * rounds
        ? events
        : undefined
    })
    const count = (name: string): number => log.filter(({ channel, type }) => `${channel}/${type}` === name).length
    for (const name of ["task/started", "task/ended", "permission/asked", "permission/answered", "permission/taken"]) {
      expect(count(name), name).toBe(rounds)
    }
    expect(count("permission/cancelled")).toBe(0)
    // The idle limit of a second ended nothing that ran: it may have ended the agent between two rounds.
    expect(log.filter(({ type, data }) => type === "agent-ending" && JSON.stringify(data).includes("tasks"))).toEqual([])
    process.stdout.write(`background: ${2 * rounds} kills\n`)
  })
})
