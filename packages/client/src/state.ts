/**
 * What a connection is doing, as its listeners see it.
 */
import type { HoldfastError } from "./errors.ts"

/** State of a connection. Times are milliseconds of the connection's clock. */
export type ConnectionState =
  | { readonly _tag: "Connecting" }
  /** `hub` changes when the hub was restarted. */
  | { readonly _tag: "Online"; readonly hub: string; readonly version: string }
  | {
      readonly _tag: "Reconnecting"
      readonly attempt: number
      readonly since: number
      readonly reason: string
      /** When the next attempt begins. */
      readonly retryAt: number
    }
  /** The hub refuses this client: no or a revoked credential, another protocol. It does not try again. */
  | { readonly _tag: "Refused"; readonly error: HoldfastError }
  | { readonly _tag: "Closed"; readonly reason: string }

/** Receives each change from one kind of state to another. */
export type StateListener = (state: ConnectionState) => void

/** A set of listeners to one state. */
export class StateHolder {
  readonly #listeners = new Set<StateListener>()
  #state: ConnectionState = { _tag: "Connecting" }

  get current(): ConnectionState {
    return this.#state
  }

  /** Sets the state; listeners hear of it when its kind changed, so one loss is reported once, whatever the attempts (C-1). */
  set(state: ConnectionState): void {
    const changed = state._tag !== this.#state._tag
    this.#state = state
    if (changed) for (const listener of [...this.#listeners]) listener(state)
  }

  /** Adds a listener; gives the function that removes it. */
  listen(listener: StateListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
