/**
 * Outcomes of keyed requests whose operations keep no key of their own (docs/protocol/rules.md, X-25): in memory, for a while.
 *
 * A request that comes again while the first is under way waits for its outcome. A refusal is not kept: it may be tried again.
 */
import * as Exit from "effect/Exit"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Caller, Done, Running } from "../Hub.ts"
import { bodyHash, keptKey } from "../session/command.ts"
import { keyConflict } from "../session/store-problem.ts"

/** Milliseconds an outcome is kept, and how many are kept at most; the oldest goes first. */
const KEPT_FOR = 10 * 60_000
const KEPT_MAX = 1000

interface Kept {
  readonly hash: string
  readonly at: number
  outcome: Exit.Exit<unknown, DoorError> | undefined
  readonly waiters: Array<Done<unknown>>
}

/** The outcomes of one hub. */
export class Repeats {
  readonly #kept = new Map<string, Kept>()
  readonly #now: () => number

  /** `now` gives milliseconds that never go back. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Begins a request, or answers with what the same one came to. What was begun is not interrupted: others may wait for it. */
  once(
    operation: string,
    input: unknown,
    by: Caller,
    key: string,
    begin: (done: Done<unknown>) => Running | void,
    done: Done<unknown>,
  ): undefined {
    // Answers are secrets: those of the owner's links and tokens are not for a device, whose scope may be less (H-22).
    const asker = by.device === true ? { credential: by.credential } : by
    const name = `${operation} ${keptKey(asker, key)}`
    const hash = bodyHash(input ?? {})
    const known = this.#kept.get(name)
    if (known !== undefined && this.#now() - known.at < KEPT_FOR) {
      if (known.hash !== hash) return done(Exit.fail(keyConflict(key))) as undefined
      if (known.outcome === undefined) known.waiters.push(done)
      else done(known.outcome)
      return undefined
    }
    this.#makeRoom()
    const kept: Kept = { hash, at: this.#now(), outcome: undefined, waiters: [done] }
    this.#kept.delete(name)
    this.#kept.set(name, kept)
    const settle: Done<unknown> = (outcome) => {
      kept.outcome = outcome
      if (Exit.isFailure(outcome) && this.#kept.get(name) === kept) this.#kept.delete(name)
      for (const waiter of kept.waiters.splice(0)) waiter(outcome)
    }
    try {
      begin(settle)
    } catch (thrown) {
      settle(Exit.die(thrown))
    }
    return undefined
  }

  #makeRoom(): void {
    for (const [name, { at }] of this.#kept) {
      if (this.#kept.size < KEPT_MAX && this.#now() - at < KEPT_FOR) return
      this.#kept.delete(name)
    }
  }
}
