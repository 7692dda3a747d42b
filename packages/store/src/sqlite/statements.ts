/** Prepared statements that are made on first use and kept. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite"

/** One row as SQLite gives it. */
export type Row = Record<string, unknown>

/** A row's column that must be a number. Throws when the stored value has another type. */
export function num(row: Row, column: string): number {
  const value = row[column]
  if (typeof value === "number") return value
  throw new TypeError(`column ${column} is not a number`)
}

/** A row's column that must be text. Throws when the stored value has another type. */
export function str(row: Row, column: string): string {
  const value = row[column]
  if (typeof value === "string") return value
  throw new TypeError(`column ${column} is not text`)
}

/** A row's column that must be bytes. Throws when the stored value has another type. */
export function blob(row: Row, column: string): Uint8Array {
  const value = row[column]
  if (value instanceof Uint8Array) return value
  throw new TypeError(`column ${column} is not bytes`)
}

/** A connection with its prepared statements; SQL text must come from a bounded set. */
export class Statements {
  readonly db: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(db: DatabaseSync) {
    this.db = db
  }

  /** The prepared statement of some SQL. */
  of(sql: string): StatementSync {
    let statement = this.#prepared.get(sql)
    if (statement === undefined) {
      statement = this.db.prepare(sql)
      this.#prepared.set(sql, statement)
    }
    return statement
  }

  /** The first row, if there is one. */
  get(sql: string, ...values: ReadonlyArray<SQLInputValue>): Row | undefined {
    return this.of(sql).get(...values)
  }

  /** All rows. */
  all(sql: string, ...values: ReadonlyArray<SQLInputValue>): Array<Row> {
    return this.of(sql).all(...values)
  }

  /** Runs a change and gives the number of rows it concerned. */
  run(sql: string, ...values: ReadonlyArray<SQLInputValue>): number {
    return Number(this.of(sql).run(...values).changes)
  }
}
