import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { Unavailable } from "@holdfast/protocol/errors"
import type { Session } from "@holdfast/protocol/session"
import type { FeedListener, Hub } from "@holdfast/hub/Hub"
import { makeFakeHub } from "@holdfast/testkit/hub/FakeHub"
import { testSettings } from "@holdfast/testkit/hub/hub-house"
import type { Call } from "../../src/socket/Call.ts"
import { connectionHandlers } from "../../src/socket/connection-commands.ts"
import type { SocketConnection } from "../../src/socket/SocketConnection.ts"
import { SocketFeed } from "../../src/socket/SocketFeed.ts"

describe("the feed of a connection", () => {
  it("D-12 ends the connection when it cannot continue for a client that reads again", () => {
    const asked: Array<{ readonly sink: FeedListener; readonly continues: boolean }> = []
    const watch: Hub["Service"]["watch"] = ({ continues = false }, sink) =>
      Effect.suspend(() => {
        asked.push({ sink, continues })
        if (continues) return Effect.fail(new Unavailable({ message: "the store cannot be read" }))
        return Effect.succeed({ change: 7, feed: "feed", reset: false, start: () => {}, stop: () => {} })
      })
    let isFull = false
    const feed = new SocketFeed(
      () => {},
      () => isFull,
    )
    const closed: Array<readonly [code: number, reason: string]> = []
    const connection = {
      feed: (...given: Parameters<SocketFeed["begin"]>) => feed.begin(...given),
      watching: (change: number, stop: () => void) => feed.began(change, stop),
      close: (...given: readonly [number, string]) => void closed.push(given),
    }
    const run = <A, E>(effect: Effect.Effect<A, E>): void => void Effect.runSyncExit(effect)
    const hub = { ...makeFakeHub().hub, watch }
    const handlers = connectionHandlers({ hub, settings: testSettings(), version: "0", run })
    const call = {
      connection,
      run: (effect: Effect.Effect<unknown>, then: (value: unknown) => void) => then(Effect.runSync(effect)),
    }
    // The feed uses no more of a connection and a call.
    const given = { ...call, done: () => {} } as unknown as Call<never> & { readonly connection: SocketConnection }
    handlers.WatchSessions({}, given)
    const tell = (): void => asked[0]?.sink(8, [{ change: 8 } as Session], true)
    tell()
    isFull = true
    tell()
    isFull = false
    feed.drained()
    expect(asked.map(({ continues }) => continues)).toEqual([false, true])
    expect(closed).toEqual([[1011, "the store cannot be read"]])
  })

  it("L-5 D-12 continues for a client that reads again after the last change and the last mark that were sent", () => {
    const continued: Array<readonly [change: number, seen: number | undefined]> = []
    let sent = 0
    let isFull = false
    const feed = new SocketFeed(
      () => void sent++,
      () => isFull,
    )
    const sink = feed.begin(3, (...from) => void continued.push(from))
    feed.began(7, () => {})
    const mark = (number: number): void => sink(8, [], true, undefined, { seen: [{ session: "one", seq: 1, number }] })
    mark(9)
    isFull = true
    mark(10)
    isFull = false
    feed.drained()
    expect(sent).toBe(1)
    expect(continued).toEqual([[8, 9]])
  })
})
