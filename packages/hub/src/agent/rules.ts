/** Answers that people had remembered for all sessions: kept as settings of the store, read once (docs/protocol/rules.md, P-4). */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { PermissionRule } from "@holdfast/protocol/agent/permission-rule"
import type { Store, StoreError } from "@holdfast/store/Store"

const PREFIX = "permission-rule:"

/** Rules for all sessions at most. */
export const ALWAYS_MAX = 1000

/** One name for all rules about the same requests. */
function nameOf({ tool, covers }: PermissionRule): string {
  const about = covers === undefined ? null : Object.entries(covers).sort(([a], [b]) => (a < b ? -1 : 1))
  const hash = createHash("sha256").update(JSON.stringify([tool, about]))
  return `${PREFIX}${hash.digest("base64url")}`
}

/** A rule with the time of the answer that made it: of two about the same requests the later one holds. */
const StoredRule = Schema.Struct({ rule: PermissionRule, at: Schema.Finite })
type StoredRule = typeof StoredRule.Type

/** The rules of a hub; one per tool and what is covered. */
export class AlwaysRules {
  readonly #store: Store["Service"]
  readonly #rules = new Map<string, StoredRule>()

  constructor(store: Store["Service"]) {
    this.#store = store
  }

  /** Reads what is stored; what is no rule of this version is none. */
  get load(): Effect.Effect<void, StoreError> {
    return Effect.map(this.#store.settings(PREFIX), (found) => {
      for (const { name, value } of found) {
        const stored = readRule(value)
        if (stored !== undefined) this.#rules.set(name, stored)
      }
    })
  }

  /** All rules. */
  get all(): ReadonlyArray<PermissionRule> {
    return Array.from(this.#rules.values(), ({ rule }) => rule)
  }

  /** Has a rule hold from now on, in place of an older one about the same requests; `keep` makes it last. */
  apply(rule: PermissionRule, at: number): void {
    const name = nameOf(rule)
    if (at >= (this.#rules.get(name)?.at ?? at)) this.#rules.set(name, { rule, at })
  }

  /** Stores the rule that holds for these requests. */
  keep(rule: PermissionRule): Effect.Effect<void, StoreError> {
    const name = nameOf(rule)
    const held = this.#rules.get(name)
    return held === undefined ? Effect.void : this.#store.putSetting(name, JSON.stringify(held))
  }

  /** Forgets the rule about these requests; false when there is none. */
  forget(rule: PermissionRule): Effect.Effect<boolean, StoreError> {
    const name = nameOf(rule)
    const forgotten = Effect.suspend(() =>
      this.#rules.has(name)
        ? Effect.map(this.#store.putSetting(name, undefined), () => this.#rules.delete(name))
        : Effect.succeed(false),
    )
    // Who asks may be gone meanwhile: what the store forgot holds no longer.
    return Effect.uninterruptible(forgotten)
  }
}

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(StoredRule))

/** Fields that are not known narrow a rule in a way that cannot be kept: then it is no rule. */
const readRule = (text: string): StoredRule | undefined => Option.getOrUndefined(decode(text, { onExcessProperty: "error" }))
