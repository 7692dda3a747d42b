/** Answers that people had remembered for all sessions: kept as settings of the store, read once (docs/PROTOCOL.md, P-4). */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import type { PermissionRule } from "@holdfast/protocol/agent/permission"
import type { Store, StoreError } from "@holdfast/store/Store"

const PREFIX = "permission-rule:"

const nameOf = ({ tool, prefix }: PermissionRule): string =>
  `${PREFIX}${createHash("sha256")
    .update(JSON.stringify([tool, prefix ?? null]))
    .digest("base64url")}`

/** The rules of a hub; one per tool and prefix. */
export class AlwaysRules {
  private readonly store: Store["Service"]
  private readonly rules = new Map<string, PermissionRule>()

  constructor(store: Store["Service"]) {
    this.store = store
  }

  /** Reads what was kept. */
  get load(): Effect.Effect<void, StoreError> {
    return Effect.map(this.store.settings(PREFIX), (found) => {
      for (const { name, value } of found) {
        const rule = readRule(value)
        if (rule !== undefined) this.rules.set(name, rule)
      }
    })
  }

  /** All rules. */
  get all(): ReadonlyArray<PermissionRule> {
    return [...this.rules.values()]
  }

  /** Keeps a rule, durably, in place of one for the same tool and prefix. */
  remember(rule: PermissionRule): Effect.Effect<void, StoreError> {
    const name = nameOf(rule)
    return Effect.andThen(
      this.store.putSetting(name, JSON.stringify(rule)),
      Effect.sync(() => void this.rules.set(name, rule)),
    )
  }

  /** Forgets the rule for this tool and prefix; false when there is none. */
  forget(rule: PermissionRule): Effect.Effect<boolean, StoreError> {
    const name = nameOf(rule)
    if (!this.rules.has(name)) return Effect.succeed(false)
    return Effect.andThen(
      this.store.putSetting(name, undefined),
      Effect.sync(() => this.rules.delete(name)),
    )
  }
}

function readRule(text: string): PermissionRule | undefined {
  try {
    const rule = JSON.parse(text) as Partial<PermissionRule> | null
    const sound = typeof rule?.tool === "string" && typeof rule.allow === "boolean"
    return sound && (rule.prefix === undefined || typeof rule.prefix === "string") ? (rule as PermissionRule) : undefined
  } catch {
    return undefined
  }
}
