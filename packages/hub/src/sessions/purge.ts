/** Removes the sessions whose time in the trash is over, with their directories. */
import * as Effect from "effect/Effect"
import type { HubContext } from "./HubContext.ts"

/** How many are taken at once. */
const PURGE_AT_ONCE = 100

/** Purges what is due: directories are marked before the store lets go of their sessions (docs/protocol/rules.md, A-69). */
export function purgeDue({
  store,
  table,
  directories,
  report,
  now,
}: Pick<HubContext, "store" | "table" | "directories" | "report" | "now">): void {
  const at = now()
  const purged = Effect.gen(function* () {
    const due = yield* store.due(at, PURGE_AT_ONCE)
    if (due.length === 0) return []
    const names = new Map<string, string>()
    for (const id of due) {
      const recorded = Effect.map(store.get(id), ({ directory }) => directory)
      names.set(id, yield* Effect.catchTag(recorded, "DataDamaged", () => Effect.sync(() => directories.find(id))))
    }
    yield* Effect.tryPromise(() => directories.markDue([...names.values()]))
    const gone = yield* store.purge(at, PURGE_AT_ONCE)
    return gone.map((id) => ({ id, name: names.get(id) ?? directories.find(id) }))
  })
  table.context.fork(purged, (exit) => {
    if (exit._tag === "Failure") return report("the trash could not be purged", { cause: String(exit.cause) })
    for (const { id, name } of exit.value) {
      table.drop(id, "the session was purged")
      void directories.remove(name)
    }
  })
}
