/**
 * Stores the rules for all sessions that answers in one session made (docs/protocol/rules.md, P-20).
 *
 * A duty found in the durable state: the answer's event is in the log before the server stores the rule, and
 * `permission/kept` ends what is owed, so that a kill or a full disk in between loses nothing.
 */
import type { AgentFacts, OwedRule } from "@holdfast/core/agent/agent-facts"
import type { AlwaysRules } from "./rules.ts"

/** What the keeper needs of the session's driver. */
export interface OwedRulesOptions {
  readonly rules: AlwaysRules
  /** Runs an effect as a promise. */
  readonly keep: (owed: OwedRule) => Promise<void>
  /** The rule is stored. */
  readonly kept: (owed: OwedRule) => void
  readonly failed: (cause: unknown) => void
}

/** The owed rules of one session. */
export class OwedRules {
  readonly #options: OwedRulesOptions
  readonly #underWay = new Set<OwedRule>()

  constructor(options: OwedRulesOptions) {
    this.#options = options
  }

  /** Has what a state owes hold, and stores it. */
  look({ owedRules = [] }: Pick<AgentFacts, "owedRules">): void {
    const { rules, keep, kept, failed } = this.#options
    for (const owed of this.#underWay) if (!owedRules.includes(owed)) this.#underWay.delete(owed)
    for (const owed of owedRules) {
      if (this.#underWay.has(owed)) continue
      this.#underWay.add(owed)
      rules.apply(owed.rule, owed.at)
      keep(owed).then(
        () => kept(owed),
        (cause: unknown) => {
          this.#underWay.delete(owed)
          failed(cause)
        },
      )
    }
  }
}
