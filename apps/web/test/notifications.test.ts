import { describe, expect, it } from "vitest"
import type { ShownSession } from "@holdfast/client/outbox"
import type { Session } from "@holdfast/protocol/session"
import { Changes } from "../src/notifications/changes.ts"

const session = (id: string, change: object = {}): ShownSession =>
  ({ id, label: id, status: "active", permissions: [], turn: { status: "idle" }, ...change }) as unknown as Session
const asks = (seq: number, decision?: object) => ({
  permissions: [
    {
      id: `r${seq}`,
      seq,
      title: "Run a command?",
      subject: "npm test",
      askedAt: 5,
      ...(decision === undefined ? {} : { decision }),
    },
  ],
})
const news = (seq: number, what = "finished") => ({ news: { seq, time: 7, what } })

describe("notices of a page", () => {
  it("APP-84 tell what comes to be while the page is open, once for each session and state, and nothing of before", () => {
    const changes = new Changes()
    expect(changes.take([])).toEqual([])
    expect(changes.take([session("a", news(1)), session("b", asks(2))])).toEqual([])
    expect(changes.take([session("a", news(1)), session("b", asks(2))])).toEqual([])
    const told = changes.take([session("a", asks(5)), session("b", { ...asks(2, { optionId: "allow" }), ...news(9) })])
    expect(told.map(({ tag, reason, path }) => [tag, reason, path])).toEqual([
      ["a", "waiting", "s/a?request=r5"],
      ["b", "ended", "s/b"],
    ])
    expect(changes.take([session("a", asks(5)), session("b", news(9))])).toEqual([])
    expect(changes.take([session("a", asks(6)), session("b", news(9))])).toHaveLength(1)
  })

  it("APP-84 APP-142 tell of a directory that is to be trusted once, and then of what ended since", () => {
    const changes = new Changes()
    const untrusted = { agent: { trust: { directory: "/src", state: "waiting", askedAt: 5, seq: 3, brings: [] } } }
    changes.take([session("a")])
    expect(changes.take([session("a", untrusted)])).toMatchObject([{ reason: "waiting", body: "Trust /src?", path: "s/a" }])
    expect(changes.take([session("a", untrusted)])).toEqual([])
    expect(changes.take([session("a", { ...untrusted, ...news(8) })])).toMatchObject([{ reason: "ended" }])
  })

  it("APP-84 tell nothing of what is left once something later was told, and something later again", () => {
    const changes = new Changes()
    const untrusted = { agent: { trust: { directory: "/src", state: "waiting", askedAt: 5, seq: 3, brings: [] } } }
    const both = { permissions: [...asks(4).permissions, ...asks(7).permissions] }
    changes.take([session("a")])
    expect(changes.take([session("a", untrusted)])).toMatchObject([{ body: "Trust /src?" }])
    expect(changes.take([session("a", { ...untrusted, ...both })])).toMatchObject([{ path: "s/a?request=r7" }])
    expect(changes.take([session("a", { ...untrusted, ...asks(4) })])).toEqual([])
    expect(changes.take([session("a", untrusted)])).toEqual([])
    expect(changes.take([session("a", { ...untrusted, ...asks(9) })])).toHaveLength(1)
  })

  it("APP-84 tell nothing of a turn that continues, of what is archived, or of what is made offline", () => {
    const changes = new Changes()
    changes.take([session("a")])
    expect(changes.take([session("a", { ...news(3), turn: { status: "streaming" } })])).toEqual([])
    expect(changes.take([session("a", { ...asks(3), status: "archived" })])).toEqual([])
    expect(changes.take([session("a", { ...asks(3), status: "offline" })])).toEqual([])
    expect(
      changes.take([session("a", { terminal: { program: { state: "blocked", since: 3, message: "approve" } } })]),
    ).toMatchObject([{ reason: "waiting", body: "approve" }])
  })
})
