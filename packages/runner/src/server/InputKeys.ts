/**
 * Remembers which inputs a child was given, so that one sent again does nothing.
 *
 * Policy: at most `CLIENTS_MAX` clients per child are remembered; beyond that the one that was silent longest and has
 * nothing under way is forgotten, and its next input is taken as new.
 */

/** Clients remembered per child: connections that typed into it. One takes about 200 bytes. */
export const CLIENTS_MAX = 16_384

/** Refused numbers remembered per client, the latest. */
const REFUSED_MAX = 64

interface Key {
  accepted: number
  settled: number
  refused: Set<number> | undefined
}

/** What to do with an input: hand it over, do nothing because it waits already, say that it is done, or that it was refused before. */
export type InputVerdict = "new" | "waiting" | "done" | "refused"

/** Keys of one child. */
export class InputKeys {
  readonly #keys = new Map<string, Key>()

  /** Judges an input and, when it is new, notes it as accepted. */
  judge(client: string, number: number): InputVerdict {
    const key = this.#keys.get(client)
    if (key === undefined) {
      this.#keys.set(client, { accepted: number, settled: 0, refused: undefined })
      this.#forget()
      return "new"
    }
    this.#keys.delete(client)
    this.#keys.set(client, key)
    if (number < key.accepted && key.refused?.has(number) === true) return "refused"
    if (number <= key.settled) return "done"
    if (number <= key.accepted) return "waiting"
    key.accepted = number
    return "new"
  }

  /** Notes that an input went to the child. */
  settle(client: string, number: number): void {
    const key = this.#keys.get(client)
    if (key !== undefined && number > key.settled) key.settled = number
  }

  /** Notes that an input was refused and did nothing: the same number may be tried again until a higher one was accepted. */
  refuse(client: string, number: number): void {
    const key = this.#keys.get(client)
    if (key === undefined) return
    key.refused ??= new Set()
    key.refused.add(number)
    for (const oldest of key.refused) {
      if (key.refused.size <= REFUSED_MAX) break
      key.refused.delete(oldest)
    }
    if (key.accepted === number) key.accepted = Math.max(key.settled, number - 1)
  }

  /** Clients remembered now. */
  get size(): number {
    return this.#keys.size
  }

  #forget(): void {
    if (this.#keys.size <= CLIENTS_MAX) return
    for (const [client, key] of this.#keys) {
      if (key.accepted !== key.settled) continue
      this.#keys.delete(client)
      return
    }
  }
}
