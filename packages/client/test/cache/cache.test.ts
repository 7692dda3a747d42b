import type { MessagePage } from "@holdfast/protocol/agent/message"
import type { BatchRequest } from "@holdfast/protocol/http-bodies"
import type { Session, SessionPage, SessionQuery } from "@holdfast/protocol/session"
import { describe, expect, it } from "vitest"
import { changeSessions } from "../../src/cache/batch.ts"
import { Cache } from "../../src/cache/Cache.ts"
import { likelyNext, Reads } from "../../src/cache/Reads.ts"
import type { ReadSource } from "../../src/cache/source.ts"
import { HoldfastError } from "../../src/errors.ts"
import { settled, TestClock } from "../outbox/world.ts"

const session = (id: string, more: object = {}): Session =>
  ({
    id,
    kind: "agent",
    status: "active",
    change: 1,
    lastSeq: 1,
    permissions: [],
    pinned: false,
    lastActiveAt: 0,
    ...more,
  }) as unknown as Session

/** A hub that answers when it is told to, and notes what it was asked. */
class SlowSource implements ReadSource {
  readonly asked: Array<string> = []
  readonly aborted: Array<string> = []
  #open: Array<{ readonly name: string; readonly answer: () => void }> = []

  readonly session = (id: string, signal: AbortSignal): Promise<Session> => this.#ask(id, signal, () => session(id))
  readonly messages = (id: string, { before }: { readonly before?: number }, signal: AbortSignal): Promise<MessagePage> =>
    this.#ask(`${id}@${before ?? "end"}`, signal, () => ({
      messages: [],
      before: before === undefined ? 100 : before > 50 ? before - 50 : null,
    }))
  readonly sessions = ({ cursor }: SessionQuery, signal: AbortSignal): Promise<SessionPage> => {
    const page = Number(cursor ?? 0)
    return this.#ask(`list ${page}`, signal, () => ({
      sessions: [session(`s${page}`)],
      total: 3,
      more: false,
      next: page < 2 ? String(page + 1) : null,
    }))
  }

  /** Answers what is open, and what is asked because of it, until nothing is. */
  async answer(): Promise<void> {
    await settled()
    for (let open = this.#open; open.length > 0; open = this.#open) {
      this.#open = []
      for (const { answer } of open) answer()
      await settled()
    }
  }

  get open(): ReadonlyArray<string> {
    return this.#open.map(({ name }) => name)
  }

  #ask<A>(name: string, signal: AbortSignal, value: () => A): Promise<A> {
    this.asked.push(name)
    return new Promise((resolve, reject) => {
      const one = { name, answer: () => resolve(value()) }
      this.#open.push(one)
      signal.addEventListener("abort", () => {
        this.#open = this.#open.filter((other) => other !== one)
        this.aborted.push(name)
        reject(new HoldfastError("Aborted", "the call was aborted"))
      })
    })
  }
}

describe("a cache", () => {
  it("C-63 has a limit, a time to live and statistics", async () => {
    const clock = new TestClock()
    const cache = new Cache<number>({ most: 2, ttl: 1000, now: clock.now })
    cache.set("a", 1)
    cache.set("b", 2)
    expect(cache.get("a")).toBe(1)
    cache.set("c", 3)
    expect([cache.get("b"), cache.get("a"), cache.get("c")]).toEqual([undefined, 1, 3])
    await clock.run(1001)
    expect(cache.get("a")).toBe(undefined)
    expect(cache.stats).toEqual({ size: 1, hits: 3, misses: 2, evictions: 1, expired: 1 })
  })

  it("C-63 loads a value once for all who ask, keeps no failure, and no value that was dropped or set meanwhile", async () => {
    const cache = new Cache<number>({ most: 9, ttl: 1000 })
    let loads = 0
    let finish: (value: number) => void = () => undefined
    const load = () => cache.load("a", () => new Promise<number>((resolve) => void (loads++, (finish = resolve))))
    const both = [load(), load()]
    finish(7)
    expect(await Promise.all(both)).toEqual([7, 7])
    expect(loads).toBe(1)
    await expect(cache.load("b", () => Promise.reject(new Error("no")))).rejects.toThrow("no")
    expect(cache.has("b")).toBe(false)
    cache.delete("a")
    const third = load()
    cache.delete("a")
    finish(8)
    expect(await third).toBe(8)
    expect(cache.has("a")).toBe(false)
    // What is set meanwhile is newer than what was asked for before.
    const fourth = load()
    cache.set("a", 10)
    finish(9)
    expect(await fourth).toBe(9)
    expect(cache.get("a")).toBe(10)
  })
})

describe("reads", () => {
  it("C-64 fetch the page after the one that was asked for, of messages and of lists", async () => {
    const source = new SlowSource()
    const reads = new Reads(source)
    const first = reads.messages("a")
    await source.answer()
    expect((await first).before).toBe(100)
    expect(source.asked).toEqual(["a@end", "a@100"])
    await reads.messages("a", 100)
    await source.answer()
    expect(source.asked).toEqual(["a@end", "a@100", "a@50"])
    expect(reads.stats.older).toMatchObject({ hits: 1, misses: 2 })
    const pages: Array<string> = []
    const loop = (async () => {
      for await (const { sessions } of reads.list()) {
        pages.push(String(sessions[0]?.id))
        expect(source.asked).toContain(`list ${Math.min(2, pages.length)}`)
      }
    })()
    await source.answer()
    await loop
    expect(pages).toEqual(["s0", "s1", "s2"])
    reads.close()
  })

  it("C-65 load what will probably be opened next one by one, and give way to what is asked for", async () => {
    const source = new SlowSource()
    const reads = new Reads(source)
    const many = Array.from({ length: 20 }, (_, index) => session(`p${index}`))
    reads.preload(many)
    await settled()
    expect(source.open).toEqual(["p0"])
    const asked = reads.session("x")
    expect(source.aborted).toEqual(["p0"])
    await settled()
    expect(source.open).toEqual(["x"])
    await source.answer()
    expect((await asked).id).toBe("x")
    expect(new Set(source.asked.filter((name) => !name.includes("@")))).toEqual(
      new Set(["x", ...many.slice(0, 8).map(({ id }) => id)]),
    )
    const before = source.asked.length
    expect((await reads.session("p3")).id).toBe("p3")
    expect(source.asked.length).toBe(before)
    reads.close()
  })

  it("C-65 what is asked for while it is preloaded arrives, though another question makes the preload give way", async () => {
    const source = new SlowSource()
    const reads = new Reads(source)
    reads.preload([session("p")])
    await settled()
    const [same, other] = [reads.session("p"), reads.session("x")]
    await source.answer()
    expect([(await same).id, (await other).id]).toEqual(["p", "x"])
    reads.close()
  })

  it("C-63 take what the feed brings as newer, and drop the messages that it makes old", async () => {
    const source = new SlowSource()
    const reads = new Reads(source)
    reads.take([session("a", { change: 5, lastSeq: 9, label: "new" })])
    reads.take([session("a", { change: 3, lastSeq: 7, label: "old" })])
    expect(await reads.session("a")).toMatchObject({ label: "new" })
    const page = reads.messages("a")
    await source.answer()
    await page
    await reads.messages("a")
    expect(source.asked.filter((name) => name === "a@end")).toHaveLength(1)
    reads.take([session("a", { change: 6, lastSeq: 10 })])
    const again = reads.messages("a")
    await source.answer()
    await again
    expect(source.asked.filter((name) => name === "a@end")).toHaveLength(2)
    reads.close()
  })

  it("C-65 what waits for a person comes first, then what is pinned, then what was active last", () => {
    const sessions = [
      session("old", { lastActiveAt: 1 }),
      session("new", { lastActiveAt: 9 }),
      session("pinned", { pinned: true }),
      session("asks", { permissions: [{ id: "r" }] }),
      session("answered", { permissions: [{ id: "r", decision: {} }], lastActiveAt: 2 }),
      session("open", { lastActiveAt: 10 }),
      session("archived", { status: "archived" }),
    ]
    expect(likelyNext(sessions, new Set(["open"])).map(({ id }) => id)).toEqual(["asks", "pinned", "new", "answered", "old"])
  })
})

describe("a change to many sessions", () => {
  const error = { tag: "SessionNotFound", message: "no session", session: "x" }

  it("C-66 has a result for each, in order, however many there are", async () => {
    const sizes: Array<number> = []
    const post = ({ sessions }: BatchRequest) => {
      sizes.push(sessions.length)
      return Promise.resolve({
        results: sessions.map((id) => (id === "s1500" ? { session: id, error } : { session: id, changed: true })),
      })
    }
    const all = Array.from({ length: 2300 }, (_, index) => `s${index}`)
    const outcomes = await changeSessions(post, all, { action: "archive" })
    expect(sizes).toEqual([1000, 1000, 300])
    expect(outcomes.map(({ session: id }) => id)).toEqual(all)
    expect(outcomes.filter(({ ok }) => !ok)).toMatchObject([{ session: "s1500", error: { tag: "SessionNotFound" } }])
  })

  it("C-66 does not fail as a whole: what cannot be asked for is tried again, and has its error", async () => {
    const clock = new TestClock()
    let calls = 0
    const post = ({ sessions }: BatchRequest) => {
      calls += 1
      if (sessions.includes("s0") && calls < 3) return Promise.reject(new HoldfastError("Busy", "wait"))
      if (sessions.includes("s1200")) return Promise.reject(new HoldfastError("Unauthorized", "who?"))
      return Promise.resolve({ results: sessions.map((id) => ({ session: id, changed: false })) })
    }
    const all = Array.from({ length: 1300 }, (_, index) => `s${index}`)
    const outcome = changeSessions(post, all, { action: "update", change: { pinned: true } }, { timers: clock })
    await clock.run(10_000)
    const outcomes = await outcome
    expect(outcomes.slice(0, 1000).every((one) => one.ok && !one.changed)).toBe(true)
    expect(outcomes.slice(1000).every((one) => !one.ok && one.error.tag === "Unauthorized")).toBe(true)
    expect(calls).toBe(4)
  })

  it("C-34 C-66 an abort ends it, with a result for each nevertheless", async () => {
    const ending = new AbortController()
    const clock = new TestClock()
    const post = () => Promise.reject(new HoldfastError("Busy", "wait"))
    const outcome = changeSessions(post, ["a", "b"], { action: "archive" }, { signal: ending.signal, timers: clock })
    await settled()
    ending.abort()
    expect(await outcome).toMatchObject(["a", "b"].map((id) => ({ session: id, ok: false, error: { tag: "Aborted" } })))
  })
})
