/** A client whose connection goes away in the middle of a turn and that is away at its end. */
import { afterEach, describe, expect, it } from "vitest"
import { decodeRecord } from "@holdfast/protocol/record"
import { openAgent, sendText, settledAgent } from "../src/agent-session.ts"
import { startFaultProxy, type Cut } from "../src/fault-proxy.ts"
import { Opened } from "../src/Opened.ts"

const opened = new Opened()
afterEach(() => opened.close())

describe("the end of a turn that a client missed", () => {
  it.each<Cut>(["fin", "rst", "half-open"])("trap:7 C-1 D-7 is reported once when it is back, after a %s", async (how) => {
    // A connection that is silent for so long is taken for dead.
    const hub = await opened.hub({ settings: { HOLDFAST_SOCKET_SILENCE: "1000" } })
    const proxy = await startFaultProxy(() => hub.port())
    opened.closing(() => proxy.stop())
    const { id } = await openAgent(hub, { options: { permissions: "allow", pace: 0 } })
    const outcomes: Array<unknown> = []
    let cuts = 0
    const reader = opened.reader({
      port: hub.port(),
      proxy: proxy.port,
      token: hub.token,
      session: id,
      after: 0,
      onItem: (item) => {
        if (item._tag !== "Event") return
        const { channel, type, data } = decodeRecord(item.record)
        if (channel === "turn" && type === "ended") outcomes.push((data as { readonly outcome: unknown }).outcome)
        if (channel !== "agent" || type !== "text-delta" || cuts > 0) return
        proxy.refuse()
        cuts = proxy.cut(how)
      },
    })
    await reader.reached(1, 10_000)
    await sendText(hub, id, "[[slow 40 20]] [[say over]]")
    const { lastSeq } = await settledAgent(hub, id)
    expect([cuts, outcomes]).toEqual([1, []])
    expect(reader.last()).toBeLessThan(lastSeq)
    proxy.allow()
    await reader.reached(lastSeq, 20_000)
    expect(outcomes).toEqual(["completed"])
    expect(reader.ends).toEqual([])
  })
})
