/**
 * Fairness over the stream socket: check:V1, check:V2, check:V6, check:T7 with a real hub and the real client.
 *
 * The short size shows that the checks of memory work: it is over too soon to bound a leak, which the `ci` and `long` sizes do.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import type { Screen, Session } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import { HUB_COMMAND, type HubProcess } from "../src/hub-process.ts"
import { heldBytes, INSPECTED } from "../src/held-memory.ts"
import { wholeLog } from "../src/logs.ts"
import { Opened } from "../src/Opened.ts"
import { descriptorsOf, leastResident, residentBytes, zombiesOf } from "../src/processes.ts"
import { openConnection, type Reader } from "../src/reader.ts"
import { sized, timeLimit } from "../src/sizes.ts"
import { openTerminal } from "../src/terminal-session.ts"

const opened = new Opened()
afterEach(() => opened.close())

/** Bytes by which what a hub holds may grow in a check: a reader's window and what is being sent, with room for what other work leaves. */
const MOST_HELD = 8 * 1024 * 1024

/** Starts a hub that {@link heldBytes} can ask. */
const inspectedHub = (): Promise<HubProcess> => opened.hub({ command: [process.execPath, INSPECTED, ...HUB_COMMAND.slice(1)] })

/** How long the memory of a process is looked at, in milliseconds. */
const atRest = (): number => sized({ short: 1000, ci: 2000, long: 2000 })

const percentile = (values: ReadonlyArray<number>, share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

describe("fairness", () => {
  it("check:V1 D-10 a reader that stops costs the hub nothing, delays no other and resumes later without loss", async () => {
    const hub = await inspectedHub()
    const megabytes = sized({ short: 30, ci: 200, long: 200 })
    // Memory is compared with what the same flow to ten readers that all read leaves: what a hub keeps for a reader that
    // stopped, it keeps for as long as it has stopped. Both are taken after a collection: how much dead memory a process has
    // is of no reader's making.
    const warm = (
      await openTerminal(hub, { command: "sh", args: ["-c", `seq 1 100000000 | head -c ${megabytes}000000; sleep 600`] })
    ).id
    const warmers = Array.from({ length: 10 }, () =>
      opened.reader({ port: hub.port(), token: hub.token, session: warm, after: 0 }),
    )
    const all = (warmer: Reader): boolean => warmer.outputBytes() >= megabytes * 1_000_000
    await eventually("ten readers have it all", 120_000, () => warmers.every(all))
    const heldBefore = await heldBytes(hub)
    const { bytes: before } = await leastResident(hub.pid(), pause(atRest()))
    for (const warmer of warmers) warmer.close()
    const session = (
      await openTerminal(hub, {
        command: "sh",
        args: ["-c", `read go; seq 1 100000000 | head -c ${megabytes}000000; echo; echo the-end; cat`],
      })
    ).id
    const { promise: gate, resolve: release } = Promise.withResolvers<void>()
    const others = Array.from({ length: 9 }, () => opened.reader({ port: hub.port(), token: hub.token, session, after: 0 }))
    let seen = 0
    const stalled = opened.reader({
      port: hub.port(),
      token: hub.token,
      session,
      after: 0,
      onItem: (item) => (item._tag === "Event" && ++seen > 3 ? gate : undefined),
    })
    await Promise.all([stalled, ...others].map((each) => each.reached(1, 10_000)))
    await hub.call("POST", `/api/sessions/${session}/input`, { key: "go", text: "\n" })
    await eventually("the others have it all", 120_000, () => others.every(all))
    const held = (await heldBytes(hub)) - heldBefore
    const { bytes: stopped } = await leastResident(hub.pid(), pause(atRest()))
    const places = `the stalled reader is at ${stalled.last()} of ${others[0]?.last() ?? 0}`
    const growth = `hub +${((stopped - before) / 1e6).toFixed(1)} MB, held +${(held / 1e6).toFixed(2)} MB`
    process.stdout.write(`check:V1 ${megabytes} MB, ${growth}, ${places}\n`)
    expect(stalled.last()).toBeLessThan(others[0]?.last() ?? 0)
    release()
    // The mark comes behind everything that was printed.
    await eventually("the child has printed it all", 60_000, async () => {
      const { body } = await hub.call<Screen>("GET", `/api/sessions/${session}/screen`)
      return (
        body.text.includes("the-end") && body.seq === (await hub.call<Session>("GET", `/api/sessions/${session}`)).body.lastSeq
      )
    })
    const head = (await hub.call<{ seq: number }>("POST", `/api/sessions/${session}/marks`, { text: "end" })).body.seq
    await stalled.reached(head, 60_000)
    await Promise.all(others.map((other) => other.reached(head, 30_000)))
    expect(stalled.breaches).toEqual([])
    expect(stalled.hash()).toBe(others[0]?.hash())
    expect(held).toBeLessThan(MOST_HELD)
    expect(stopped - before).toBeLessThan(32 * 1024 * 1024)
  })

  it("check:V2 R-10 a client that types without end is bounded, gets Busy, and delays no other session", async () => {
    const hub = await opened.hub()
    // Nothing reads: what the child does not take fills the queue.
    const flooded = (await openTerminal(hub, { command: "sh", args: ["-c", "stty -echo; sleep 60"] })).id
    const other = (await openTerminal(hub, { command: "cat" })).id
    const quiet: Array<number> = []
    const probe = async (count: number): Promise<ReadonlyArray<number>> => {
      const times: Array<number> = []
      for (let i = 0; i < count; i++) {
        const began = performance.now()
        expect((await hub.call("POST", `/api/sessions/${other}/marks`, { text: "probe" })).status).toBeLessThan(300)
        times.push(performance.now() - began)
      }
      return times
    }
    quiet.push(...(await probe(100)))
    const flooder = opened.reader({
      port: hub.port(),
      token: hub.token,
      session: flooded,
      mode: "interactive",
      cols: 80,
      rows: 24,
    })
    await flooder.reached(1, 10_000)
    const before = residentBytes(hub.pid())
    const tags = new Map<string, number>()
    const end = performance.now() + sized({ short: 1500, ci: 20_000, long: 20_000 })
    const line = Buffer.from(`${"x".repeat(199)}\n`)
    let accepted = 0
    let asked = 0
    const flood = (async () => {
      while (performance.now() < end) {
        for (let i = 0; i < 100; i++) {
          asked++
          flooder.attachment.type(line).then(
            () => void accepted++,
            (error: unknown) => {
              const tag = (error as { tag?: string }).tag ?? String(error)
              tags.set(tag, (tags.get(tag) ?? 0) + 1)
            },
          )
        }
        await pause(10)
      }
    })()
    const busy: Array<number> = []
    while (performance.now() < end) {
      busy.push(...(await probe(10)))
      await pause(20)
    }
    await flood
    const growth = residentBytes(hub.pid()) - before
    process.stdout.write(
      `check:V2 ${asked} inputs, ${accepted} accepted, ${JSON.stringify([...tags])}, others p99 ${percentile(quiet, 0.99).toFixed(1)} → ${percentile(busy, 0.99).toFixed(1)} ms, hub +${(growth / 1e6).toFixed(1)} MB\n`,
    )
    expect(tags.get("Busy") ?? 0).toBeGreaterThan(0)
    expect([...tags.keys()].filter((tag) => tag !== "Busy")).toEqual([])
    expect(growth).toBeLessThan(64 * 1024 * 1024)
    expect(percentile(busy, 0.5)).toBeLessThan(Math.max(timeLimit(50), 5 * percentile(quiet, 0.5)))
  })

  it("check:T7 T-8 three viewers that resize without end: the stated policy, at most 10 changes a second", async () => {
    const hub = await opened.hub()
    const script = "trap 'n=$((n+1)); echo winch $n $(stty size)' WINCH; echo up; while :; do sleep 0.02; done"
    const session = (await openTerminal(hub, { command: "bash", args: ["-c", script], cols: 100, rows: 30 })).id
    const sizes = [
      [80, 24],
      [200, 50],
      [40, 10],
    ] as const
    const viewers: Array<Reader> = []
    for (const [cols, rows] of sizes) {
      const viewer = opened.reader({ port: hub.port(), token: hub.token, session, mode: "interactive", cols, rows })
      await eventually("attached", 5000, () => viewer.attachment.synced)
      viewers.push(viewer)
    }
    const seconds = sized({ short: 2, ci: 5, long: 20 })
    const before = (await wholeLog(hub, session)).length
    for (let tick = 0; tick < seconds * 20; tick++) {
      viewers.forEach((viewer, i) => {
        const [cols, rows] = sizes[i] ?? [80, 24]
        viewer.attachment.resize(cols + (tick % 2), rows)
      })
      await pause(50)
    }
    // The last one to attach sizes, and its last size always comes; the others' resizes wait until they type.
    const last = sizes[2][0] + ((seconds * 20 - 1) % 2)
    await eventually(
      "the last size",
      5000,
      async () => (await hub.call<Session>("GET", `/api/sessions/${session}`)).body.terminal?.cols === last,
    )
    const resizes = (await wholeLog(hub, session)).slice(before).filter((event) => event.type === "resize")
    expect(resizes.length).toBeLessThanOrEqual(seconds * 10 + 12)
    for (const event of resizes) expect([40, 41]).toContain((event.data as { cols: number }).cols)
    await viewers[1]?.attachment.type(Buffer.from(" "))
    await eventually(
      "who types sizes",
      5000,
      async () => (await hub.call<Session>("GET", `/api/sessions/${session}`)).body.terminal?.rows === 50,
    )
    for (const bad of [
      { cols: 0, rows: 0 },
      { cols: 65_535, rows: 24 },
      { cols: 80, rows: -1 },
      { cols: 80.5, rows: 24 },
    ]) {
      const { status, body } = await hub.call<{ error: { tag: string } }>("POST", `/api/sessions/${session}/resize`, bad)
      expect([400, 422]).toContain(status)
      expect(["InvalidSize", "BadRequest"]).toContain(body.error.tag)
    }
  })

  it("check:V6 a soak: memory, descriptors and children stay where they are; SIGTERM ends the hub in time", async () => {
    const hub = await inspectedHub()
    // The sessions are silent while the file `hold` is there, so that the hub is at rest.
    const directory = mkdtempSync(join(tmpdir(), "holdfast-soak-"))
    opened.closing(() => rmSync(directory, { recursive: true, force: true }))
    const hold = join(directory, "hold")
    const command = { command: "sh", args: ["-c", 'while :; do [ -e "$0" ] || echo tick; sleep 0.5; done', hold] }
    const sessions: Array<string> = []
    for (let i = 0; i < 50; i++) sessions.push((await openTerminal(hub, command)).id)
    const soak = async (milliseconds: number, perSecond: number): Promise<number> => {
      const began = performance.now()
      const end = began + milliseconds
      let attaches = 0
      const connections = Array.from({ length: 10 }, () => openConnection(() => hub.port(), hub.token))
      await Promise.all(connections.map((connection) => connection.online(10_000)))
      while (performance.now() < end) {
        const session = sessions[attaches % sessions.length] ?? ""
        const connection = connections[attaches % connections.length]
        if (connection === undefined) throw new Error("no connection")
        await connection.call("Attach", { session, mode: "viewer" })
        await connection.call("Detach", { session })
        attaches++
        const ahead = (attaches * 1000) / perSecond - (performance.now() - began)
        if (ahead > 0) await pause(ahead)
      }
      for (const connection of connections) connection.close()
      return attaches
    }
    const memoryAtRest = async (): Promise<{ readonly resident: number; readonly held: number }> => {
      writeFileSync(hold, "")
      const { bytes } = await leastResident(hub.pid(), pause(sized({ short: 1200, ci: 8000, long: 8000 })))
      const held = await heldBytes(hub)
      rmSync(hold)
      return { resident: bytes, held }
    }
    /** The 99th percentile of the loop's delay since it was asked for last, in milliseconds. */
    const loopDelay = async (): Promise<number> => {
      const answer = await fetch(`${hub.url()}/metrics`, { headers: { authorization: `Bearer ${hub.token}` } })
      return Number(/^holdfast_event_loop_delay_p99_milliseconds (\S+)$/m.exec(await answer.text())?.[1])
    }
    // Warm-up without a pause, then the pace of the check. Memory is compared at rest: under load it holds what a collection would free.
    await soak(sized({ short: 1500, ci: 40_000, long: 300_000 }), Number.POSITIVE_INFINITY)
    const time = sized({ short: 1500, ci: 80_000, long: 3_300_000 })
    const memory = await memoryAtRest()
    const before = descriptorsOf(hub.pid()).length
    await loopDelay()
    const attaches = await soak(time, 200)
    const delay = await loopDelay()
    const after = await memoryAtRest()
    const growth = after.resident - memory.resident
    const held = after.held - memory.held
    const more = (): number => descriptorsOf(hub.pid()).length - before
    await eventually("the attaches' descriptors are closed", 5000, () => more() <= 5)
    const descriptors = more()
    const figures = `hub ${(growth / 1e6).toFixed(1)} MB of ${(memory.resident / 1e6).toFixed(0)}, held ${(held / 1e6).toFixed(2)} MB, descriptors ${descriptors}, loop delay p99 ${delay.toFixed(1)} ms`
    process.stdout.write(`check:V6 ${attaches} attaches in ${time / 1000} s, ${figures}\n`)
    expect(Math.abs(descriptors)).toBeLessThanOrEqual(5)
    expect(held).toBeLessThan(MOST_HELD)
    expect(growth).toBeLessThan(sized({ short: 24, ci: 16, long: 8 }) * 1024 * 1024)
    expect(delay).toBeLessThanOrEqual(timeLimit(50))
    for (const runner of hub.runners()) expect(zombiesOf(runner)).toEqual([])
    const asked = performance.now()
    await hub.kill("SIGTERM")
    expect(performance.now() - asked).toBeLessThan(10_000)
    await hub.start()
    for (const id of sessions.slice(0, 5)) await wholeLog(hub, id)
  }, 4_000_000)
})
