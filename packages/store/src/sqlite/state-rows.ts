/** Session rows: writing a session's state with its change number and checksum. */
import { foldLabel } from "../listing/label-words.ts"
import type { StoredState } from "../Store.ts"
import { stateCrc } from "./checksum.ts"
import { type Statements, str } from "./statements.ts"

/** The change counter: raised in memory, stored with the transaction, set back when it fails. */
export class ChangeCounter {
  private readonly statements: Statements
  private stored: number
  private current: number

  constructor(statements: Statements) {
    this.statements = statements
    this.stored = Number(statements.get("SELECT value FROM counters WHERE name = 'change'")?.["value"] ?? 0)
    this.current = this.stored
  }

  /** The next change number. */
  next(): number {
    this.current++
    return this.current
  }

  /** Stores the counter in the open transaction, when it was raised. */
  store(): void {
    if (this.current !== this.stored) this.statements.run("UPDATE counters SET value = ? WHERE name = 'change'", this.current)
  }

  /** The transaction is durable. */
  committed(): void {
    this.stored = this.current
  }

  /** The transaction was rolled back. */
  rolledBack(): void {
    this.current = this.stored
  }
}

const columns = (state: StoredState) =>
  [
    state.kind,
    state.status,
    state.status === "deleted" ? 1 : 0,
    state.process,
    state.owner,
    state.pinned ? 1 : 0,
    state.createdAt,
    state.updatedAt,
    state.lastActiveAt,
    state.purgeAt ?? null,
    state.label,
    foldLabel(state.label),
    `\n${state.tags.join("\n")}\n`,
    state.record,
    state.inner,
  ] as const

const INSERT = `INSERT INTO sessions (handle, id, reversed, log, change, crc, kind, status, trashed, process, owner, pinned,
  created_at, updated_at, last_active_at, purge_at, label, folded, tags, record, inner)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

const UPDATE = `UPDATE sessions SET change = ?, crc = ?, kind = ?, status = ?, trashed = ?, process = ?, owner = ?, pinned = ?,
  created_at = ?, updated_at = ?, last_active_at = ?, purge_at = ?, label = ?, folded = ?, tags = ?, record = ?, inner = ?
  WHERE handle = ?`

/** Id backwards, for looking ids up by their end. */
export const reversed = (id: string): string => [...id].reverse().join("")

/** Adds a session's row and gives its handle. */
export function insertState(statements: Statements, id: string, log: string, change: number, state: StoredState): number {
  const newest = statements.get("SELECT seq FROM sqlite_sequence WHERE name = 'sessions'")
  const handle = Number(newest?.["seq"] ?? 0) + 1
  const crc = stateCrc(handle, id, log, state.record, state.inner)
  statements.run(INSERT, handle, id, reversed(id), log, change, crc, ...columns(state))
  return handle
}

/** Rewrites a session's row. Throws when there is none. */
export function updateState(statements: Statements, handle: number, change: number, state: StoredState): void {
  const row = statements.get("SELECT id, log FROM sessions WHERE handle = ?", handle)
  if (row === undefined) throw new Error(`session ${handle} has a head and no record`)
  const crc = stateCrc(handle, str(row, "id"), str(row, "log"), state.record, state.inner)
  statements.run(UPDATE, change, crc, ...columns(state), handle)
}
