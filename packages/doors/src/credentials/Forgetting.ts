/** Settings of what has ended: what the store does not let go of now is tried again, until it has (docs/protocol/rules.md, G-25). */
import * as Effect from "effect/Effect"
import type { SettingProblem, SettingsStore } from "./credential-options.ts"
import type { Expiry } from "./Expiry.ts"

/** Milliseconds after which it is tried again. */
const AGAIN = 60_000

/** How it is set up; `again` is another time than a minute. */
interface ForgettingOptions {
  readonly store: SettingsStore
  readonly now: () => number
  readonly again?: number
}

/** Lets go of settings. */
export class Forgetting {
  readonly #options: ForgettingOptions
  readonly #expiry: Expiry
  /** What the store still has of what has ended. */
  readonly #left = new Set<string>()

  constructor(options: ForgettingOptions, expiry: Expiry) {
    this.#options = options
    this.#expiry = expiry
  }

  /** Those that the store did not let go of yet. */
  get left(): ReadonlySet<string> {
    return this.#left
  }

  /** Has the store let go of settings, in their order. After a failure `expiry` calls with those that are left. */
  forget(settings: ReadonlyArray<string>): Effect.Effect<void, SettingProblem> {
    const { store } = this.#options
    return Effect.suspend(() => {
      for (const setting of settings) {
        this.#left.add(setting)
        this.#expiry.remove(setting)
      }
      const forget = (setting: string) => Effect.map(store.putSetting(setting, undefined), () => this.#left.delete(setting))
      return Effect.forEach(settings, forget, { discard: true })
    }).pipe(
      Effect.tapError(() => Effect.sync(() => settings.forEach((setting) => this.#left.has(setting) && this.later(setting)))),
    )
  }

  /** Has `expiry` call with a setting after a while. */
  later(setting: string): void {
    const { again = AGAIN, now } = this.#options
    this.#expiry.add(setting, now() + again)
  }
}
