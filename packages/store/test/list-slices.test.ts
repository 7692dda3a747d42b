/** Lists that look at sessions a slice at a time give what they give at once. */
import { DatabaseSync } from "node:sqlite"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import { createSample } from "../src/contract/sample.ts"
import { useStore } from "../src/contract/subject.ts"
import { listSessions } from "../src/sqlite/list-reader.ts"
import { Statements } from "../src/sqlite/statements.ts"
import type { ListQuery, SessionList } from "../src/Store.ts"
import { sqlitePlace } from "./sqlite-place.ts"

/** A list, and between how many slices others got their turn. */
function listed(statements: Statements, query: ListQuery, size: number): { readonly list: SessionList; readonly turns: number } {
  const steps = listSessions(statements, query, size)
  for (let turns = 0; ; turns++) {
    const step = steps.next()
    if (step.done === true) return { list: step.value, turns }
  }
}

describe("lists of many sessions", () => {
  it("S-30 X-23 are the same in slices as at once, page after page, in every order, and wait between slices", async () => {
    const place = await sqlitePlace()
    try {
      await useStore(place, (store) =>
        Effect.gen(function* () {
          for (let n = 1; n <= 60; n++) {
            const metadata = JSON.stringify({ half: String(n % 2), third: String(n % 3), all: "1" })
            const times = { createdAt: n % 7, updatedAt: n % 5, lastActiveAt: n % 11 }
            const label = `${"cab".charAt(n % 3)} ${n}`
            const status = n % 10 === 0 ? "archived" : "active"
            yield* createSample(store, n, 1, { ...times, label, status, metadata, tags: n % 4 === 0 ? ["ci"] : [] })
          }
          const statements = new Statements(new DatabaseSync(place.path, { readOnly: true }))
          const filters: ReadonlyArray<ListQuery> = [
            { tag: "ci" },
            { q: "a" },
            { q: "nothing" },
            { status: "archived" },
            { tag: "ci", q: "b", createdSince: 3 },
            { kind: "agent" },
          ]
          let turns = 0
          for (const filter of filters)
            for (const sort of ["active", "created", "updated", "label"] as const)
              for (let cursor: string | null = ""; cursor !== null;) {
                const query: ListQuery = { ...filter, sort, limit: 4, ...(cursor === "" ? {} : { cursor }) }
                const sliced = listed(statements, query, 7)
                const whole = listed(statements, query, 1000)
                expect([query, sliced.list]).toEqual([query, whole.list])
                expect(whole.turns).toBe(0)
                turns += sliced.turns
                cursor = sliced.list.next
              }
          expect(turns).toBeGreaterThan(100)
          for (const query of [{}, { metadata: ["half=1"] }, { ids: [] }] satisfies ReadonlyArray<ListQuery>)
            expect([query, listed(statements, query, 7).turns]).toEqual([query, 0])
          statements.db.close()
        }),
      )
    } finally {
      await place.remove()
    }
  })
})
