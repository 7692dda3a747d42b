/** Answers that people had remembered for all sessions: kept as settings of the store, read once (docs/PROTOCOL.md, P-4). */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import type { Store, StoreError } from "@holdfast/store/Store"

const PREFIX = "permission-rule:"

/** Rules for all sessions at the most. */
export const ALWAYS_MAX = 1000

/** One name for all rules about the same requests. */
function nameOf({ tool, covers }: PermissionRule): string {
  const about = covers === undefined ? null : Object.entries(covers).sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash("sha256").update(JSON.stringify([tool, about]))
  return `${PREFIX}${hash.digest("base64url")}`
}

/** The rules of a hub; one per tool and what is covered. */
export class AlwaysRules {
  private readonly store: Store["Service"]
  private readonly rules = new Map<string, PermissionRule>()

  constructor(store: Store["Service"]) {
    this.store = store
  }

  /** Reads what was kept; what is no rule of this version is none. */
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

  /** Keeps a rule, durably, in place of one about the same requests. */
  remember(rule: PermissionRule): Effect.Effect<void, StoreError> {
    const name = nameOf(rule)
    return Effect.andThen(
      this.store.putSetting(name, JSON.stringify(rule)),
      Effect.sync(() => void this.rules.set(name, rule)),
    )
  }

  /** Forgets the rule about these requests; false when there is none. */
  forget(rule: PermissionRule): Effect.Effect<boolean, StoreError> {
    const name = nameOf(rule)
    if (!this.rules.has(name)) return Effect.succeed(false)
    return Effect.andThen(
      this.store.putSetting(name, undefined),
      Effect.sync(() => this.rules.delete(name)),
    )
  }
}

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(PermissionRule))

/** Fields that are not known narrow a rule in a way that cannot be kept: then it is no rule. */
const readRule = (text: string): PermissionRule | undefined => Option.getOrUndefined(decode(text, { onExcessProperty: "error" }))
