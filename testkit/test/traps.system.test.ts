/**
 * Traps that others fell into, each with a test: 5, 14 and 17 of the list in the checks, on a real hub.
 */
import { readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { outputOf, wholeLog } from "../src/logs.ts"
import { openConnection, startReader } from "../src/reader.ts"
import { openTerminal } from "../src/terminal-session.ts"

let hub: HubProcess
beforeAll(async () => {
  hub = await startHub({ settings: { HOLDFAST_SOCKET_SILENCE: "1000" } })
})
afterAll(async () => {
  await hub.stop()
})

const create = (body: object): Promise<Session> => openTerminal(hub, body)

describe("traps", () => {
  it("trap:5 a reader that comes between the create and the first output misses nothing and learns that it is up to date", async () => {
    for (let round = 0; round < 10; round++) {
      const { id } = await create({ command: "sh", args: ["-c", "echo first; sleep 60"], wait: false })
      const reader = startReader({ port: hub.port(), token: hub.token, session: id, after: 0 })
      await eventually("it is synced", 10_000, () => reader.attachment.synced)
      await eventually("the first output is there", 10_000, () => reader.outputBytes() >= "first\r\n".length)
      expect(reader.breaches).toEqual([])
      expect(reader.snapshots()).toBe(0)
      reader.close()
      await hub.call("DELETE", `/api/sessions/${id}`)
    }
  })

  it("trap:14 output in small pieces is stored as what it is: the log grows with the output, not with its square", async () => {
    const bytesOf = async (lines: number): Promise<{ readonly stored: number; readonly written: number }> => {
      const script = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "a line of some forty characters, number $i"; done`
      const { id } = await create({ command: "sh", args: ["-c", script] })
      await eventually(
        "it ended",
        60_000,
        async () => (await hub.call<Session>("GET", `/api/sessions/${id}`)).body.process === "exited",
      )
      const log = await wholeLog(hub, id)
      return { stored: Buffer.byteLength(JSON.stringify(log)), written: outputOf(log).length }
    }
    const [small, large] = [await bytesOf(500), await bytesOf(5000)]
    expect(large.stored / large.written).toBeLessThan(3)
    expect(large.stored / large.written).toBeLessThan(1.2 * (small.stored / small.written))
  })

  it("trap:17 heartbeats cost no file operation: a hundred attached idle sessions write nothing", async () => {
    const ids: Array<string> = []
    for (let i = 0; i < 100; i++) ids.push((await create({ command: "cat" })).id)
    const connection = openConnection(() => hub.port(), hub.token)
    await connection.online(10_000)
    for (const session of ids) await connection.call("Attach", { session, mode: "viewer" })
    const database = join(hub.data, "holdfast.db-wal")
    await eventually("the store is at rest", 20_000, () => Date.now() - statSync(database).mtimeMs > 1000)
    const written = (): number => Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${hub.pid()}/io`, "utf8"))?.[1] ?? 0)
    const before = { bytes: written(), changed: statSync(database).mtimeMs }
    // Nothing is to happen for as long as nine heartbeats take.
    await pause(3000)
    expect(connection.state._tag).toBe("Online")
    expect(statSync(database).mtimeMs).toBe(before.changed)
    expect(written() - before.bytes).toBeLessThan(64 * 1024)
    connection.close()
  })
})
