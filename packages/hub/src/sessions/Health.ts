/** What the hub knows of its own state (H-14, row:K4). */
import * as Effect from "effect/Effect"
import type { AppendOutcome } from "@holdfast/store/Store"
import type { Health } from "../Hub.ts"
import { fullWords } from "../session/store-problem.ts"
import type { HubContext } from "./HubContext.ts"

/** Follows the outcomes of appends. */
export class StoreHealth {
  state: "ok" | "full" | "failed" = "ok"
  problem: string | undefined

  /** Takes an outcome. */
  readonly see = (outcome: AppendOutcome): void => {
    switch (outcome._tag) {
      case "Appended":
      case "Repeated":
        this.state = "ok"
        this.problem = undefined
        return
      case "StorageFull":
        this.state = "full"
        this.problem = fullWords(outcome.message)
        return
      case "Failed":
        this.state = "failed"
        this.problem = `the store failed: ${outcome.message}`
    }
  }
}

/** The report. */
export function health(core: HubContext, seen: StoreHealth): Effect.Effect<Health> {
  return Effect.map(Effect.result(core.store.stats), (stats) => {
    const store = stats._tag === "Failure" ? "failed" : seen.state
    const problems = [
      ...(stats._tag === "Failure" ? [stats.failure.message] : []),
      ...(seen.problem === undefined ? [] : [seen.problem]),
      ...core.fleet.problems,
    ]
    let attachments = 0
    for (const { part } of core.table.all()) attachments += part.readerCount
    return {
      ready: store === "ok" && core.fleet.state !== "away",
      store,
      runner: core.fleet.state,
      problems,
      sessions: stats._tag === "Failure" ? 0 : stats.success.sessions,
      loaded: core.table.size,
      attachments,
    }
  })
}
