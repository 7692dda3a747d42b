/**
 * What terminals and agents inherit: the environment of the caller for one, not that of the hub's start (docs/protocol/rules.md, T-29,
 *
 *
 * As in tmux, what belongs to a login and changes with it is kept from the last person who asked or attached, for later
 * starts of agents and for what programs and browsers open, which have no environment to give.
 */
import { ownEnvironment } from "@holdfast/protocol/own-environment"
import { REFRESHED } from "@holdfast/protocol/refreshed-environment"

type Environment = Readonly<Record<string, string | undefined>>

/** The environments of those who ask. */
export class AskerEnvironment {
  readonly #hub: Environment
  #latest: Environment | undefined

  /** `hub`: the hub's own. */
  constructor(hub: Environment) {
    this.#hub = hub
  }

  /** Keeps what is refreshed of an environment; what is not in it is no longer there. */
  note(environment: Environment): void {
    this.#latest = Object.fromEntries(REFRESHED.map((name) => [name, environment[name]]))
  }

  /** What a process inherits; undefined for the hub's own environment as it is. */
  inherited(asker: Environment | undefined): Readonly<Record<string, string>> | undefined {
    if (asker !== undefined) return ownEnvironment(asker)
    return this.again(undefined)
  }

  /** What a later start of a process inherits whose asker's environment was kept; undefined for the hub's as it is. */
  again(kept: Environment | undefined): Readonly<Record<string, string>> | undefined {
    if (kept !== undefined) return ownEnvironment({ ...kept, ...this.#latest })
    return this.#latest === undefined ? undefined : ownEnvironment({ ...this.#hub, ...this.#latest })
  }
}
