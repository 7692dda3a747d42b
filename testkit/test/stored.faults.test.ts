/**
 * What is stored costs neither start nor memory nor an attach: check:D8 with a real hub on a data directory that was used for long.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import type { Connection } from "@holdfast/client/Connection"
import { Attachment } from "@holdfast/client/Attachment"
import type { Item } from "@holdfast/client/items"
import { startHub } from "../src/hub-process.ts"
import { residentBytes } from "../src/processes.ts"
import { openConnection, startReader } from "../src/reader.ts"
import { seedData, type StoredSession } from "../src/seeded-store.ts"
import { sized, timeLimit } from "../src/sizes.ts"

const percentile = (values: ReadonlyArray<number>, share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

/** Attaches after a seq; gives the milliseconds until the first item with that tag, then detaches. */
async function timeTo(tag: Item["_tag"], connection: Connection, session: string, after: number): Promise<number> {
  const began = performance.now()
  let took = Number.NaN
  const attachment = new Attachment(connection, { session, mode: "viewer", after })
  await attachment.consume((item) => {
    if (item._tag !== tag || !Number.isNaN(took)) return
    took = performance.now() - began
    attachment.detach()
  })
  return took
}

it("check:D8 trap:15 many sessions and a long log leave start, memory and attaching as they are", async () => {
  const count = sized({ short: 50, ci: 200, long: 1000 })
  const each = sized({ short: 200, ci: 1000, long: 1000 })
  const longest = sized({ short: 20_000, ci: 100_000, long: 500_000 })
  const data = mkdtempSync(join(tmpdir(), "holdfast-test-"))
  chmodSync(data, 0o700)
  let hub: Awaited<ReturnType<typeof startHub>> | undefined
  let connection: Connection | undefined
  try {
    const seeded = performance.now()
    const stored = await seedData(data, [...Array.from({ length: count }, () => each), longest])
    const seeding = performance.now() - seeded
    hub = await startHub({ data })
    const { token, port } = hub
    await hub.kill("SIGKILL")
    const ready = await hub.start()
    const atStart = residentBytes(hub.pid())

    connection = openConnection(port, token)
    await connection.online(10_000)
    const tails: Array<number> = []
    for (const { id, last } of stored) tails.push(await timeTo("Synced", connection, id, last))
    const { id, last }: StoredSession = stored.at(-1) ?? { id: "", last: 0 }
    const first = await timeTo("Event", connection, id, 0)
    const memory = residentBytes(hub.pid())
    // All of the long log is there, in order.
    const reader = startReader({ port: port(), token, session: id, after: 0 })
    try {
      await reader.reached(last, 120_000)
      expect([reader.events(), reader.breaches, reader.ends]).toEqual([last, [], []])
    } finally {
      reader.close()
    }
    const tail = percentile(tails, 0.95)
    process.stdout.write(
      `check:D8 ${count} sessions of ${each} events and one of ${longest} (seeded in ${seeding.toFixed(0)} ms), ready ${ready.toFixed(0)} ms, ` +
        `${(atStart / 1e6).toFixed(0)} MB, after the attaches ${(memory / 1e6).toFixed(0)} MB, ` +
        `tail p95 ${tail.toFixed(1)} ms, first event of a replay ${first.toFixed(1)} ms\n`,
    )
    expect(ready).toBeLessThan(timeLimit(3000))
    expect(Math.max(atStart, memory)).toBeLessThan(300 * 1024 * 1024)
    expect(tail).toBeLessThan(timeLimit(200))
    expect(first).toBeLessThan(timeLimit(300))
  } finally {
    connection?.close()
    await hub?.stop()
    rmSync(data, { recursive: true, force: true })
  }
})
