/**
 * When tokens were used last (docs/protocol/rules.md, G-27): noted in memory with each request, which costs it one assignment, and
 * kept in the store from time to time.
 */
import * as Effect from "effect/Effect"
import type { TokenShown } from "@holdfast/protocol/http-bodies"
import type { SettingProblem, SettingsStore } from "./credential-options.ts"

/** Settings: by the id of a token when it was used last. */
const USED = "used/"

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

  /** Has the store keep the uses that it does not have yet. What it refuses is kept the next time. */
  get keep(): Effect.Effect<void> {
    return Effect.suspend(() => {
      const later = [...this.#uses].filter(([, { at, kept }]) => at !== kept)
      return Effect.forEach(later, ([id, use]) => Effect.ignore(this.#keepOne(id, use)), { discard: true })
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
