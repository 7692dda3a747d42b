import { connect, type Socket } from "node:net"
import { afterEach, describe, expect, it } from "vitest"
import { OWNER, startDoor, type Door } from "./start.ts"

const doors: Array<Door> = []
const sockets: Array<Socket> = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(doors.splice(0).map((door) => door.stop()))
})
const opened = async (options: Record<string, unknown>): Promise<Door> => {
  const door = await startDoor(options)
  doors.push(door)
  return door
}
/** Opens a connection that sends `text`; `closed` settles when the hub has closed it. */
const hold = (door: Door, text: string): Promise<{ readonly socket: Socket; readonly closed: Promise<void> }> =>
  new Promise((resolve, reject) => {
    const socket = connect(door.port, "127.0.0.1")
    sockets.push(socket)
    const closed = new Promise<void>((done) => socket.once("close", () => done()))
    socket.on("data", () => undefined)
    socket.once("error", reject)
    socket.once("connect", () => {
      socket.off("error", reject).on("error", () => undefined)
      socket.write(text)
      resolve({ socket, closed })
    })
  })

/** Milliseconds of the second slowest of 100 requests, one after the other. */
const secondWorst = async (door: Door): Promise<number> => {
  const times: Array<number> = []
  for (let i = 0; i < 100; i++) {
    const began = performance.now()
    expect((await door.send("/api/sessions")).status).toBe(200)
    times.push(performance.now() - began)
  }
  return times.sort((a, b) => a - b).at(-2) ?? 0
}

describe("limits of connections", () => {
  it("G-10 check:V3 500 headers that never end do not delay a real request and are closed", async () => {
    const door = await opened({ headerTimeout: 3000, requestTimeout: 3000 })
    const undisturbed = await secondWorst(door)
    const drips = await Promise.all(Array.from({ length: 500 }, () => hold(door, "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: ")))
    const dripping = setInterval(() => {
      for (const { socket } of drips) if (socket.writable) socket.write("a")
    }, 200)
    const dripped = await secondWorst(door)
    // Less than until the drips are closed. On a busy machine the same requests without drips tell what it can do.
    expect(dripped).toBeLessThan(Math.max(1250, 3 * undisturbed))
    await Promise.all(drips.map(({ closed }) => closed))
    clearInterval(dripping)
  }, 60_000)

  it("G-10 connections that say nothing, and those that stay idle after a refusal, are closed", async () => {
    const door = await opened({ headerTimeout: 1000, requestTimeout: 1000 })
    const silent = await hold(door, "")
    const refused = await door.sendRaw(`GET /api/sessions HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\n\r\n`)
    expect(refused.toLowerCase()).toContain("\r\nconnection: close\r\n")
    await silent.closed
  }, 30_000)

  it("G-10 of connections beyond the limit the oldest that showed no credential are closed", async () => {
    const door = await opened({ connectionsMax: 10 })
    const held = await Promise.all(Array.from({ length: 5 }, () => hold(door, "G")))
    const more = await hold(door, "G")
    await Promise.race(held.map(({ closed }) => closed))
    expect(more.socket.destroyed).toBe(false)
    expect((await door.send("/health/live")).status).toBe(200)
  })

  it("G-14 (fault:N45) a client with a credential is served, however many connections without one there are", async () => {
    const door = await opened({ connectionsMax: 10 })
    const known = `GET /api/sessions HTTP/1.1\r\nHost: 127.0.0.1:${door.port}\r\nAuthorization: Bearer ${OWNER}\r\n\r\n`
    const owner = await hold(door, known)
    await new Promise((resolve) => owner.socket.once("data", resolve))
    for (let round = 0; round < 5; round++) {
      await Promise.all(Array.from({ length: 20 }, () => hold(door, round % 2 === 0 ? "" : "GET /health/live HTTP/1.1\r\n")))
      expect((await door.send("/api/sessions")).status).toBe(200)
    }
    expect(owner.socket.destroyed).toBe(false)
    expect(sockets.filter((socket) => !socket.destroyed).length).toBeLessThanOrEqual(10)
  })
})
