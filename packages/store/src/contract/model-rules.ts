/** Contract: random histories against the model (check:O1 for stores). */
import * as Effect from "effect/Effect"
import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { StoreModel } from "./model.ts"
import { type StoreService, appendTo, readAll, sampleEvent, sampleEvents, sampleId, sampleState, seqsOf } from "./sample.ts"
import { type Place, type Subject, useStore } from "./subject.ts"

/** Histories per driver: opening a store that lasts takes longer. */
const HISTORIES = { lasting: 25, memory: 150 }
const COMMANDS = 60

const session = fc.integer({ min: 1, max: 3 })
const command = fc.oneof(
  { weight: 2, arbitrary: fc.record({ op: fc.constant("create" as const), session, count: fc.nat(3) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant("append" as const),
      session,
      count: fc.integer({ min: 1, max: 4 }),
      off: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) }),
      behind: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1) }),
      key: fc.option(fc.record({ key: fc.constantFrom("a", "b", "c"), hash: fc.constantFrom("x", "y") }), { nil: undefined }),
      label: fc.option(fc.constantFrom("one", "two"), { nil: undefined }),
      size: fc.constantFrom(5, 5, 5, 300, 20_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("claim" as const), session }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("trim" as const), session, share: fc.nat(100) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant("read" as const),
      session,
      share: fc.nat(110),
      maxBytes: fc.constantFrom(1, 200, 5000, 70_000),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ op: "settle" as const }, { op: "list" as const }, { op: "reopen" as const }) },
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

const step = (store: StoreService, model: StoreModel, one: Command) =>
  Effect.gen(function* () {
    if (one.op === "reopen") return
    if (one.op === "settle") return yield* store.settle
    if (one.op === "list") {
      const listed = yield* store.changes(0, 100)
      expect(listed.sessions.map((shown) => [shown.id, shown.label])).toEqual(
        model.changed().map((n) => [sampleId(n), model.sessions.get(n)?.label]),
      )
      return
    }
    const id = sampleId(one.session)
    const known = model.sessions.get(one.session)
    if (one.op === "create") {
      const made = yield* store.create({ id, records: sampleEvents(1, one.count), state: sampleState(id, { label: "made" }) })
      expect(made._tag).toBe(model.create(one.session, one.count, "made"))
      return
    }
    if (known === undefined) {
      expect((yield* Effect.flip(store.claim(id)))._tag).toBe("NoSuchSession")
      return
    }
    const { session: handle } = yield* store.head(id)
    switch (one.op) {
      case "claim": {
        known.epoch++
        expect(yield* store.claim(id)).toMatchObject({ epoch: known.epoch, firstSeq: known.first, nextSeq: known.next })
        return
      }
      case "append": {
        const { count, off, behind, key, label, size } = one
        const from = known.next + off
        const records = Array.from({ length: count }, (_, at) => sampleEvent(from + at, { text: "x".repeat(size) }))
        const outcome = yield* appendTo(store, {
          session: handle,
          epoch: known.epoch + behind,
          records,
          ...(key === undefined ? {} : { key }),
          ...(label === undefined ? {} : { state: sampleState(id, { label }) }),
        })
        expect(outcome).toMatchObject(model.append(one.session, count, off, behind, key, label))
        return
      }
      case "trim": {
        const through = Math.floor(((known.next - 1) * one.share) / 100)
        expect((yield* store.trim(handle, known.epoch, through, sampleEvent(known.next)))._tag).toBe("Appended")
        model.trim(one.session, through)
        return
      }
      case "read": {
        const after = Math.floor(((known.next - 1) * one.share) / 100)
        expect(seqsOf(yield* readAll(store, handle, after, one.maxBytes))).toEqual(known.seqs.filter((seq) => seq > after))
        const head = yield* store.head(id)
        expect(head).toMatchObject({ firstSeq: known.first, lastSeq: known.next - 1 })
        expect(head.bytes).toBe(Buffer.concat(yield* readAll(store, handle)).length)
      }
    }
  })

async function play(subject: Subject, place: Place, commands: ReadonlyArray<Command>): Promise<void> {
  const model = new StoreModel()
  let at = 0
  while (at < commands.length) {
    await useStore(place, (store) =>
      Effect.gen(function* () {
        while (at < commands.length) {
          const one = commands[at++]
          if (one === undefined) return
          if (one.op === "reopen" && subject.lasts) return
          yield* step(store, model, one)
        }
      }),
    )
  }
}

/** Registers the model test for a driver. */
export function modelRules(subject: Subject): void {
  describe("against the model", () => {
    it("check:O1 random histories of create, append, repeated keys, claim, trim, read, seal and reopen agree with the model", async () => {
      const property = fc.asyncProperty(fc.array(command, { minLength: 10, maxLength: COMMANDS }), async (commands) => {
        const place = await subject.place()
        try {
          await play(subject, place, commands)
        } finally {
          await place.remove()
        }
      })
      await fc.assert(property, { numRuns: subject.lasts ? HISTORIES.lasting : HISTORIES.memory })
    }, 120_000)
  })
}
