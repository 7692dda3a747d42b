/**
 * Order and resume over the stream socket: check:O2, check:O4, check:O6 with a real hub and the real client.
 */
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { startFaultProxy, type Cut } from "../src/fault-proxy.ts"
import { startKeyedLoad } from "../src/keyed-load.ts"
import { wholeLog } from "../src/logs.ts"
import { Opened } from "../src/Opened.ts"
import { openConnection } from "../src/reader.ts"
import { randomFrom, seedOf, sized } from "../src/sizes.ts"
import { openTerminal } from "../src/terminal-session.ts"

const opened = new Opened()
afterEach(() => opened.close())
describe("order and resume", () => {
  it("check:O2 D-1 D-7 C-1 C-2 readers that are cut again and again all end with the same log, that of the store", async () => {
    const random = randomFrom(seedOf("check:O2"))
    const hub = await opened.hub()
    const session = (await openTerminal(hub, { command: "cat" })).id
    const count = sized({ short: 8, ci: 32, long: 32 })
    const members = []
    for (let i = 0; i < count; i++) {
      const proxy = await startFaultProxy(() => hub.port())
      opened.closing(() => proxy.stop())
      members.push({ proxy, reader: opened.reader({ port: hub.port(), proxy: proxy.port, token: hub.token, session, after: 0 }) })
    }
    const load = startKeyedLoad(hub, [session], 4)
    const end = performance.now() + sized({ short: 3000, ci: 10_000, long: 60_000 })
    const cuts: ReadonlyArray<Cut> = ["rst", "fin", "half-open"]
    let cut = 0
    const saboteurs = members.map(async ({ proxy }) => {
      while (performance.now() < end) {
        await pause(50 + random() * 450)
        cut += proxy.cut(cuts[Math.floor(random() * 3)] ?? "rst")
      }
    })
    await Promise.all(saboteurs)
    await load.finish()
    await load.verify()
    const head = (await hub.call<Session>("GET", `/api/sessions/${session}`)).body.lastSeq
    // Half-open connections are noticed by silence, so the last ones are reset.
    for (const { proxy } of members) proxy.cut("rst")
    const whole = opened.reader({ port: hub.port(), token: hub.token, session, after: 0 })
    await whole.reached(head, 20_000)
    for (const { reader: member } of members) {
      await member.reached(head, 40_000)
      expect(member.breaches).toEqual([])
      expect(member.snapshots()).toBe(0)
      expect(member.hash()).toBe(whole.hash())
    }
    process.stdout.write(`check:O2 ${count} readers, ${cut} cuts, ${head} events, all equal\n`)
    expect(cut).toBeGreaterThan(count)
  })

  it("check:O4 S-6 one key sent many times at once over HTTP and the socket, across a kill, makes one event", async () => {
    const random = randomFrom(seedOf("check:O4"))
    const hub = await opened.hub()
    const session = (await openTerminal(hub, { command: "cat" })).id
    const connection = openConnection(() => hub.port(), hub.token)
    opened.closing(() => connection.close())
    await connection.online(10_000)
    const keys = sized({ short: 40, ci: 200, long: 2000 })
    const over = async (door: number, key: string): Promise<number> => {
      const mark = { text: key, key }
      for (let attempt = 0; attempt < 200; attempt++) {
        try {
          if (door === 0) {
            const { status, body } = await hub.call<{ seq: number }>("POST", `/api/sessions/${session}/marks`, mark)
            if (status < 300) return body.seq
            if (status !== 503) throw new Error(`${status} ${JSON.stringify(body)}`)
          } else {
            return (await connection.call("log.mark", { session, ...mark })).seq
          }
        } catch (error) {
          const text = String(error)
          if (!/fetch failed|terminated|Unreachable|ConnectionLost|Unavailable|JSON|away|lost|reach/i.test(text)) throw error
        }
        await pause(25)
      }
      throw new Error(`${key} was never acknowledged`)
    }
    const seqs = new Map<string, number>()
    for (let n = 0; n < keys; n++) {
      const key = `key-${n}`
      const times = 2 + Math.floor(random() * 9)
      const replies = Promise.all(Array.from({ length: times }, (_, i) => over(i % 2, key)))
      if (n % 20 === 7) {
        await pause(random() * 4)
        await hub.kill("SIGKILL")
        await hub.start()
      }
      const distinct = new Set(await replies)
      expect([key, distinct.size]).toEqual([key, 1])
      for (const seq of distinct) seqs.set(key, seq)
    }
    const conflict = await hub.call<{ error: { tag: string } }>("POST", `/api/sessions/${session}/marks`, {
      key: "key-0",
      text: "other",
    })
    expect([conflict.status, conflict.body.error.tag]).toEqual([409, "KeyConflict"])
    const marks = (await wholeLog(hub, session)).filter((event) => event.type === "marked")
    expect(marks.map((event) => [(event.data as { text: string }).text, event.seq])).toEqual([...seqs])
  })

  it("check:O6 what clients saw of one log is a linear history: unique dense seqs, real-time order, a tail that never goes back", async () => {
    const random = randomFrom(seedOf("check:O6"))
    const hub = await opened.hub()
    const session = (await openTerminal(hub, { command: "cat" })).id
    const proxy = await startFaultProxy(() => hub.port())
    opened.closing(() => proxy.stop())
    const tails = Array.from({ length: 4 }, () =>
      opened.reader({ port: hub.port(), proxy: proxy.port, token: hub.token, session, after: 0 }),
    )
    const operations = sized({ short: 40, ci: 150, long: 500 })
    const history: Array<{ readonly began: number; readonly ended: number; readonly seq: number }> = []
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 0; n < operations; n++) {
        const began = performance.now()
        for (let attempt = 0; ; attempt++) {
          try {
            const { status, body } = await hub.call<{ seq: number }>("POST", `/api/sessions/${session}/marks`, {
              key: `${client}-${n}`,
              text: `${client}-${n}`,
            })
            if (status < 300) {
              history.push({ began, ended: performance.now(), seq: body.seq })
              break
            }
          } catch (error) {
            if (attempt > 400) throw error
          }
          await pause(20)
        }
      }
    })
    let running = true
    const faults = (async () => {
      for (let i = 0; running && i < sized({ short: 2, ci: 6, long: 20 }); i++) {
        await pause(100 + random() * 400)
        proxy.cut("rst")
        await pause(random() * 200)
        await hub.kill("SIGKILL")
        await hub.start()
      }
    })()
    await Promise.all(clients)
    running = false
    await faults
    const head = (await hub.call<Session>("GET", `/api/sessions/${session}`)).body.lastSeq
    for (const tail of tails) {
      await tail.reached(head, 30_000)
      expect(tail.breaches).toEqual([])
    }
    expect(new Set(tails.map((tail) => tail.hash())).size).toBe(1)
    expect(new Set(history.map(({ seq }) => seq)).size).toBe(8 * operations)
    // Real-time order: an operation that began after another had ended has the higher seq.
    const byEnd = [...history].sort((a, b) => a.ended - b.ended)
    const byBegin = [...history].sort((a, b) => a.began - b.began)
    let at = 0
    let highest = 0
    for (const operation of byBegin) {
      for (let done = byEnd[at]; done !== undefined && done.ended < operation.began; done = byEnd[++at])
        highest = Math.max(highest, done.seq)
      expect(operation.seq).toBeGreaterThan(highest)
    }
  })
})
