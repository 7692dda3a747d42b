import { statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { afterEach, beforeEach, expect, it } from "vitest"
import { createSample, sampleId } from "../src/contract/sample.ts"
import { useStore } from "../src/contract/subject.ts"
import { verifyStore } from "../src/sqlite/verify-store.ts"
import { sqlitePlace } from "./sqlite-place.ts"

let place: Awaited<ReturnType<typeof sqlitePlace>>
beforeEach(async () => {
  place = await sqlitePlace({ durability: "process" })
  await useStore(place, (store) =>
    Effect.gen(function* () {
      for (let n = 1; n <= 3; n++) yield* createSample(store, n, 200)
      yield* store.settle
    }),
  )
})
afterEach(() => place.remove())

it("S-10 a whole database is checked without an open store, and a damaged log is named", async () => {
  expect(await verifyStore(place.path, 60_000)).toEqual({ sessions: 3, checked: 3, damaged: [] })
  const db = new DatabaseSync(place.path)
  db.exec("UPDATE pieces SET bytes = zeroblob(length(bytes)) WHERE session = 2")
  db.close()
  const { size } = statSync(place.path)
  const { checked, damaged } = await verifyStore(place.path, 60_000)
  expect([checked, damaged.map(({ session }) => session)]).toEqual([3, [sampleId(2)]])
  expect(statSync(place.path).size).toBe(size)
})

it("a check that has no time looks at the newest session", async () => {
  expect(await verifyStore(place.path, 0)).toEqual({ sessions: 3, checked: 1, damaged: [] })
})
