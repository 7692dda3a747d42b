import type { WaitingRequest } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import { afterEach, describe, expect, it, vi } from "vitest"
import { SnoozeStore } from "../../src/requests/snooze-store.ts"
import { isSnoozed, nextReturn, readSnoozed, snooze, SNOOZED_MAX, snoozeChoices, unsnooze } from "../../src/requests/snooze.ts"
import {
  blockedTerminals,
  nextWaiting,
  untrustedDirectories,
  untrustedFor,
  waitKeys,
  waitingNow,
} from "../../src/requests/waiting.ts"
import { wordFor } from "../../src/requests/trust-news.ts"
import { isWaiting, waitsSince } from "../../src/ui/state.ts"
import { agent } from "../list/records.ts"

const asking = (session: string, id: string, askedAt: number): WaitingRequest => ({
  session,
  label: session,
  request: {
    id,
    kind: "tool",
    tool: "Bash",
    title: "ls",
    subject: "ls",
    options: [],
    inputBytes: 1,
    seq: 1,
    askedAt,
  },
})

describe("not now", () => {
  afterEach(() => vi.useRealTimers())

  it("APP-46 puts off one request until its time, and no other one", () => {
    const now = 1000
    const off = snooze({}, "s/a", 5000, now)
    expect(isSnoozed(off, "s/a", now)).toBe(true)
    expect(isSnoozed(off, "s/b", now)).toBe(false)
    expect(isSnoozed(off, "s/a", 5000)).toBe(false)
    expect(nextReturn(snooze(off, "t/c", 3000, now), now)).toBe(3000)
    expect(unsnooze(off, "s/a")).toEqual({})
    const { shown, later } = waitingNow([asking("s", "b", 2), asking("s", "a", 1)], [], off, now)
    expect([shown.map(({ key }) => key), later.map(({ key }) => key)]).toEqual([["s/b"], ["s/a"]])
  })

  it("APP-46 keeps a bounded number, and takes nothing from a text that is not its own", () => {
    let off = {}
    for (let at = 0; at < SNOOZED_MAX + 5; at++) off = snooze(off, `s/${at}`, 10_000 + at, 1)
    expect(Object.keys(off)).toHaveLength(SNOOZED_MAX)
    // Those that return first are shown.
    expect(isSnoozed(off, "s/0", 1)).toBe(false)
    expect(readSnoozed("no json", 1)).toEqual({})
    expect(readSnoozed('{"s/a":"x","s/b":9,"s/c":null,"s/d":2}', 3)).toEqual({ "s/b": 9 })
  })

  it("APP-46 returns by itself, is kept over a reload, and works for the page alone without a store", () => {
    vi.useFakeTimers({ now: 1000 })
    const kept = new Map<string, string>()
    const text = {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => void kept.set(name, value),
    }
    const store = new SnoozeStore(() => text)
    let changes = 0
    store.subscribe(() => changes++)
    store.snooze("s/a", 61_000)
    expect([changes, store.get()]).toEqual([1, { "s/a": 61_000 }])
    expect(new SnoozeStore(() => text).get()).toEqual({ "s/a": 61_000 })
    vi.advanceTimersByTime(60_000)
    expect([changes, store.get()]).toEqual([2, {}])
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined)
    const none = new SnoozeStore(() => {
      throw new DOMException("no storage", "SecurityError")
    })
    none.snooze("s/a", 99_000)
    expect(none.get()).toEqual({ "s/a": 99_000 })
    warn.mockRestore()
  })

  it("offers times that are in the future", () => {
    for (const hour of [0, 8, 9, 23]) {
      const now = new Date(2026, 10, 30, hour, 30).getTime()
      expect(snoozeChoices(now).every(({ until }) => until > now)).toBe(true)
    }
  })
})

describe("what waits", () => {
  const terminal = (id: string, state: string, since: number, process = "running") =>
    ({
      id,
      label: id,
      status: "active",
      process,
      terminal: { program: { state, since, message: "sure?" } },
    }) as unknown as ShownSession

  it("APP-45 has requests and blocked terminals in one order, the oldest first", () => {
    const terminals = blockedTerminals([
      terminal("t", "blocked", 2),
      terminal("w", "working", 1),
      terminal("x", "blocked", 1, "exited"),
    ])
    const { shown } = waitingNow([asking("s", "late", 3), asking("s", "early", 1)], terminals, {}, 0)
    expect(shown.map(({ key }) => key)).toEqual(["s/early", "t/program-2", "s/late"])
  })

  it("APP-142 has a directory that is not trusted once for all of its sessions, with all that any of them would run", () => {
    const file = (path: string) => ({ path, what: "MCP servers: evil", runs: true })
    const waits = (id: string, askedAt: number, files: ReadonlyArray<string>, more: object = {}) =>
      agent(id, { agent: { trust: { directory: "/src", state: "waiting", askedAt, seq: 2, brings: files.map(file) } }, ...more })
    const sessions = [
      waits("late", 9, ["/src/.mcp.json"]),
      waits("early", 4, ["/src/.mcp.json", "/src/.claude/settings.json"]),
      waits("archived", 1, ["/src/other"], { status: "archived" }),
      agent("trusted", { agent: { trust: { directory: "/src", state: "trusted", brings: [file("/src/x")] } } }),
    ]
    const { shown } = waitingNow([asking("s", "between", 5)], untrustedDirectories(sessions), {}, 0)
    expect(shown.map(({ key, session }) => [key, session])).toEqual([
      ["trust//src", "early"],
      ["s/between", "s"],
    ])
    expect(shown[0]?.untrusted?.brings.map(({ path }) => path)).toEqual(["/src/.mcp.json", "/src/.claude/settings.json"])
    expect(shown[0]?.untrusted?.sessions.map(({ session }) => session)).toEqual(["early", "late"])
    expect(sessions.map((session) => [isWaiting(session), waitKeys(session)])).toEqual([
      [true, ["trust//src"]],
      [true, ["trust//src"]],
      [false, ["trust//src"]],
      [false, []],
    ])
    expect(waitsSince(waits("x", 7, []))).toBe(7)
    const off = snooze({}, "trust//src", 5000, 1)
    expect(waitingNow([], untrustedDirectories(sessions), off, 2).later.map(({ key }) => key)).toEqual(["trust//src"])
  })

  it("APP-142 asks in each session for all that any session in its directory would run, however agents read one file", () => {
    const waits = (id: string, ...brings: ReadonlyArray<object>) =>
      agent(id, { agent: { trust: { directory: "/src", state: "waiting", askedAt: 4, seq: 2, brings } } })
    const [hook, memory] = [
      { path: "/src/.claude/settings.json", what: "hooks: sh", runs: true },
      { path: "/src/AGENTS.md", what: "memory", runs: false },
    ]
    const servers = { path: "/src/.mcp.json", what: "MCP servers: evil", runs: true }
    const [one, other] = [
      waits("one", memory, { ...servers, what: "names of servers", runs: false }),
      waits("other", servers, hook),
    ]
    const all = untrustedDirectories([one, other])
    for (const session of [one, other]) {
      const shown = untrustedFor(session, all)
      expect(shown?.brings.filter(({ runs }) => runs)).toEqual([servers, hook])
      expect(shown?.sessions.map(({ session: id }) => id)).toEqual(["one", "other"])
    }
    // A session that the list does not have yet is asked for what it brings itself, too.
    expect(untrustedFor(other, untrustedDirectories([one]))?.brings).toContain(hook)
    expect(untrustedFor(agent("quiet"), all)).toBeUndefined()
  })

  it("APP-142 goes by the nearest decision", () => {
    const word = (directory: string, trusted: boolean) => ({ directory, trusted, by: "ann", at: 1 })
    const words = [word("/", true), word("/src", false), word("/src/vendor", true), word("/srcs", true)]
    expect([wordFor("/src/a", words), wordFor("/src/vendor", words), wordFor("/else", words)]).toEqual([
      words[1],
      words[2],
      words[0],
    ])
    expect(wordFor("/src", [])).toBeUndefined()
  })

  it("APP-45 goes round, and begins with the oldest when what was shown is gone", () => {
    const { shown } = waitingNow([asking("s", "a", 1), asking("s", "b", 2), asking("s", "c", 3)], [], {}, 0)
    expect(nextWaiting(shown, "s/c")?.key).toBe("s/a")
    expect(nextWaiting(shown, "s/a", -1)?.key).toBe("s/c")
    expect(nextWaiting(shown, "gone")?.key).toBe("s/a")
    expect(nextWaiting(shown, "gone", -1)?.key).toBe("s/c")
    expect(nextWaiting([], "s/a")).toBeUndefined()
  })
})
