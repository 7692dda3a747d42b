/**
 * When tokens were used last (docs/protocol/rules.md, G-27): noted in memory with each request, which costs it one assignment, and
 * kept in the store from time to time.
 */
import * as Effect from "effect/Effect"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import type { SettingProblem, SettingsStore } from "./credential-options.ts"

/** Settings: by the id of a token when it was used last. */
const USED = "used/"

/** Milliseconds by which a use is later than what the store has before it is written: a connection is used all the time. */
const LATER = 5 * 60_000

/** When something was used last, in epoch milliseconds; 0 when it never was. Whoever authenticates sets it. */
export interface Use {
  at: number
}

interface KnownUse extends Use {
  /** What the store has. */
  kept: number
}

/** The last uses of tokens, by their ids. */
export class LastUses {
  readonly #store: SettingsStore
  readonly #uses = new Map<string, KnownUse>()

  constructor(store: SettingsStore) {
    this.#store = store
  }

  /** Takes from the store what it has; what `isKnown` does not know any more leaves it. */
  load(isKnown: (id: string) => boolean): Effect.Effect<void, SettingProblem> {
    return Effect.gen({ self: this }, function* () {
      for (const { name, value } of yield* this.#store.settings(USED)) {
        const id = name.slice(USED.length)
        if (!isKnown(id)) yield* this.#store.putSetting(name, undefined)
        else Object.assign(this.of(id), { at: Number(value), kept: Number(value) })
      }
    })
  }

  /** That of a token. */
  of(id: string): Use {
    const known = this.#uses.get(id) ?? { at: 0, kept: 0 }
    this.#uses.set(id, known)
    return known
  }

  /** A token with when it was used last; as it is when it never was. */
  shown(token: TokenShown): TokenShown {
    const { at = 0 } = this.#uses.get(token.id) ?? {}
    return at === 0 ? token : { ...token, usedAt: at }
  }

  /** A token is used at this time. */
  note(id: string, time: number): void {
    const known = this.#uses.get(id)
    if (known !== undefined) known.at = time
  }

  /** A token has ended; gives the settings that keep its use. */
  forget(id: string): ReadonlyArray<string> {
    const isKept = (this.#uses.get(id)?.kept ?? 0) > 0
    this.#uses.delete(id)
    return isKept ? [`${USED}${id}`] : []
  }

  /**
   * Has the store keep the uses that are much later than what it has; `isLast`: all that it does not have yet. What it refuses is
   * kept the next time; fails with the last refusal.
   */
  keep(isLast: boolean): Effect.Effect<void, SettingProblem> {
    return Effect.gen({ self: this }, function* () {
      let problem: SettingProblem | undefined
      for (const [id, use] of [...this.#uses]) {
        if (use.at - use.kept <= (isLast ? 0 : LATER)) continue
        const refused = yield* this.#keepOne(id, use).pipe(Effect.as(undefined), Effect.catch(Effect.succeed))
        problem = refused ?? problem
      }
      if (problem !== undefined) return yield* Effect.fail(problem)
    })
  }

  #keepOne(id: string, use: KnownUse): Effect.Effect<void, SettingProblem> {
    const { at } = use
    const name = `${USED}${id}`
    return Effect.flatMap(this.#store.putSetting(name, String(at)), () => {
      use.kept = at
      // The token may have ended meanwhile.
      return this.#uses.get(id) === use ? Effect.void : this.#store.putSetting(name, undefined)
    })
  }
}
