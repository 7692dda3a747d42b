/** What this browser has put off, the same in all its tabs, as a cell that changes when something returns. */
import type { Readable } from "@holdfast/client/model"
import { nextReturn, readSnoozed, snooze, type Snoozed, unsnooze } from "./snooze.ts"

const NAME = "holdfast.snoozed"

/** Longest wait of a timer: what returns later is looked at again then. */
const TIMER_MAX = 3_600_000

/** The part of the browser's storage that is used. */
export interface TextStore {
  readonly getItem: (name: string) => string | null
  readonly setItem: (name: string, value: string) => void
}

/** What is put off. */
export class SnoozeStore implements Readable<Snoozed> {
  readonly #store: () => TextStore
  readonly #now: () => number
  readonly #listeners = new Set<() => void>()
  #value: Snoozed | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  /** A store that cannot be used, as in some private windows, keeps it for the page alone. */
  constructor(store: () => TextStore, now: () => number = Date.now) {
    this.#store = store
    this.#now = now
  }

  readonly get = (): Snoozed => (this.#value ??= this.#read())

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) {
      globalThis.addEventListener?.("storage", this.#reload)
      this.#reload()
    }
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      globalThis.removeEventListener?.("storage", this.#reload)
      clearTimeout(this.#timer)
    }
  }

  /** Puts a request off until a time. */
  readonly snooze = (key: string, until: number): void => this.#put(snooze(this.get(), key, until, this.#now()))

  /** Shows a request again. */
  readonly unsnooze = (key: string): void => this.#put(unsnooze(this.get(), key))

  #put(value: Snoozed): void {
    try {
      this.#store().setItem(NAME, JSON.stringify(value))
    } catch (cause) {
      console.warn("what was put off is forgotten with this page:", cause)
    }
    this.#show(value)
  }

  #read(): Snoozed {
    try {
      return readSnoozed(this.#store().getItem(NAME), this.#now())
    } catch (cause) {
      console.warn("what was put off cannot be read:", cause)
      return {}
    }
  }

  readonly #reload = (): void => this.#show(this.#read())

  #show(value: Snoozed): void {
    const isSame = JSON.stringify(value) === JSON.stringify(this.get())
    if (!isSame) this.#value = value
    clearTimeout(this.#timer)
    const now = this.#now()
    const next = nextReturn(value, now)
    if (next !== undefined) this.#timer = setTimeout(this.#reload, Math.min(next - now, TIMER_MAX))
    if (!isSame) for (const listener of [...this.#listeners]) listener()
  }
}

/** That of this page. */
export const snoozeStore = new SnoozeStore(() => localStorage)
