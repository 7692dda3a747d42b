/** Telling the hub what this person has seen: at most once a second for each session, and shown at once (docs/protocol/rules.md, U-12). */
import type { Connection } from "../Connection.ts"
import { isTransient } from "../errors.ts"
import type { BesideCells } from "./BesideCells.ts"

/** Milliseconds that marks are gathered for. */
const GATHER = 1000

/** Milliseconds after which a mark that was lost is told again. */
const AGAIN = 5000

/** The marks that this client sets. */
export class SeenMarks {
  readonly #cells: BesideCells
  readonly #connection: () => Connection
  readonly #waiting = new Map<string, number>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(cells: BesideCells, connection: () => Connection) {
    this.#cells = cells
    this.#connection = connection
  }

  /** A person has seen a session up to `seq`. What does not reach the hub is said again. */
  see(session: string, seq: number): void {
    if (seq <= this.#cells.seen(session).get() || seq <= (this.#waiting.get(session) ?? 0)) return
    this.#cells.expect(session, seq)
    this.#waiting.set(session, seq)
    this.#timer ??= setTimeout(() => this.flush(), GATHER)
  }

  #again(session: string, seq: number): void {
    this.#waiting.set(session, Math.max(seq, this.#waiting.get(session) ?? 0))
    this.#timer ??= setTimeout(() => this.flush(), AGAIN)
  }

  /** Sets the mark of a session back to before its news, or before `seq`. */
  async markUnread(session: string, seq?: number): Promise<void> {
    this.#waiting.delete(session)
    const mark = await this.#connection().call("seen.set", { session, unread: true, ...(seq === undefined ? {} : { seq }) })
    this.#cells.expect(session, mark.seq)
  }

  /** Tells the hub what waits now, as a page does before it goes. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const [session, seq] of waiting) {
      this.#connection().request("seen.set", { session, seq }, (exit) => {
        if (!exit.ok && isTransient(exit.error)) this.#again(session, seq)
      })
    }
  }
}
