/** Pages of events from the end of a log, of records of any size. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { describe, expect, it } from "vitest"
import { appendTo, createSample, sampleId, sampleOutput } from "@holdfast/store/contract/sample"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import type { EventTexts } from "../src/Hub.ts"
import type { HubContext } from "../src/sessions/HubContext.ts"
import { eventsBefore, lastRecords } from "../src/sessions/event-pages.ts"
import { waitedPage } from "../src/sessions/wait-for-events.ts"

const KIB = 1024

describe("a page that is waited for", () => {
  it("X-27 is not empty because the log grew while it was read, nor because its filter passes little", async () => {
    // What a store reads while others append: nothing that passes, and the head is further on.
    const pages = [
      { last: 100, atHead: false, records: [] },
      { last: 512, atHead: false, records: [] },
      { last: 530, atHead: true, records: [sampleOutput(530, 10).bytes] },
    ]
    const reads: Array<number> = []
    const store = {
      head: () => Effect.succeed({ session: sampleId(1), firstSeq: 1, lastSeq: 530, log: "l" }),
      read: (_: unknown, { after }: { readonly after: number }) => {
        reads.push(after)
        return Effect.succeed(pages.shift())
      },
    }
    const core = { store, now: () => 0 } as unknown as HubContext
    const found: EventTexts = await Effect.runPromise(
      waitedPage(core, sampleId(1), { after: 20, limit: 10, type: "ended" }, 1000),
    )
    expect(found).toMatchObject({ next: 530, atHead: true })
    expect(found.events).toHaveLength(1)
    expect(reads).toEqual([20, 100, 512])
  })
})

describe("a page from the end", () => {
  it("X-24 is made of the last records alone, however large those before it are, and leads to all of them", async () => {
    const scope = Scope.makeUnsafe()
    const store = Context.get(await Effect.runPromise(Layer.buildWithScope(MemoryStore.layer, scope)), Store)
    const { session, epoch } = await Effect.runPromise(createSample(store, 1))
    for (let seq = 2; seq <= 41; seq++)
      await Effect.runPromise(appendTo(store, { session, epoch, records: [sampleOutput(seq, 200 * KIB)] }))
    const last = await Effect.runPromise(lastRecords({ store }, { session }, 0, 41))
    expect(last.at(-1)?.seq).toBe(41)
    expect(last.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThan(2304 * KIB)
    const seqs: Array<number> = []
    let before: number | null | undefined = 99
    while (typeof before === "number") {
      // Of the hub it needs the store alone.
      const core = { store } as unknown as HubContext
      const page: EventTexts = await Effect.runPromise(eventsBefore(core, sampleId(1), { before, limit: 1000 }))
      seqs.unshift(...page.events.map((text) => (JSON.parse(text) as { readonly seq: number }).seq))
      before = page.before
    }
    expect(seqs).toEqual(Array.from({ length: 41 }, (_, at) => at + 1))
    await Effect.runPromise(Scope.close(scope, Exit.void))
  })
})
