import * as Effect from "effect/Effect"
import { expect, it } from "vitest"
import type { Store } from "@holdfast/store/Store"
import { findRequest } from "../../src/agent/logged-request.ts"

it("P-13 an id that was never asked does not have a long log read as a whole", async () => {
  let reads = 0
  const store = {
    read: (_session: number, { after }: { readonly after: number }) =>
      Effect.sync(() => ({ records: [], last: after + 1000, atHead: reads++ < 0 })),
  } as unknown as Store["Service"]
  const head = { session: 1, firstSeq: 1, lastSeq: 10_000_000, bytes: 1e9, log: "log" }
  expect(await Effect.runPromise(findRequest(store, head, "never"))).toBeUndefined()
  expect(reads).toBe(128)
})
