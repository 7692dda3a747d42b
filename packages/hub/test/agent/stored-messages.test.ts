import { encodeEvent } from "@holdfast/protocol/record"
import { appendTo, createSample, type StoreService } from "@holdfast/store/contract/sample"
import { withStore } from "@holdfast/store/contract/subject"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { storedMessages } from "../../src/agent/stored-messages.ts"

const memory = { name: "memory", lasts: false, place: async () => ({ layer: MemoryStore.layer, remove: async () => undefined }) }

const message = (seq: number, id: string, size: number) =>
  encodeEvent({
    seq,
    time: seq,
    channel: "message",
    type: "added",
    data: { message: { id, role: "assistant", parts: [{ type: "text", text: "x".repeat(size) }] } },
  })

/** Stores a message of each size, with so many other events between two. */
const storing = (store: StoreService, sizes: ReadonlyArray<number>, between: number) =>
  Effect.gen(function* () {
    const { session } = yield* createSample(store, 1)
    let seq = 2
    for (const [at, size] of sizes.entries()) {
      const records = [message(seq, `m${at + 1}`, size)]
      for (let other = 1; other <= between; other++)
        records.push(encodeEvent({ seq: seq + other, time: 1, channel: "agent", type: "text-delta", data: {} }))
      yield* appendTo(store, { session, epoch: 1, records })
      seq += 1 + between
    }
    return { session, before: seq }
  })

describe("pages of stored messages", () => {
  it("S-27 (fault:N54) bytes are counted before messages are loaded: what is read is in proportion to the page", () =>
    withStore(memory, (store) =>
      Effect.gen(function* () {
        const sizes = Array.from({ length: 40 }, (_, at) => (at % 4 === 3 ? 3_000_000 : 400_000))
        const { session, before } = yield* storing(store, sizes, 3)
        let read = 0
        const counting: StoreService = {
          ...store,
          read: (handle, range) =>
            Effect.tap(store.read(handle, range), ({ records }) =>
              Effect.sync(() => records.forEach((record) => (read += record.length))),
            ),
        }
        const ids: Array<string> = []
        for (let cursor: number | null = before; cursor !== null;) {
          read = 0
          const range = { session, firstSeq: 1, before: cursor, limit: 50, maxBytes: 1_048_576 }
          const page: Effect.Success<ReturnType<typeof storedMessages>> = yield* storedMessages(counting, range)
          const size = JSON.stringify(page.messages).length
          expect(page.messages.length === 1 || size <= 1_048_576).toBe(true)
          expect(read).toBeLessThan(12_000_000)
          ids.unshift(...page.messages.map(({ id }) => id))
          cursor = page.before
        }
        expect(ids).toEqual(sizes.map((_, at) => `m${at + 1}`))
      }),
    ))

  it("H-15 a page ends at its limit, and the last one has no cursor", () =>
    withStore(memory, (store) =>
      Effect.gen(function* () {
        const { session, before } = yield* storing(store, [1, 2, 3, 4, 5, 6, 7], 40)
        const page = (cursor: number) => storedMessages(store, { session, firstSeq: 1, before: cursor, limit: 3, maxBytes: 1e6 })
        const newest = yield* page(before)
        expect(newest.messages.map(({ id }) => id)).toEqual(["m5", "m6", "m7"])
        const older = yield* page(newest.before ?? 0)
        expect(older.messages.map(({ id }) => id)).toEqual(["m2", "m3", "m4"])
        const oldest = yield* page(older.before ?? 0)
        expect(oldest).toMatchObject({ messages: [{ id: "m1" }], before: null })
        expect(yield* page(2)).toEqual({ messages: [], before: null })
      }),
    ))
})
