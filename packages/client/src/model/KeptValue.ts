/**
 * Something small that a person keeps on the hub and changes here: a draft, a layout (docs/protocol/rules.md, L-10, U-13).
 *
 * It is shown as it is changed, and put a moment later with the version that it was made from. What another client put meanwhile
 * is offered beside it and never taken by itself; the next change here is put over it.
 */
import { HoldfastError, isTransient } from "../errors.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { Frames } from "./frames.ts"

/** A value as the hub has it; `value` is absent when there is none. */
export interface StoredValue<A> {
  readonly value?: A
  readonly version: number
  /** When it was put, in epoch milliseconds. */
  readonly time: number
}

/** A value, and how it stands to the hub's. */
export interface KeptState<A> {
  readonly value: A
  /** `loading` until the hub's was read, `changed` until it has what is shown here. */
  readonly status: "loading" | "saved" | "changed"
  /** What another client put, where that is not what is shown here. */
  readonly other?: StoredValue<A> & { readonly value: A }
  /** Why it could not be read or put last. What may succeed later is tried again automatically, everything with the next change. */
  readonly error?: HoldfastError
}

/** How a value is read and put; a put is refused with `VersionConflict` when there is another version. */
export interface ValueCalls<A> {
  readonly read: () => Promise<StoredValue<A>>
  readonly put: (value: A, version: number) => Promise<{ readonly version: number }>
}

/** Milliseconds after which what failed and may succeed is tried again. */
const AGAIN = 3000

/** One value. */
export class KeptValue<A> {
  readonly #cell: Cell<KeptState<A>>
  readonly #calls: ValueCalls<A>
  readonly #delay: number
  #initial: A
  #version = 0
  /** Grows with each change here, and up to which of them the hub has. */
  #changes = 0
  #settled = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #putting: Promise<void> | undefined
  #loading: Promise<void> | undefined
  #isLoaded = false
  /** Of what was restored: the hub's version that it was changed from. */
  #from: number | undefined

  /** `delay`: milliseconds from a change to its put. */
  constructor(frames: Frames, initial: A, calls: ValueCalls<A>, delay: number) {
    this.#cell = new Cell<KeptState<A>>(frames, Object.freeze({ value: initial, status: "loading" }))
    this.#initial = initial
    this.#calls = calls
    this.#delay = delay
  }

  get state(): Readable<KeptState<A>> {
    return this.#cell
  }

  /** The value that was set last. */
  get latest(): A {
    return this.#cell.latest.value
  }

  /** Reads what the hub has; what was changed here meanwhile stays, and the hub's is offered beside it. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => (this.#loading = undefined))
    return this.#loading
  }

  /** The hub's version that was changed here, while the hub lacks the change. */
  get unsaved(): number | undefined {
    if (!this.#isLoaded) return this.#from
    return this.#cell.latest.status === "changed" ? this.#version : undefined
  }

  /**
   * Shows what the page kept of an earlier visit, until the hub's is there; changes nothing that is newer. `unsaved` is what it was
   * then: while the hub still has that version, it gets the change.
   */
  restore(value: A, unsaved?: number): void {
    if (this.#isLoaded || this.#changes > 0) return
    this.#initial = value
    this.#from = unsaved
    this.#show({ value, status: "loading" })
  }

  /** Changes it. */
  set(value: A): void {
    this.#changes++
    this.#show({ ...this.#cell.latest, value, status: this.#isLoaded ? "changed" : "loading" })
    this.#putLater(this.#delay)
  }

  /** Shows what another page of this client has put, as that has told, in place of what is shown here. */
  follow(value: A): void {
    this.#settled = ++this.#changes
    clearTimeout(this.#timer)
    this.#show({ value, status: this.#isLoaded ? "saved" : "loading" })
    // What is being put may come to the hub after it.
    if (this.#putting !== undefined) void this.load()
  }

  /** Takes what another client put in place of what is shown here. */
  takeOther(): void {
    const { other } = this.#cell.latest
    if (other === undefined) return
    this.#settled = ++this.#changes
    this.#version = other.version
    clearTimeout(this.#timer)
    this.#show({ value: other.value, status: "saved" })
  }

  /** Does not offer any more what another client put. */
  leaveOther(): void {
    const { other: _, ...rest } = this.#cell.latest
    this.#show(rest)
  }

  /** Puts what was changed now. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    if (!this.#isLoaded) await this.load()
    while (this.#putting !== undefined) await this.#putting
    if (this.#cell.latest.status !== "changed") return
    this.#putting = this.#put().finally(() => (this.#putting = undefined))
    await this.#putting
  }

  async #load(): Promise<void> {
    try {
      let stored: StoredValue<A>
      // What was put while it was read is newer than what was read.
      do {
        while (this.#putting !== undefined) await this.#putting
        stored = await this.#calls.read()
      } while (this.#putting !== undefined)
      const isFromHere = this.#from === stored.version
      const isOwn = isFromHere || (this.#isLoaded && stored.version === this.#version)
      this.#from = undefined
      if (isFromHere && this.#changes === this.#settled) {
        this.#changes++
        this.#putLater(this.#delay)
      }
      this.#version = stored.version
      this.#isLoaded = true
      if (this.#changes === this.#settled) this.#show({ value: stored.value ?? this.#initial, status: "saved" })
      // What was changed here was made from what the hub still has: then no other client has put anything.
      else if (isOwn || isSame(stored.value, this.#initial)) this.#show({ value: this.latest, status: "changed" })
      else this.#show({ value: this.latest, status: "changed", ...offered(stored, this.latest) })
    } catch (cause) {
      this.#failed(cause)
    }
  }

  async #put(): Promise<void> {
    const changes = this.#changes
    const value = this.latest
    try {
      const { version } = await this.#calls.put(value, this.#version)
      this.#version = version
      this.#settled = Math.max(this.#settled, changes)
      const { error: _, ...rest } = this.#cell.latest
      this.#show(changes === this.#changes ? { ...rest, status: "saved" } : rest)
    } catch (cause) {
      if (!(cause instanceof HoldfastError) || cause.tag !== "VersionConflict") return this.#failed(cause)
      try {
        const stored = await this.#calls.read()
        // The next change here is made knowing it, and put over it.
        this.#version = stored.version
        const other = offered(stored, value)
        // A put whose answer was lost has been carried out.
        if (other.other === undefined && stored.value !== undefined) this.#settled = Math.max(this.#settled, changes)
        this.#show({ value: this.latest, status: this.#settled === this.#changes ? "saved" : "changed", ...other })
        if (stored.value === undefined) this.#putLater(this.#delay)
      } catch (again) {
        this.#failed(again)
      }
    }
  }

  #putLater(delay: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), delay)
  }

  #failed(cause: unknown): void {
    const error = cause instanceof HoldfastError ? cause : new HoldfastError("InvalidCall", String(cause))
    this.#show({ ...this.#cell.latest, error })
    if (isTransient(error)) this.#putLater(AGAIN)
  }

  #show(state: KeptState<A>): void {
    this.#cell.set(Object.freeze(state))
  }
}

function offered<A>({ value, version, time }: StoredValue<A>, shown: A): Pick<KeptState<A>, "other"> {
  return value === undefined || isSame(value, shown) ? {} : { other: { value, version, time } }
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
