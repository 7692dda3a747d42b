/** What became of links for devices: whoever made one is told when a device came of it (docs/protocol/rules.md, G-23). */
import type { TokenShown } from "@holdfast/protocol/http-bodies"

/** Pairings that are remembered: the last ones. */
const REMEMBERED = 100

/** What has become of a pairing. */
export interface Pairing {
  /** Its link still waits to be opened. */
  readonly isOpen: boolean
  /** The device that opened it, while it is there. */
  readonly device?: TokenShown
}

/** The devices of pairings, in memory only. */
export class Pairings {
  readonly #devices = new Map<string, string>()
  readonly #opening = new Set<string>()
  readonly #listeners = new Map<string, Set<() => void>>()

  /** The link of a pairing is being opened. */
  begin(pairing: string): void {
    this.#opening.add(pairing)
  }

  /** It was opened, or could not be. */
  end(pairing: string): void {
    this.#opening.delete(pairing)
  }

  /** Whether it is being opened. */
  isOpening(pairing: string): boolean {
    return this.#opening.has(pairing)
  }

  /** A pairing has a device. */
  settle(pairing: string, device: string): void {
    this.end(pairing)
    this.#devices.set(pairing, device)
    const [oldest] = this.#devices.keys()
    if (this.#devices.size > REMEMBERED && oldest !== undefined) this.#devices.delete(oldest)
    const listeners = this.#listeners.get(pairing) ?? []
    this.#listeners.delete(pairing)
    for (const listener of listeners) listener()
  }

  /** Id of the device of a pairing. */
  device(pairing: string): string | undefined {
    return this.#devices.get(pairing)
  }

  /** How many pairings someone waits for. */
  get awaited(): number {
    return this.#listeners.size
  }

  /** Calls back once when a pairing has a device; gives what ends that. */
  on(pairing: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(pairing) ?? new Set()
    this.#listeners.set(pairing, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(pairing) === listeners) this.#listeners.delete(pairing)
    }
  }
}
