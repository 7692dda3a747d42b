/** The permission requests of one agent that wait: each of a call of a turn, or of background work, which no turn ends (P-3). */
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"

interface Open {
  readonly request: PermissionAsk
  /** The turn whose call it is about. */
  turn: string | undefined
}

/** Requests by their id. */
export class OpenRequests {
  readonly #open = new Map<string, Open>()

  has(id: string): boolean {
    return this.#open.has(id)
  }

  add(request: PermissionAsk, turn: string | undefined): void {
    this.#open.set(request.id, { request, turn })
  }

  /** Takes one away, and gives it. */
  take(id: string): { readonly request: PermissionAsk; readonly turn: string | undefined } | undefined {
    const open = this.#open.get(id)
    this.#open.delete(id)
    return open
  }

  /** Takes those of a turn away, and gives their ids. */
  takeOf(turn: string): ReadonlyArray<string> {
    const ids = this.#idsOf(turn)
    for (const id of ids) this.#open.delete(id)
    return ids
  }

  /** The turn is over and its requests are not: they are of background work from now on. Gives their ids. */
  release(turn: string): ReadonlyArray<string> {
    const ids = this.#idsOf(turn)
    for (const id of ids) {
      const open = this.#open.get(id)
      if (open !== undefined) open.turn = undefined
    }
    return ids
  }

  #idsOf(turn: string): ReadonlyArray<string> {
    return [...this.#open].filter(([, open]) => open.turn === turn).map(([id]) => id)
  }
}
