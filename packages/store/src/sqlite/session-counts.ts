/** The writer's two counters: changes of sessions, and how many sessions there are. Both follow the open transaction. */
import type { Statements } from "./statements.ts"

/** The change counter: raised in memory, stored with the transaction, set back when it fails. */
export class ChangeCounter {
  readonly #statements: Statements
  #stored: number
  #current: number

  constructor(statements: Statements) {
    this.#statements = statements
    this.#stored = Number(statements.get("SELECT value FROM counters WHERE name = 'change'")?.["value"] ?? 0)
    this.#current = this.#stored
  }

  /** The next change number. */
  next(): number {
    this.#current++
    return this.#current
  }

  /** Stores the counter in the open transaction, when it was raised. */
  store(): void {
    if (this.#current !== this.#stored) this.#statements.run("UPDATE counters SET value = ? WHERE name = 'change'", this.#current)
  }

  /** The transaction is durable. */
  committed(): void {
    this.#stored = this.#current
  }

  /** The transaction was rolled back. */
  rolledBack(): void {
    this.#current = this.#stored
  }
}

/** How many sessions there are by status and kind: counted in memory, stored with the transaction, forgotten when it fails. */
export class SessionCounts {
  readonly #statements: Statements
  /** By how much a number changed in the open transaction, by status and kind. */
  readonly #changes = new Map<string, { readonly status: string; readonly kind: string; by: number }>()

  constructor(statements: Statements) {
    this.#statements = statements
  }

  /** This many sessions more, or fewer. */
  add(status: string, kind: string, by: number): void {
    const name = `${status} ${kind}`
    const change = this.#changes.get(name)
    if (change === undefined) this.#changes.set(name, { status, kind, by })
    else change.by += by
  }

  /** Stores what changed in the open transaction. */
  store(): void {
    for (const { status, kind, by } of this.#changes.values()) if (by !== 0) this.#statements.run(COUNT, status, kind, by)
    this.#changes.clear()
  }

  /** The transaction was rolled back. */
  rolledBack(): void {
    this.#changes.clear()
  }
}

const COUNT = "INSERT INTO counts (status, kind, n) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + ?3"
