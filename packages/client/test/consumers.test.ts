import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { Attachment } from "../src/Attachment.ts"
import type { Connection } from "../src/Connection.ts"
import { Feed } from "../src/Feed.ts"
import { Consumption, forOneConsumer } from "../src/consumption.ts"
import { Inbox } from "../src/inbox.ts"
import { Collected, until } from "./collect.ts"
import { connectTo, ScriptedHub, SESSION } from "./scripted-hub.ts"

const TAKEN = { tag: "AlreadyConsumed" }

describe("a second consumer", () => {
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

  const attach = (): Attachment => new Attachment(connection, { session: SESSION, mode: "viewer", after: 0 })

  it("C-13 (fault:N74) of an attachment fails, however it asks, and the first gets everything", async () => {
    const attachment = attach()
    const got = new Collected(attachment)
    await expect(attachment.consume(() => undefined)).rejects.toMatchObject(TAKEN)
    await expect(attachment[Symbol.asyncIterator]().next()).rejects.toMatchObject(TAKEN)
    hub.append(["a", "b", "c"])
    await got.until("all", (g) => g.texts.length === 3)
    expect(got.texts).toEqual(["a", "b", "c"])
    attachment.detach()
    await got.done
    await expect(attachment.consume(() => undefined)).rejects.toMatchObject(TAKEN)
  })

  it("C-13 a consumer that throws detaches, so that the hub does not wait for it", async () => {
    const attachment = attach()
    const thrown = new Error("the consumer's own")
    await expect(attachment.consume(() => Promise.reject(thrown))).rejects.toBe(thrown)
    await expect(attachment.type(new Uint8Array(1))).rejects.toMatchObject({ tag: "Closed" })
  })

  it("C-13 of a session on the same connection ends, and the first continues", async () => {
    const got = new Collected(attach())
    hub.append(["a"])
    await got.until("first", (g) => g.texts.length === 1)
    const second = new Collected(attach())
    await second.done
    const last = second.items.at(-1)
    expect(last?._tag === "Ended" && last.error?.tag).toBe("AlreadyAttached")
    hub.append(["b"])
    await got.until("goes on", (g) => g.texts.length === 2)
    expect(got.texts).toEqual(["a", "b"])
  })

  it("C-13 of the feed fails until the first was stopped", async () => {
    const changes: Array<number> = []
    const feed = new Feed(connection, { sessions: (_, change) => changes.push(change) })
    await until("watching", () => feed.change === 5)
    expect(() => new Feed(connection, { sessions: () => undefined })).toThrow(expect.objectContaining(TAKEN))
    hub.feed(6, [])
    await until("fed", () => changes.length === 1)
    feed.stop()
    const next = new Feed(connection, { sessions: () => undefined })
    await until("watching again", () => next.change === 5)
    next.stop()
  })

  it("C-13 of a stream of events fails at its first step", async () => {
    const stream = forOneConsumer(
      (async function* () {
        yield 1
        yield 2
      })(),
    )
    const seen: Array<number> = []
    for await (const value of stream) {
      seen.push(value)
      expect(() => stream[Symbol.asyncIterator]()).toThrow(expect.objectContaining(TAKEN))
    }
    expect(seen).toEqual([1, 2])
  })
})

describe("a consumer", () => {
  it("C-4 is given what comes one by one at once: only a long turn of the event loop is broken off", async () => {
    let clock = 0
    let breaks = 0
    const inbox = new Inbox()
    const timers = {
      now: () => clock,
      random: () => 0,
      after: (_: number, f: () => void) => {
        breaks += 1
        setImmediate(f)
        return () => undefined
      },
    }
    const seen: Array<string> = []
    let takes = 0
    const done = new Consumption(inbox, timers, { consumed: () => undefined, left: () => undefined }).consume((item) => {
      seen.push(item._tag)
      clock += takes
    })
    for (let at = 1; at <= 5; at++) {
      clock += 20
      inbox.push({ _tag: "Dropped" })
      await new Promise(setImmediate)
      expect(seen).toHaveLength(at)
    }
    expect(breaks).toBe(0)
    takes = 5
    for (let at = 0; at < 4; at++) inbox.push({ _tag: "Dropped" })
    inbox.push({ _tag: "Ended", error: undefined })
    await done
    expect(breaks).toBeGreaterThan(0)
    expect(seen).toHaveLength(10)
  })
})
