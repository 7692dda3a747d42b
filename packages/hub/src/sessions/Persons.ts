/**
 * Who the persons of this hub are (H-22), and forgetting what was kept of one who is not there any more (docs/protocol/rules.md, L-12).
 *
 * It is done in steps, one person after the other. What an earlier hub left is found at the start, and so is what the store refused.
 */
import * as Effect from "effect/Effect"
import { Unauthorized } from "@holdfast/protocol/errors"
import type { Store, StoreError } from "@holdfast/store/Store"
import type { Fork } from "../session/Fork.ts"

/** Persons of a page. */
const PAGE = 100

/** Milliseconds after which what the store refused is tried again. */
const AGAIN = 60_000

/** What they need of the hub. */
export interface PersonsParts {
  readonly store: Pick<Store["Service"], "persons" | "forgetPerson">
  readonly fork: Fork
  readonly report: (message: string, fields: Readonly<Record<string, string>>) => void
  /** Milliseconds until what the store refused is tried again; a minute when absent. */
  readonly again?: number
}

/** The persons of one hub. Until it is told who they are, everyone is known. */
export class Persons {
  readonly #parts: PersonsParts
  readonly #gone = new Set<string>()
  #isKnown: (person: string) => boolean = () => true
  #looksAtAll = false
  #isAtWork = false
  #isClosed = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: PersonsParts) {
    this.#parts = parts
  }

  /** Says who they are; what is kept of anyone else is forgotten from now on. */
  know(isKnown: (person: string) => boolean): void {
    this.#isKnown = isKnown
    this.#looksAtAll = true
    this.#begin()
  }

  /** Forgets what is kept of a person, unless that person is known. */
  forget(person: string): void {
    if (this.#isKnown(person)) return
    this.#gone.add(person)
    this.#begin()
  }

  /** Puts something of a person; if the person went meanwhile, that is forgotten and refused, also when no one waits for it any more. */
  keep<A, E>(person: string, put: Effect.Effect<A, E>): Effect.Effect<A, E | Unauthorized> {
    const confirmed = Effect.suspend(() => {
      if (this.#isKnown(person)) return Effect.void
      this.forget(person)
      return Effect.fail(new Unauthorized({ message: "the credential ended meanwhile; sign in again" }))
    })
    return Effect.uninterruptible(Effect.tap(put, () => confirmed))
  }

  /** Stops; the next hub continues. */
  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
  }

  #begin(): void {
    if (this.#isAtWork || this.#isClosed) return
    clearTimeout(this.#timer)
    this.#isAtWork = true
    this.#parts.fork(this.#work, (exit) => {
      this.#isAtWork = false
      if (this.#isClosed) return
      if (exit._tag === "Failure") {
        this.#parts.report("what was kept of a person who is gone could not be removed", { cause: String(exit.cause) })
        this.#looksAtAll = true
        this.#gone.clear()
        this.#timer = setTimeout(() => this.#begin(), this.#parts.again ?? AGAIN)
        this.#timer.unref()
      } else if (this.#gone.size > 0 || this.#looksAtAll) this.#begin()
    })
  }

  get #work(): Effect.Effect<void, StoreError> {
    return Effect.gen({ self: this }, function* () {
      if (this.#looksAtAll) {
        this.#looksAtAll = false
        yield* this.#look
      }
      for (let [person] = this.#gone; person !== undefined && !this.#isClosed; [person] = this.#gone) {
        // One who puts something meanwhile is named again.
        this.#gone.delete(person)
        yield* this.#remove(person)
      }
    })
  }

  /** Removes what is kept of all who are not known. */
  get #look(): Effect.Effect<void, StoreError> {
    const { store } = this.#parts
    return Effect.gen({ self: this }, function* () {
      for (let after = ""; !this.#isClosed;) {
        const persons = yield* store.persons(after, PAGE)
        for (const person of persons) if (!this.#isKnown(person)) yield* this.#remove(person)
        const last = persons.at(-1)
        if (last === undefined || persons.length < PAGE) return
        after = last
        // A read takes no turn of its own.
        yield* Effect.sleep(1)
      }
    })
  }

  #remove(person: string): Effect.Effect<void, StoreError> {
    return Effect.gen({ self: this }, function* () {
      while (!this.#isClosed && (yield* this.#parts.store.forgetPerson(person)));
    })
  }
}
