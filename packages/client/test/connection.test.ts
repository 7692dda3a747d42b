import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { encodeAck } from "@holdfast/protocol/frame"
import type { Connection } from "../src/Connection.ts"
import { Liveness } from "../src/liveness.ts"
import { backoffDelay } from "../src/timers.ts"
import { until } from "./collect.ts"
import { connectTo, ScriptedHub, SESSION } from "./scripted-hub.ts"

/** Timers that a test moves by hand. */
class HandTimers {
  time = 0
  readonly #due = new Set<{ readonly at: number; readonly f: () => void }>()
  readonly now = (): number => this.time
  readonly random = (): number => 0.5
  readonly after = (ms: number, f: () => void): (() => void) => {
    const timer = { at: this.time + ms, f }
    this.#due.add(timer)
    return () => this.#due.delete(timer)
  }
  move(ms: number): void {
    const end = this.time + ms
    for (;;) {
      const next = [...this.#due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#due.delete(next)
      this.time = Math.max(this.time, next.at)
      next.f()
    }
    this.time = end
  }
  /** Time passes while no timer can run, as in a sleeping laptop or a hidden tab. */
  sleep(ms: number): void {
    this.time += ms
  }
}

describe("liveness", () => {
  const watch = (): { timers: HandTimers; live: Liveness; seen: Array<string> } => {
    const timers = new HandTimers()
    const seen: Array<string> = []
    const live = new Liveness(timers, 3000, { ping: () => seen.push("ping"), dead: () => seen.push("dead") })
    return { timers, live, seen }
  }

  it("W-7 trap:11 a quiet client speaks at least every third of the hub's silence", () => {
    const { timers, live, seen } = watch()
    for (let i = 0; i < 9; i++) {
      timers.move(1000)
      live.heard()
    }
    expect(seen.filter((what) => what === "ping").length).toBeGreaterThanOrEqual(8)
    expect(seen).not.toContain("dead")
  })

  it("W-7 a hub that says nothing for the whole silence is dead", () => {
    const { timers, seen } = watch()
    timers.move(2900)
    expect(seen).not.toContain("dead")
    timers.move(1200)
    expect(seen).toContain("dead")
  })

  it("trap:11 a timer that comes late asks once more before it gives up", () => {
    const { timers, live, seen } = watch()
    timers.sleep(60_000)
    timers.move(0)
    expect(seen).toEqual(["ping"])
    live.heard()
    timers.move(1000)
    expect(seen).not.toContain("dead")
    timers.sleep(60_000)
    timers.move(0)
    timers.move(1000)
    expect(seen).toContain("dead")
  })

  it("trap:11 with its timers stopped, what arrives keeps the client speaking", () => {
    const { timers, live, seen } = watch()
    for (let i = 0; i < 5; i++) {
      timers.sleep(1000)
      live.heard()
    }
    expect(seen).toEqual(["ping", "ping", "ping", "ping", "ping"])
  })
})

describe("a connection", () => {
  let hub: ScriptedHub
  let connection: Connection

  beforeEach(async () => {
    hub = await new ScriptedHub().start()
  })
  afterEach(async () => {
    connection.close()
    await hub.stop()
  })

  it("C-1 says once that it is away, however often it tries, and once that it is back", async () => {
    connection = connectTo(hub.port)
    await connection.online(25_000)
    const states: Array<string> = []
    connection.onState(({ _tag }) => states.push(_tag))
    hub.refuse = 503
    hub.cut()
    await until("several attempts", () => connection.state._tag === "Reconnecting" && connection.state.attempt >= 4)
    hub.refuse = undefined
    await connection.online(25_000)
    expect(states).toEqual(["Reconnecting", "Online"])
  })

  it("W-2 commands of one turn go together, and a frame does not overtake those before it", async () => {
    connection = connectTo(hub.port)
    await connection.online(25_000)
    const mark = () => connection.call("log.mark", { session: SESSION, text: "m" })
    const long = () => connection.call("log.mark", { session: SESSION, text: "m".repeat(9000) })
    const calls = [mark(), mark()]
    connection.send(encodeAck(7, 0))
    calls.push(mark(), long(), long())
    expect(await Promise.all(calls)).toEqual(calls.map(() => ({ seq: 1 })))
    expect(hub.heard).toEqual([["Hello"], ["log.mark", "log.mark"], "frame", ["log.mark", "log.mark"], ["log.mark"]])
  })

  it.each([
    [401, "Unauthorized"],
    [403, "Forbidden"],
  ])("C-1 stops trying and says so when it is refused with %i, at first and after a loss", async (status, tag) => {
    connection = connectTo(hub.port)
    await connection.online(25_000)
    hub.refuse = status
    hub.cut()
    await until("refused", () => connection.state._tag === "Refused")
    expect(connection.state).toMatchObject({ error: { tag, status } })
    connection = connectTo(hub.port)
    await expect(connection.online(25_000)).rejects.toMatchObject({ tag })
  })

  it("C-1 asks over HTTP why a socket did not open where the platform hides it", async () => {
    const { HoldfastError } = await import("../src/errors.ts")
    connection = connectTo(hub.port, {
      open: (events) => {
        queueMicrotask(() => events.closed(1006, ""))
        return { send: () => undefined, close: () => undefined }
      },
      probe: () => Promise.resolve(new HoldfastError("Unauthorized", "no credential")),
    })
    await expect(connection.online(25_000)).rejects.toMatchObject({ tag: "Unauthorized" })
  })

  it("C-1 keeps its client id over reconnects and waits longer each time, with jitter", async () => {
    const backoff = { first: 100, most: 10_000 }
    expect([1, 2, 3, 20].map((attempt) => backoffDelay(backoff, attempt, 1))).toEqual([100, 200, 400, 10_000])
    expect(backoffDelay(backoff, 3, 0)).toBe(200)
    connection = connectTo(hub.port)
    await connection.online(25_000)
    hub.cut()
    await until("again", () => hub.connections === 2)
    await connection.online(25_000)
    expect([...hub.clients]).toEqual([connection.client])
  })

  it("fails a command whose answer is unknown with ConnectionLost and one made offline with Unreachable", async () => {
    connection = connectTo(hub.port)
    await connection.online(25_000)
    const pending = connection.call("sessions.get", { session: "x" })
    hub.cut()
    const outcome = await pending.then(
      () => "answered",
      (error: { readonly tag: string }) => error.tag,
    )
    expect(["answered", "ConnectionLost"]).toContain(outcome)
    connection.close()
    await expect(connection.call("sessions.get", { session: "x" })).rejects.toMatchObject({ tag: "Unreachable" })
  })

  it("W-7 notices a hub that falls silent and comes back", async () => {
    hub.silence = 300
    hub.answersPing = false
    connection = connectTo(hub.port)
    await connection.online(25_000)
    await until("again", () => hub.connections >= 2)
    expect(hub.pings).toBeGreaterThan(0)
  })
})
