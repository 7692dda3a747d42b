/** What credentials are set up with, and what a token is made of. */
import type * as Effect from "effect/Effect"
import type { TokenShown } from "@holdfast/protocol/http-bodies"

/** Why a setting was not kept; `StoreFull` is the tag of a full disk. */
export interface SettingProblem {
  readonly _tag: string
  readonly message: string
}

/** Where hashes last: settings by name, as the hub's store keeps them. */
export interface SettingsStore {
  /** Keeps a setting, or removes it when there is no value. */
  readonly putSetting: (name: string, value: string | undefined) => Effect.Effect<void, SettingProblem>
  /** The settings whose name begins with `prefix`. */
  readonly settings: (
    prefix: string,
  ) => Effect.Effect<ReadonlyArray<{ readonly name: string; readonly value: string }>, SettingProblem>
}

/** How `makeCredentials` is set up. Times are milliseconds. */
export interface CredentialOptions {
  readonly store: SettingsStore
  /** The owner's secret, from its file. */
  readonly owner: string
  /** Writes a new owner's secret to its file and gives it; may reject. */
  readonly replaceOwner: () => Promise<string>
  /** Fixed token with all rights; empty for none. */
  readonly fixed: string
  readonly linkExpiry: number
  readonly signInExpiry: number
  readonly now: () => number
  /** Until what the store did not let go of is tried again; a minute when absent. */
  readonly again?: number
}

/** A token that is to be made; without `sessions` it is for all of them, without `expiresAt` it lasts until it is revoked. */
export type NewToken = Pick<TokenShown, "name" | "scope" | "sessions" | "expiresAt">
