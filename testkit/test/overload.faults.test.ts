/**
 * Overload and hostile connections against a real hub: check:V2 to check:V5, check:T1, check:T7, check:D5.
 */
import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { eventually } from "../src/eventually.ts"
import type { HubProcess } from "../src/hub-process.ts"
import { wholeLog } from "../src/logs.ts"
import { Opened } from "../src/Opened.ts"
import { descriptorsOf, residentBytes } from "../src/processes.ts"
import { sized, timeLimit } from "../src/sizes.ts"
import { openTerminal } from "../src/terminal-session.ts"

const opened = new Opened()
afterEach(() => opened.close())

interface RawConnection {
  readonly socket: Socket
  readonly received: () => string
  readonly closed: () => boolean
}

/** A raw connection that keeps what comes back. */
async function raw(hub: HubProcess): Promise<RawConnection> {
  const socket = connect(hub.port(), "127.0.0.1")
  let received = ""
  let closed = false
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1")
  })
  socket.on("close", () => {
    closed = true
  })
  socket.on("error", () => {
    closed = true
  })
  await once(socket, "connect")
  opened.closing(() => void socket.destroy())
  return { socket, received: () => received, closed: () => closed }
}

const percentile = (values: ReadonlyArray<number>, share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0

async function latencies(hub: HubProcess, count: number): Promise<ReadonlyArray<number>> {
  const times: Array<number> = []
  for (let i = 0; i < count; i++) {
    const began = performance.now()
    const { status } = await hub.call("GET", "/api/sessions?limit=1")
    if (status !== 200) throw new Error(`list: ${status}`)
    times.push(performance.now() - began)
  }
  return times
}

const upgrade = (hub: HubProcess, extra = ""): string =>
  `GET /api/socket HTTP/1.1\r\nHost: 127.0.0.1:${hub.port()}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: holdfast.1\r\n` +
  `Authorization: Bearer ${hub.token}\r\n${extra}\r\n`

describe("overload", () => {
  it("check:V3 G-10 dripping headers, connections that never upgrade and silent sockets leave real requests quick", async () => {
    const hub = await opened.hub({ settings: { HOLDFAST_HEADER_TIMEOUT: "5000", HOLDFAST_SOCKET_HELLO_TIMEOUT: "3000" } })
    await latencies(hub, 5)
    const baseline = descriptorsOf(hub.pid()).length
    const count = sized({ short: 100, ci: 500, long: 500 })
    const drips: Array<RawConnection> = []
    for (let i = 0; i < count; i++) {
      const drip = await raw(hub)
      drip.socket.write("GET / HTTP/1.1\r\nHost: 127")
      drips.push(drip)
    }
    const never: Array<RawConnection> = []
    for (let i = 0; i < count; i++) never.push(await raw(hub))
    const silent: Array<RawConnection> = []
    for (let i = 0; i < sized({ short: 50, ci: 200, long: 200 }); i++) {
      const socket = await raw(hub)
      socket.socket.write(upgrade(hub))
      silent.push(socket)
    }
    const times = await latencies(hub, 50)
    process.stdout.write(
      `check:V3 p99 ${percentile(times, 0.99).toFixed(1)} ms beside ${drips.length + never.length + silent.length} hostile connections\n`,
    )
    expect(percentile(times, 0.99)).toBeLessThan(timeLimit(250))
    await eventually("the drips are closed", 15_000, () => drips.every((drip) => drip.closed()))
    await eventually("W-5 sockets without Hello are closed", 15_000, () => silent.every((socket) => socket.closed()))
    for (const { socket } of never) socket.destroy()
    await eventually("descriptors are back at the baseline", 15_000, () => descriptorsOf(hub.pid()).length <= baseline + 5)
  })

  it("check:V4 W-4 unfinished fragments, 2,000 headers and a huge subprotocol are closed without memory growing", async () => {
    const hub = await opened.hub()
    await latencies(hub, 20)
    const before = residentBytes(hub.pid())
    const many = await raw(hub)
    many.socket.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${hub.port()}\r\n${Array.from({ length: 2000 }, (_, i) => `x-${i}: y\r\n`).join("")}\r\n`,
    )
    await eventually("many headers are refused", 10_000, () => /HTTP\/1.1 (431|400)/.test(many.received()) || many.closed())
    const huge = await raw(hub)
    huge.socket.write(
      `GET /api/socket HTTP/1.1\r\nHost: 127.0.0.1:${hub.port()}\r\nSec-WebSocket-Protocol: ${"a,".repeat(100_000)}\r\n\r\n`,
    )
    await eventually("a huge subprotocol is refused", 10_000, () => /HTTP\/1.1 (431|400)/.test(huge.received()) || huge.closed())
    const fragments = await raw(hub)
    fragments.socket.write(upgrade(hub))
    await eventually("it is upgraded", 5000, () => fragments.received().includes("101 Switching"))
    // A text frame without FIN, then continuations of one byte, masked with zeros, never finished.
    fragments.socket.write(Uint8Array.of(0x01, 0x81, 0, 0, 0, 0, 0x7b))
    const piece = Uint8Array.of(0x00, 0x81, 0, 0, 0, 0, 0x20)
    const flood = Buffer.concat(Array.from({ length: 10_000 }, () => piece))
    for (let i = 0; i < 200 && !fragments.closed(); i++) {
      fragments.socket.write(flood)
      await pause(2)
    }
    await eventually("unfinished fragments are closed", 20_000, () => fragments.closed())
    const growth = residentBytes(hub.pid()) - before
    process.stdout.write(`check:V4 hub +${(growth / 1e6).toFixed(1)} MB\n`)
    expect(growth).toBeLessThan(40 * 1024 * 1024)
    expect((await hub.call("GET", "/api/sessions")).status).toBe(200)
  })

  it("check:V5 a frame of the limit + 1, a 1 GB chunked body and a compressed bomb are refused unread", async () => {
    const hub = await opened.hub()
    const big = await raw(hub)
    big.socket.write(upgrade(hub))
    await eventually("it is upgraded", 5000, () => big.received().includes("101 Switching"))
    const header = Buffer.alloc(14)
    header[0] = 0x82
    header[1] = 0xff
    header.writeBigUInt64BE(BigInt(1024 * 1024 + 1), 2)
    big.socket.write(header)
    await eventually("the frame is refused", 10_000, () => big.closed())

    const before = residentBytes(hub.pid())
    const body = await raw(hub)
    body.socket.write(
      `POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1:${hub.port()}\r\nAuthorization: Bearer ${hub.token}\r\n` +
        `Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(65_536, 0x20), Buffer.from("\r\n")])
    let sent = 0
    while (!body.closed() && !body.received().includes("413") && sent < 1e9) {
      if (!body.socket.write(chunk)) await Promise.race([once(body.socket, "drain"), once(body.socket, "close"), pause(1000)])
      sent += 65_536
    }
    expect(body.received()).toContain("413")
    expect(sent).toBeLessThan(64 * 1024 * 1024)
    expect(residentBytes(hub.pid()) - before).toBeLessThan(48 * 1024 * 1024)

    const bomb = await fetch(`${hub.url()}/api/sessions`, {
      method: "POST",
      headers: { authorization: `Bearer ${hub.token}`, "content-type": "application/json", "content-encoding": "gzip" },
      body: new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
    })
    expect([400, 415, 422]).toContain(bomb.status)
    const announced = await fetch(`${hub.url()}/api/sessions/batch`, {
      method: "POST",
      headers: { authorization: `Bearer ${hub.token}`, "content-type": "application/json" },
      body: JSON.stringify({ action: "archive", sessions: ["x".repeat(2_000_000)] }),
    })
    expect(announced.status).toBe(413)
    expect(await announced.json()).toMatchObject({ error: { tag: "TooLarge" } })
  })

  it("check:D5 a full disk refuses appends as StorageFull, keeps reading, and writes again once there is space", async () => {
    if (process.getuid?.() !== 0) return void process.stdout.write("check:D5 skipped: mounting a tmpfs needs root\n")
    const data = mkdtempSync(join(tmpdir(), "holdfast-full-"))
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=32m,mode=700", "tmpfs", data], { stdio: "pipe" })
    } catch (error) {
      rmSync(data, { recursive: true, force: true })
      return void process.stdout.write(`check:D5 skipped: a tmpfs cannot be mounted here (${String(error).slice(0, 100)})\n`)
    }
    opened.closing(() => {
      execFileSync("umount", ["-l", data])
      rmSync(data, { recursive: true, force: true })
    })
    const ballast = join(data, "ballast")
    writeFileSync(ballast, Buffer.alloc(16 * 1024 * 1024))
    const hub = await opened.hub({ data })
    const { id } = await openTerminal(hub, { command: "cat" })
    const text = "x".repeat(4000)
    const statuses = new Set<number>()
    let stored = 0
    for (let i = 0; i < 20_000 && !statuses.has(507); i++) {
      const { status } = await hub.call("POST", `/api/sessions/${id}/marks`, { key: `k${i}`, text })
      statuses.add(status)
      if (status < 300) stored++
    }
    expect(statuses.has(507)).toBe(true)
    const full = await hub.call<{ error: { tag: string } }>("POST", `/api/sessions/${id}/marks`, { key: "full", text })
    expect(full.body.error.tag).toBe("StorageFull")
    expect((await hub.call("GET", `/api/sessions/${id}`)).status).toBe(200)
    expect((await wholeLog(hub, id)).filter((event) => event.type === "marked")).toHaveLength(stored)
    rmSync(ballast)
    const freed = performance.now()
    await eventually(
      "writes go on",
      5000,
      async () => (await hub.call("POST", `/api/sessions/${id}/marks`, { key: "again", text })).status < 300,
    )
    process.stdout.write(`check:D5 ${stored} stored, writes again after ${(performance.now() - freed).toFixed(0)} ms\n`)
    expect((await wholeLog(hub, id)).filter((event) => event.type === "marked")).toHaveLength(stored + 1)
    expect(existsSync(join(data, "hub.json"))).toBe(true)
  })

  it("check:T1 `yes` for long: memory and disk stay bounded and Ctrl-C stops it at once", async () => {
    const hub = await opened.hub({ settings: { HOLDFAST_LOG_MAX_BYTES: String(64 * 1024 * 1024) } })
    const { id } = await openTerminal(hub, { command: "sh", args: ["-c", "trap 'exit 9' INT; yes"] })
    const [runner = 0] = hub.runners()
    // The first seconds make both processes warm.
    await pause(sized({ short: 1500, ci: 4000, long: 4000 }))
    const before = { hub: residentBytes(hub.pid()), runner: residentBytes(runner) }
    const peak = { ...before }
    const end = performance.now() + sized({ short: 2000, ci: 30_000, long: 30_000 })
    while (performance.now() < end) {
      await pause(200)
      peak.hub = Math.max(peak.hub, residentBytes(hub.pid()))
      peak.runner = Math.max(peak.runner, residentBytes(runner))
    }
    const asked = await hub.call("POST", `/api/sessions/${id}/input`, { key: "stop", text: "\u0003" })
    expect(asked.status).toBe(200)
    const acked = performance.now()
    const session = await eventually("the child ended", 30_000, async () => {
      const { body } = await hub.call<Session>("GET", `/api/sessions/${id}`)
      return body.process === "exited" ? body : undefined
    })
    const took = performance.now() - acked
    const disk = Number(execFileSync("du", ["-sb", hub.data]).toString().split("\t")[0])
    process.stdout.write(
      `check:T1 hub +${((peak.hub - before.hub) / 1e6).toFixed(0)} MB, runner +${((peak.runner - before.runner) / 1e6).toFixed(0)} MB, ` +
        `disk ${(disk / 1e6).toFixed(0)} MB, exit ${took.toFixed(0)} ms after the ack, ${session.lastSeq} events\n`,
    )
    expect(peak.hub - before.hub).toBeLessThan(64 * 1024 * 1024)
    expect(peak.runner - before.runner).toBeLessThan(64 * 1024 * 1024)
    expect(disk).toBeLessThan(400 * 1024 * 1024)
    expect(took).toBeLessThan(timeLimit(500))
  })
})
