/** What the rules of lists have in common: pages of a query, and sessions that differ in everything that a list looks at. */
import * as Effect from "effect/Effect"
import type { ListQuery } from "../Store.ts"
import { createSample, type StoreService } from "./sample.ts"

/** Whole numbers, both ends included. */
export function numbers(from: number, to: number): Array<number> {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at)
}

/** The ids of all pages of a query, and their total. */
export function pages(store: StoreService, query: ListQuery) {
  return Effect.gen(function* () {
    const ids: Array<string> = []
    let cursor: string | undefined
    for (let page = 0; page < 100; page++) {
      const got = yield* store.list(cursor === undefined ? query : { ...query, cursor })
      ids.push(...got.sessions.map((session) => session.id))
      if (got.next === null) return { ids, total: got.total }
      cursor = got.next
    }
    return yield* Effect.die("the list has no end")
  })
}

/** Twelve sessions of differing kind, owner, tags and times; 11 archived, 12 deleted. */
export function dozen(store: StoreService) {
  return Effect.forEach(numbers(1, 12), (n) =>
    createSample(store, n, 1, {
      kind: n % 2 === 0 ? "agent" : "terminal",
      owner: n % 3 === 0 ? "anna" : "ben",
      ...(n < 3 ? { createdBy: n === 1 ? "cli" : "mobile" } : {}),
      process: n % 4 === 0 ? "exited" : "running",
      label: n === 5 ? "Überraschung im Bad" : n === 6 ? "100% of_it" : `Session ${String.fromCharCode(109 - n)}`,
      tags: n % 5 === 0 ? ["five", "x/y"] : ["other"],
      pinned: n === 3,
      createdAt: 1000 + n,
      updatedAt: 5000 - n,
      lastActiveAt: 2000 + (n % 4),
      status: n === 11 ? "archived" : n === 12 ? "deleted" : "active",
      ...(n === 12 ? { purgeAt: 9000 } : {}),
    }),
  )
}
