import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Attachment } from "../src/Attachment.ts"
import type { Connection } from "../src/Connection.ts"
import type { Item } from "../src/items.ts"
import { SessionWatch } from "../src/SessionWatch.ts"
import { SKIP_EVERY } from "../src/skipping.ts"
import { platformTimers } from "../src/timers.ts"
import { makeApi } from "../src/http/api.ts"
import { Collected, until } from "./collect.ts"
import { connectTo, ScriptedHub, SESSION } from "./scripted-hub.ts"

const words = (from: number, to: number): ReadonlyArray<string> =>
  Array.from({ length: to - from + 1 }, (_, i) => `w${from + i} `)

const textOf = (item: Item): ReadonlyArray<string> => (item._tag === "Event" ? [new TextDecoder().decode(item.record.body)] : [])

describe("async iterables", () => {
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

  const attach = (options: Partial<ConstructorParameters<typeof Attachment>[1]> = {}): Attachment =>
    new Attachment(connection, { session: SESSION, mode: "viewer", after: 0, ...options })

  it("C-35 of an attachment ends while it waits, and another one continues where its loop was", async () => {
    hub.append(words(1, 20))
    const seen: Array<string> = []
    let after: number | undefined = 0
    // Each loop is left after some events, whatever else has arrived.
    for (let loop = 0; seen.length < 20 && loop < 20; loop++) {
      const attachment = attach(after === undefined ? {} : { after })
      let count = 0
      for await (const item of attachment) {
        seen.push(...textOf(item))
        if (item._tag === "Event" && ++count === 3) break
        if (seen.length === 20) break
      }
      expect(attachment.ended).toBe(true)
      after = attachment.position
    }
    expect(seen).toEqual(words(1, 20))

    const quiet = attach({ after: 20 })[Symbol.asyncIterator]()
    const tags = [(await quiet.next()).value?._tag, (await quiet.next()).value?._tag]
    expect(tags).toEqual(["Attached", "Synced"])
    const waiting = quiet.next()
    expect(await quiet.return?.()).toEqual({ done: true, value: undefined })
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(await quiet.next()).toEqual({ done: true, value: undefined })
  })

  it("C-35 of an attachment gives each of several steps that are asked for at once the next item", async () => {
    hub.append(words(1, 5))
    const items = attach()[Symbol.asyncIterator]()
    const steps = await Promise.all(Array.from({ length: 7 }, () => items.next()))
    const got = steps.map(({ value }) => value as Item)
    expect(got.map(({ _tag }) => _tag)).toEqual(["Attached", "Event", "Event", "Event", "Event", "Event", "Synced"])
    expect(got.flatMap(textOf)).toEqual(words(1, 5))
    await items.return?.()
  })

  it("C-35 of the feed gathers what changed, each session at its latest, and another one continues at its cursor", async () => {
    const watch = new SessionWatch(connection)
    const items = watch[Symbol.asyncIterator]()
    const first = items.next()
    await until("watching", () => hub.watches.length === 1)
    hub.feed(6, [{ id: "a", label: "1" }])
    expect(await first).toEqual({
      done: false,
      value: { _tag: "Sessions", sessions: [{ id: "a", label: "1" }], change: 6, synced: true },
    })
    expect(watch.cursor).toEqual({ after: 6, feed: "feed" })
    hub.feed(7, [{ id: "a", label: "2" }])
    hub.feed(8, [{ id: "b", label: "1" }])
    hub.feed(9, [{ id: "a", label: "3" }])
    await connection.call("log.mark", { session: SESSION, text: "after those" })
    expect((await items.next()).value).toEqual({
      _tag: "Sessions",
      sessions: [
        { id: "b", label: "1" },
        { id: "a", label: "3" },
      ],
      change: 9,
      synced: true,
    })
    hub.feed(10, [{ id: "c", label: "not given out" }])
    await connection.call("log.mark", { session: SESSION, text: "after that" })
    const cursor = watch.cursor
    const waiting = [items.return?.(), items.next()]
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ])
    const next = new SessionWatch(connection, { cursor })
    await until("watching again", () => hub.watches.length === 2)
    expect(hub.watches[1]).toEqual({ after: 9, feed: "feed" })
    next[Symbol.dispose]()
  })

  it("C-35 X-30 of the feed hands out what the hub announces, the latest and once", async () => {
    const watch = new SessionWatch(connection)
    const items = watch[Symbol.asyncIterator]()
    await until("watching", () => hub.watches.length === 1)
    hub.feed(6, [], [{ id: "first" }])
    hub.feed(7, [{ id: "a" }], [{ id: "first" }, { id: "second" }])
    await connection.call("log.mark", { session: SESSION, text: "after those" })
    const announcements = [{ id: "first" }, { id: "second" }]
    const told = { _tag: "Sessions", sessions: [{ id: "a" }], change: 7, synced: true }
    expect((await items.next()).value).toEqual({ ...told, announcements })
    hub.feed(8, [])
    expect((await items.next()).value).toEqual({ ...told, sessions: [], change: 8 })
    hub.feed(9, [], [])
    expect((await items.next()).value).toMatchObject({ announcements: [] })
    await items.return?.()
  })

  it("C-35 of the feed that is left before the hub has answered is ended there, unless another one follows it", async () => {
    await connection.online()
    new SessionWatch(connection)[Symbol.dispose]()
    await until("ended", () => hub.heard.length === 3)
    expect(hub.heard.flat()).toEqual(["Hello", "WatchSessions", "UnwatchSessions"])
    new SessionWatch(connection)[Symbol.dispose]()
    const next = new SessionWatch(connection)
    const first = next[Symbol.asyncIterator]().next()
    await connection.call("log.mark", { session: SESSION, text: "after those" })
    expect(hub.heard.flat().slice(3)).toEqual(["WatchSessions", "WatchSessions", "log.mark"])
    hub.feed(6, [{ id: "a" }])
    expect((await first).value).toMatchObject({ change: 6 })
    next[Symbol.dispose]()
  })

  it("C-35 of the feed says that the store is another one, and ends with its connection", async () => {
    hub.resets = true
    const seen: Array<unknown> = []
    const watch = new SessionWatch(connection, { cursor: { after: 4, feed: "feed" } })
    const loop = (async () => {
      for await (const item of watch) seen.push(item._tag)
    })()
    await until("reset", () => seen.length === 1)
    expect(watch.cursor).toEqual({ after: 0, feed: "other" })
    connection.close()
    await loop
    expect(seen).toEqual(["Reset"])
  })

  it("C-34 an abort ends a call, a wait and a stream at once, and leaves no listener behind", async () => {
    const ending = new AbortController()
    const { signal } = ending
    let listeners = 0
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)]
    const counted = Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof add>) => {
        listeners += 1
        add(...args)
      },
      removeEventListener: (...args: Parameters<typeof remove>) => {
        listeners -= 1
        remove(...args)
      },
    })
    await connection.online(25_000, { signal: counted })
    await connection.call("log.mark", { session: SESSION, text: "x" }, { signal: counted })
    expect(listeners).toBe(0)

    hub.settles = false
    const attachment = new Attachment(connection, { session: SESSION, mode: "interactive", after: 0 })
    const got = new Collected(attachment)
    await got.until("synced", (g) => g.count("Synced") === 1)
    const typed = attachment.type(new TextEncoder().encode("x"), { signal: counted })
    const away = connectTo(1)
    const online = away.online(undefined, { signal: counted })
    const watch = new SessionWatch(connection, { signal: counted })
    const step = watch[Symbol.asyncIterator]().next()
    const reason = new Error("enough")
    ending.abort(reason)
    await expect(typed).rejects.toMatchObject({ tag: "Aborted", cause: reason, retryable: false })
    await expect(online).rejects.toMatchObject({ tag: "Aborted" })
    expect(await step).toEqual({ done: true, value: undefined })
    attachment.detach()
    await got.done
    const left = new AbortController()
    const other = new Collected(attach({ signal: left.signal }))
    await other.until("synced", (g) => g.count("Synced") === 1)
    left.abort()
    await other.done
    expect(other.items.at(-1)).toEqual({ _tag: "Ended", error: undefined })
    const late = new Collected(attach({ signal }))
    await late.done
    await expect(connection.call("log.mark", { session: SESSION, text: "x" }, { signal })).rejects.toMatchObject({
      tag: "Aborted",
    })
    const api = makeApi({ origin: `http://127.0.0.1:${hub.port}`, fetch })
    await expect(api.list({}, { signal })).rejects.toMatchObject({ tag: "Aborted", cause: reason })
    away.close()
  })

  it("C-31 what is attached to a connection that is over ends at once, and says why", async () => {
    connection.close("no longer wanted")
    const got = new Collected(attach())
    await got.done
    expect(got.items).toMatchObject([{ _tag: "Ended", error: { tag: "Closed", message: "no longer wanted" } }])
    const items = new SessionWatch(connection)[Symbol.asyncIterator]()
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  it("C-41 a read-only attachment neither types nor sizes", async () => {
    const attachment = attach()
    const got = new Collected(attachment)
    await got.until("synced", (g) => g.count("Synced") === 1)
    await expect(attachment.type(new TextEncoder().encode("x"))).rejects.toMatchObject({ tag: "ReadOnlyViewer" })
    attachment.resize(10, 10)
    await connection.call("log.mark", { session: SESSION, text: "after those" })
    expect([attachment.readOnly, hub.typed, hub.sizes]).toEqual([true, [], []])
  })

  it("C-37 a terminal whose consumer is behind continues from its screen, at most once a second", async () => {
    let release = (): void => undefined
    // A clock that stands, so that a second is over when the test says so.
    let time = 1
    const watched = connectTo(hub.port, { timers: { ...platformTimers, now: () => time } })
    const attachment = new Attachment(watched, { session: SESSION, mode: "viewer", after: 0, skipBehind: 1000 })
    const got = new Collected(attachment)
    await got.until("synced", (g) => g.count("Synced") === 1)
    got.hold = new Promise((resolve) => (release = resolve))
    hub.append(Array.from({ length: 30 }, (_, i) => `${i} `.padEnd(100, "x")))
    await until("attached again", () => hub.attaches.length === 2)
    expect(hub.attaches[1]).not.toHaveProperty("after")
    hub.append(Array.from({ length: 30 }, (_, i) => `${i} `.padEnd(100, "y")))
    await until("arrived", () => attachment.cursor === 60)
    expect(hub.attaches).toHaveLength(2)
    got.hold = undefined
    release()
    await got.until("caught up", (g) => g.texts.at(-1)?.startsWith("29 y") === true)
    expect(got.count("Snapshot")).toBe(1)
    expect(got.texts.length).toBeLessThan(50)
    await until("taken", () => attachment.position === 60)

    // Shown again while events wait: that waits for no second.
    got.hold = new Promise((resolve) => (release = resolve))
    hub.append(["a", "b", "c"])
    await until("arrived", () => attachment.cursor === 63)
    attachment.shown()
    await until("attached again", () => hub.attaches.length === 3)
    time += SKIP_EVERY
    hub.append(Array.from({ length: 30 }, (_, i) => `${i} `.padEnd(100, "z")))
    await until("attached once more", () => hub.attaches.length === 4)
    got.hold = undefined
    release()
    await got.until("the screen", (g) => g.count("Snapshot") >= 2)
    await until("everything was taken", () => attachment.position === 93)
    attachment.shown()
    expect(hub.attaches).toHaveLength(4)
    watched.close()
  })

  it("C-37 an agent's attachment and one that may not skip hand out everything", async () => {
    for (const [kind, options] of [
      ["agent", { skipBehind: 100 }],
      ["terminal", {}],
    ] as const) {
      hub.kind = kind
      const attachment = attach(options)
      const got = new Collected(attachment)
      await got.until("synced", (g) => g.count("Synced") === 1)
      let release = (): void => undefined
      got.hold = new Promise((resolve) => (release = resolve))
      const before = got.texts.length
      hub.append(Array.from({ length: 20 }, () => "x".repeat(100)))
      await until("arrived", () => attachment.cursor === hub.log.length)
      attachment.shown()
      got.hold = undefined
      release()
      await got.until("all", (g) => g.texts.length >= before + 20)
      expect(got.count("Snapshot")).toBe(0)
      attachment.detach()
      await got.done
    }
  })
})
