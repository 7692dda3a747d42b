/** Folding that was interrupted: what a hub left undone, the next one that opens the session makes up for. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { emptyMessage } from "@holdfast/core/agent/accumulator"
import { chunksBetween } from "@holdfast/core/agent/chunks-between"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message } from "@holdfast/protocol/agent/message"
import { readChunk } from "@holdfast/protocol/agent/read-chunk"
import { type ReadRange, Store } from "@holdfast/store/Store"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { attachReader, type House, openHouse, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { createAgent, dataOf, named, record, send, turnsEnded } from "@holdfast/testkit/hub/agent-house"

/** Bounds of waiting for what no event tells, in milliseconds. */
const SOON = { timeout: 50_000, interval: 10 }

/** What is done with a store; its `fold` waits for ever once `folds` are done. */
interface Watch {
  readonly reads: Array<ReadRange>
  readonly folds: number
}

const watched = (path: string, watch: Watch) =>
  Layer.effect(
    Store,
    Effect.map(Store, (inner) => {
      let left = watch.folds
      return Store.of({
        ...inner,
        read: (session, range) => {
          watch.reads.push(range)
          return inner.read(session, range)
        },
        fold: (session, epoch, records) => (left-- > 0 ? inner.fold(session, epoch, records) : Effect.never),
      })
    }),
  ).pipe(Layer.provide(SqliteStore.layer({ path, durability: "power" })))

describe("folding after a hub's death", () => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let reads: Array<ReadRange>
  const open = async (folds: number): Promise<House> => {
    reads = []
    const store = watched(join(directory.path, "holdfast.db"), { reads, folds })
    return (house = await openHouse({ directory: directory.path, store }))
  }
  /** Events of the `agent` channel by turn: how many are folded, how many are not. */
  const turns = async (id: string): Promise<ReadonlyArray<{ readonly folded: number; readonly loose: number }>> => {
    const { events } = await house.run(house.hub.events(id, { after: 0, limit: 10_000, channel: "agent" }))
    const found = new Map<string, { folded: number; loose: number }>()
    for (const text of events) {
      const { type, turn } = JSON.parse(text) as { readonly type: string; readonly turn: string }
      const counts = found.get(turn) ?? { folded: 0, loose: 0 }
      counts[type === "folded" ? "folded" : "loose"]++
      found.set(turn, counts)
    }
    return [...found.values()]
  }
  const foldedTurns = (id: string, count: number): Promise<void> =>
    expect.poll(async () => (await turns(id)).filter(({ loose }) => loose === 0).length, SOON).toBe(count)
  /** Each house has a runner of its own, which ends with it. */
  const ended = (id: string): Promise<void> =>
    expect.poll(async () => (await record(house, id)).process, SOON).not.toBe("running")
  const lookups = (): number => reads.filter(({ channel, type }) => channel === "turn" && type === "ended").length
  beforeEach(async () => {
    directory = await testDirectory()
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })

  it("M-3 M-4 every turn that ended unfolded is folded by the next hub, and what is folded is not looked at again", async () => {
    await open(2)
    const { id, reader } = await createAgent(house)
    for (let turn = 1; turn <= 5; turn++) {
      await send(house, id, "[[say some words of it]] [[tokens 40]]")
      await turnsEnded(reader, turn)
    }
    await foldedTurns(id, 2)
    expect((await turns(id)).map(({ loose }) => loose > 0)).toEqual([false, false, true, true, true])
    await house.close()

    await open(1)
    await attachReader(house, { session: id, after: 0 })
    await foldedTurns(id, 3)
    await house.close()

    await open(Number.POSITIVE_INFINITY)
    const late = await attachReader(house, { session: id, after: 0 })
    await foldedTurns(id, 5)
    expect(lookups()).toBeGreaterThan(0)
    reads.length = 0
    await ended(id)
    await send(house, id, "[[say and more]] [[tokens 40]]")
    await turnsEnded(late, 6)
    await foldedTurns(id, 6)
    expect(lookups()).toBe(0)
    await house.close()

    await open(Number.POSITIVE_INFINITY)
    const last = await attachReader(house, { session: id, after: 0 })
    await ended(id)
    await send(house, id, "[[say the end]] [[tokens 40]]")
    await turnsEnded(last, 7)
    await foldedTurns(id, 7)
    expect(lookups()).toBe(0)
    expect(await house.run(house.store.verify(id))).toBeUndefined()
  })
  it("M-17 M-16 a door cut in mid-turn that comes back after the fold shows the whole answer (fault:N55)", async () => {
    await open(Number.POSITIVE_INFINITY)
    const { id, reader } = await createAgent(house)
    await send(house, id, "[[say some words of it]] [[bash echo one]] [[tokens 40]]")
    await turnsEnded(reader, 1)
    await foldedTurns(id, 1)
    const chunks = reader.list.filter(({ channel }) => channel === "agent")
    for (const cut of [1, Math.floor(chunks.length / 2), chunks.length - 1]) {
      const door = emptyMessage("turn", 0)
      const tell = (chunk: AgentChunk | undefined): void => (chunk === undefined ? undefined : door.tell(chunk))
      for (const { data, type } of chunks.slice(0, cut)) tell(readChunk({ ...(data as object), type }))
      const after = chunks[cut - 1]?.seq ?? 0
      const back = await attachReader(house, { session: id, after, client: `door-${cut}-client` })
      await back.until("the end of the turn", (seen) => named(seen, "turn/ended").length === 1)
      expect(new Set(back.list.filter(({ channel }) => channel === "agent").map(({ type }) => type))).toEqual(new Set(["folded"]))
      const [message] = named(back, "message/added").map((event) => dataOf(event)["message"] as Message)
      const rest = message === undefined ? undefined : chunksBetween(door.toLive(), message)
      expect(rest?.length).toBeGreaterThan(0)
      rest?.forEach(tell)
      expect(JSON.parse(JSON.stringify(door.message().parts))).toEqual(message?.parts)
      back.attachment?.detach()
    }
  })
})
