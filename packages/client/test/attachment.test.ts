import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Attachment } from "../src/Attachment.ts"
import type { Connection } from "../src/Connection.ts"
import { Feed } from "../src/Feed.ts"
import { ACK_MILLISECONDS } from "../src/acknowledger.ts"
import { platformTimers, type Timers } from "../src/timers.ts"
import { Collected, until } from "./collect.ts"
import { connectTo, cuttingProxy, ScriptedHub, SESSION } from "./scripted-hub.ts"

const words = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from + 1 }, (_, i) => `w${from + i} `)

describe("an attachment", () => {
  let hub: ScriptedHub
  let connection: Connection

  beforeEach(async () => {
    hub = await new ScriptedHub().start()
    connection = connectTo(hub.port)
  })
  afterEach(async () => {
    connection.close()
    await hub.stop()
  })

  const attach = (after?: number): { attachment: Attachment; got: Collected } => {
    const attachment = new Attachment(connection, {
      session: SESSION,
      mode: "interactive",
      ...(after === undefined ? {} : { after }),
    })
    return { attachment, got: new Collected(attachment) }
  }

  it("C-4 hands out events in order, once each, and says once per attach that it is synced", async () => {
    hub.append(words(1, 50))
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.append(words(51, 60))
    await got.until("live", (g) => g.texts.length === 60)
    expect(got.texts).toEqual(words(1, 60))
    expect(got.count("Synced")).toBe(1)
    const live = got.items.flatMap((item) => (item._tag === "Event" && item.live ? [item.record.seq] : []))
    expect(live).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60])
  })

  it("C-1 trap:2 a reconnect resumes from the attachment's own cursor, not from that of the first load", async () => {
    hub.append(words(1, 10))
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.append(words(11, 15))
    await got.until("live", (g) => g.texts.length === 15)
    const states: Array<string> = []
    connection.onState(({ _tag }) => states.push(_tag))
    hub.cut()
    await got.until("again", (g) => g.count("Synced") === 2)
    expect(hub.attaches.map((payload) => payload["after"])).toEqual([0, 15])
    expect(hub.attaches[1]?.["log"]).toBe("log-1")
    expect(states).toEqual(["Reconnecting", "Online"])
    expect(got.texts).toEqual(words(1, 15))
  })

  it("C-2 a duplicate is dropped", async () => {
    hub.tamper = (records) => records.flatMap((record) => [record, record])
    const { attachment, got } = attach(0)
    hub.append(words(1, 20))
    await got.until("all", (g) => g.texts.length >= 20)
    expect(got.texts).toEqual(words(1, 20))
    await until("counted", () => attachment.duplicates >= 20)
  })

  it("C-2 a gap makes it reattach from its cursor", async () => {
    let once = true
    hub.tamper = (records) => {
      if (!once || records.length < 3) return records
      once = false
      return [records[0]!, ...records.slice(2)]
    }
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.append(words(1, 10))
    await got.until("all", (g) => g.texts.length === 10)
    expect(got.texts).toEqual(words(1, 10))
    expect(hub.attaches.map((payload) => payload["after"])).toEqual([0, 1])
    expect(hub.connections).toBe(1)
  })

  it("C-2 a log that never fits ends the attachment with a named error instead of a loop", async () => {
    hub.tamper = (records) => records.slice(1)
    const { got } = attach(0)
    hub.append(words(1, 10))
    await got.done
    const last = got.items.at(-1)
    expect(last?._tag === "Ended" && last.error?.tag).toBe("LogGap")
    expect(hub.attaches.length).toBeLessThan(10)
  })

  it("W-8 trap:3 a gap in a quiet session is found by the heartbeat's head", async () => {
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.append(words(1, 3), true)
    hub.heartbeat()
    await got.until("found", (g) => g.texts.length === 3)
    expect(got.texts).toEqual(words(1, 3))
  })

  it("trap:4 a clean end of the connection is not taken for the end of the session", async () => {
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.detach("the hub is stopping")
    hub.cut()
    await got.until("again", (g) => g.count("Synced") === 2)
    hub.detach("the session is being taken over")
    await got.until("and again", (g) => g.count("Synced") === 3)
    expect(got.count("Ended")).toBe(0)
    hub.append(["on "])
    await got.until("goes on", (g) => g.texts.length === 1)
  })

  it("trap:6 what a former attachment still sends is not taken for the new one's", async () => {
    hub.append(words(1, 200))
    const { got } = attach(0)
    for (let i = 0; i < 5; i++) {
      await got.until("synced", (g) => g.count("Synced") > i)
      hub.cut()
    }
    hub.append(words(201, 210))
    await got.until("all", (g) => g.texts.length >= 210)
    expect(got.texts).toEqual(words(1, 210))
  })

  it("trap:10 D-14 replayed events are distinguished from live ones, even after a reconnect", async () => {
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.append(words(1, 2))
    await got.until("live", (g) => g.texts.length === 2)
    hub.cut()
    hub.append(words(3, 4))
    await got.until("again", (g) => g.count("Synced") === 2)
    hub.append(words(5, 5))
    await got.until("all", (g) => g.texts.length === 5)
    expect(got.items.flatMap((item) => (item._tag === "Event" ? [item.live] : []))).toEqual([true, true, false, false, true])
  })

  it("trap:12 an event of an unknown type is handed out and holds nothing up", async () => {
    const { encodeEvent } = await import("@holdfast/protocol/record")
    hub.log.push(encodeEvent({ seq: 1, time: 1, channel: "workflow", type: "never-heard-of", data: { x: 1 } }))
    hub.append(["after "])
    const { got } = attach(0)
    await got.until("both", (g) => g.count("Event") === 2)
    expect(got.items.some((item) => item._tag === "Event" && item.record.seq === 2)).toBe(true)
  })

  it("C-5 acknowledges what its consumer took, not what arrived", async () => {
    const delays: Array<number> = []
    const after: Timers["after"] = (ms, f) => {
      delays.push(ms)
      return platformTimers.after(ms, f)
    }
    const watched = connectTo(hub.port, { timers: { ...platformTimers, after } })
    const attachment = new Attachment(watched, { session: SESSION, mode: "interactive", after: 0 })
    const got = new Collected(attachment)
    await got.until("synced", (g) => g.count("Synced") === 1)
    let release = (): void => undefined
    got.hold = new Promise((resolve) => (release = resolve))
    hub.append(words(1, 30))
    await until("arrived", () => attachment.cursor === 30)
    // An acknowledgement is sent at once or by a timer.
    expect(delays).not.toContain(ACK_MILLISECONDS)
    expect(hub.acks).toEqual([])
    got.hold = undefined
    release()
    await until("acknowledged", () => hub.acks.at(-1) === 30)
    expect(delays).toContain(ACK_MILLISECONDS)
    watched.close()
  })

  it("C-5 a consumer that is slow holds the hub back and gets everything", async () => {
    hub.window = 10
    const { got } = attach(0)
    hub.append(words(1, 100))
    await got.until("all", (g) => g.texts.length === 100)
    expect(got.texts).toEqual(words(1, 100))
  })

  it("trap:19 a long backlog with a slow consumer keeps no timer waiting", async () => {
    hub.append(words(1, 400))
    // The consumer's own clock: an item takes 2 ms of it, however long the machine takes.
    let [time, last, longest, fired, count] = [0, 0, 0, 0, 0]
    const after: Timers["after"] = (ms, f) => {
      if (ms === 0) [longest, last] = [Math.max(longest, time - last), time]
      return platformTimers.after(ms, f)
    }
    const watched = connectTo(hub.port, { timers: { ...platformTimers, now: () => time, after } })
    const attachment = new Attachment(watched, { session: SESSION, mode: "viewer", after: 0 })
    const timer = setInterval(() => fired++, 1)
    await attachment.consume((item) => {
      if (item._tag !== "Event") return
      time += 2
      count += 1
      if (count === 400) attachment.detach()
    })
    clearInterval(timer)
    watched.close()
    expect(longest).toBeLessThanOrEqual(10)
    expect(fired).toBeGreaterThan(400 / 10)
  })

  it("C-4 a log that was replaced is reported as a reset", async () => {
    hub.append(words(1, 9))
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.logName = "log-2"
    hub.log.length = 0
    hub.cut()
    await got.until("again", (g) => g.count("Synced") === 2)
    const snapshot = got.items.find((item) => item._tag === "Snapshot")
    expect(snapshot?._tag === "Snapshot" && [snapshot.reason, snapshot.seq]).toEqual(["reset", 0])
    hub.append(["new "])
    await got.until("new", (g) => g.texts.at(-1) === "new ")
  })

  it("C-3 unsettled input is sent again under its number and reaches the child once", async () => {
    const { attachment, got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    await attachment.type(new TextEncoder().encode("a"))
    hub.settles = false
    const second = attachment.type(new TextEncoder().encode("b"))
    await until("sent", () => hub.connections === 1)
    hub.settles = true
    hub.cut()
    const third = attachment.type(new TextEncoder().encode("c"))
    await Promise.all([second, third])
    expect(hub.typed).toEqual(["a", "b", "c"])
  })

  it("C-3 no number of a client is used again: a reload and a second attachment are heard, whatever the hub remembers", async () => {
    const first = attach(0)
    await first.got.until("synced", (g) => g.count("Synced") === 1)
    await first.attachment.type(new TextEncoder().encode("a"))
    await first.attachment.type(new TextEncoder().encode("b"))
    hub.knowsInputs = false
    hub.cut()
    await first.got.until("again", (g) => g.count("Synced") === 2)
    await first.attachment.type(new TextEncoder().encode("c"))
    first.attachment.detach()
    const second = attach(0)
    await second.got.until("synced", (g) => g.count("Synced") === 1)
    await second.attachment.type(new TextEncoder().encode("d"))
    connection.close()
    connection = connectTo(hub.port)
    const third = attach(0)
    await third.got.until("synced", (g) => g.count("Synced") === 1)
    await third.attachment.type(new TextEncoder().encode("e"))
    expect(hub.typed).toEqual(["a", "b", "c", "d", "e"])
    expect(hub.clients.size).toBe(2)
  })

  it("C-3 input beyond the buffer is refused with Busy, and nothing is dropped silently", async () => {
    hub.settles = false
    const { attachment, got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    const kept = attachment.type(new Uint8Array(1024 * 1024))
    await expect(attachment.type(new Uint8Array(1))).rejects.toMatchObject({ tag: "Busy" })
    attachment.detach()
    await expect(kept).rejects.toMatchObject({ tag: "Closed" })
  })

  it("keeps the last size over a reconnect", async () => {
    const { attachment, got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    attachment.resize(120, 40)
    await until("sized", () => hub.sizes.length === 1)
    hub.cut()
    await got.until("again", (g) => g.count("Synced") === 2)
    expect(hub.attaches[1]).toMatchObject({ cols: 120, rows: 40 })
  })

  it("ends with the hub's error when the session is not there", async () => {
    hub.attachError = { _tag: "SessionNotFound", message: "no session has this id", session: "x" }
    const { got } = attach()
    await got.done
    const last = got.items.at(-1)
    expect(last?._tag === "Ended" && [last.error?.tag, last.error?.fields]).toEqual(["SessionNotFound", { session: "x" }])
  })

  it("ends when the hub detaches it and the session is gone", async () => {
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.attachError = { _tag: "SessionNotFound", message: "no session has this id", session: "x" }
    hub.detach("the session was purged")
    await got.done
    const last = got.items.at(-1)
    expect(last?._tag === "Ended" && last.error?.tag).toBe("SessionNotFound")
  })

  it("ends when the credential is refused", async () => {
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.refuse = 401
    hub.cut()
    await got.done
    const last = got.items.at(-1)
    expect(last?._tag === "Ended" && last.error?.tag).toBe("Unauthorized")
  })

  it("tries again when the hub cannot attach just now", async () => {
    hub.attachError = { _tag: "Unavailable", message: "the store is away" }
    const { got } = attach()
    await until("refused", () => hub.attaches.length >= 1)
    hub.attachError = undefined
    await got.until("synced", (g) => g.count("Synced") === 1)
  })

  it("a frame that is not understood costs a reconnect and no event", async () => {
    const { got } = attach(0)
    await got.until("synced", (g) => g.count("Synced") === 1)
    hub.append(words(1, 3))
    hub.raw(new Uint8Array([1, 0, 0, 0, 7, 0, 0, 0, 99, 1, 2]))
    hub.append(words(4, 6))
    await got.until("all", (g) => g.texts.length === 6)
    expect(got.texts).toEqual(words(1, 6))
    expect(hub.connections).toBe(2)
  })

  it("D-12 (fault:N72) a feed resumes from its last change, and starts over if the hub has another store", async () => {
    const changes: Array<number> = []
    let resets = 0
    const feed = new Feed(connection, { sessions: (_, change) => changes.push(change), reset: () => resets++ })
    await until("watching", () => feed.change === 5)
    hub.feed(9, [{ id: SESSION }])
    await until("fed", () => changes.length === 1)
    hub.cut()
    await until("again", () => hub.watches.length === 2)
    expect(hub.watches).toEqual([{}, { after: 9, feed: "feed" }])
    await until("watching again", () => feed.cursor?.after === 9)
    expect(resets).toBe(0)
    hub.resets = true
    hub.cut()
    await until("reset", () => resets === 1)
    expect(feed.cursor).toEqual({ after: 0, feed: "other" })
    feed.stop()
  })

  it(
    "C-1 C-2 C-3 cut at random points, nothing is lost, doubled or reordered in either direction",
    { timeout: 120_000 },
    async () => {
      let seed = 20261121
      const random = (): number => {
        seed = (seed * 1103515245 + 12345) % 2 ** 31
        return seed / 2 ** 31
      }
      let cuts = 0
      const proxy = await cuttingProxy(
        () => hub.port,
        () => (cuts++ < 60 ? 400 + random() * 4000 : Number.POSITIVE_INFINITY),
      )
      const cutting = connectTo(proxy.port)
      const attachment = new Attachment(cutting, { session: SESSION, mode: "interactive", after: 0 })
      const got = new Collected(attachment)
      const typing: Array<Promise<void>> = []
      for (let i = 0; i < 500; i++) {
        hub.append([`w${i} `])
        typing.push(attachment.type(new TextEncoder().encode(`k${i}`)))
        if (i % 10 === 0) await until("most is typed", () => hub.typed.length >= i - 20, 15_000)
      }
      await Promise.all(typing)
      await got.until(`all (seed 20261121)`, (g) => g.texts.length >= 500, 15_000)
      expect(got.texts).toEqual(Array.from({ length: 500 }, (_, i) => `w${i} `))
      expect(hub.typed).toEqual(Array.from({ length: 500 }, (_, i) => `k${i}`))
      expect(hub.connections).toBeGreaterThan(5)
      cutting.close()
      await proxy.stop()
    },
  )
})
