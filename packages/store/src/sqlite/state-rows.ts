/** Session rows: writing a session's state with its change number and checksum. */
import { foldLabel } from "../listing/label-words.ts"
import type { StoredState } from "../Store.ts"
import { stateCrc } from "./checksum.ts"
import { type Statements, str } from "./statements.ts"
import type { WriterContext } from "./writer-context.ts"

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

/** How many sessions there are by status and kind: counted in memory, stored with the transaction, forgotten when it fails. */
export class SessionCounts {
  private readonly statements: Statements
  /** By how much a number changed in the open transaction, by status and kind. */
  private readonly changes = new Map<string, { readonly status: string; readonly kind: string; by: number }>()

  constructor(statements: Statements) {
    this.statements = statements
  }

  /** So many sessions more, or fewer. */
  add(status: string, kind: string, by: number): void {
    const name = `${status} ${kind}`
    const change = this.changes.get(name)
    if (change === undefined) this.changes.set(name, { status, kind, by })
    else change.by += by
  }

  /** Stores what changed in the open transaction. */
  store(): void {
    for (const { status, kind, by } of this.changes.values()) if (by !== 0) this.statements.run(COUNT, status, kind, by)
    this.changes.clear()
  }

  /** The transaction was rolled back. */
  rolledBack(): void {
    this.changes.clear()
  }
}

const COUNT = "INSERT INTO counts (status, kind, n) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET n = n + ?3"

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

const INSERT = `INSERT INTO sessions (handle, id, log, change, crc, kind, status, trashed, process, owner, pinned,
  created_at, updated_at, last_active_at, purge_at, label, folded, tags, record, inner)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

const UPDATE = `UPDATE sessions SET change = ?, crc = ?, kind = ?, status = ?, trashed = ?, process = ?, owner = ?, pinned = ?,
  created_at = ?, updated_at = ?, last_active_at = ?, purge_at = ?, label = ?, folded = ?, tags = ?, record = ?, inner = ?
  WHERE handle = ?`

/** Adds a session's row. */
export function insertState(
  { statements, counts }: WriterContext,
  { handle, id, log }: { readonly handle: number; readonly id: string; readonly log: string },
  change: number,
  state: StoredState,
): void {
  const crc = stateCrc(handle, id, log, state.record, state.inner)
  statements.run(INSERT, handle, id, log, change, crc, ...columns(state))
  counts.add(state.status, state.kind, 1)
}

/** Rewrites a session's row. Throws when there is none. */
export function updateState({ statements, counts }: WriterContext, handle: number, change: number, state: StoredState): void {
  const row = statements.get("SELECT id, log, status, kind FROM sessions WHERE handle = ?", handle)
  if (row === undefined) throw new Error(`session ${handle} has a head and no record`)
  const crc = stateCrc(handle, str(row, "id"), str(row, "log"), state.record, state.inner)
  statements.run(UPDATE, change, crc, ...columns(state), handle)
  counts.add(str(row, "status"), str(row, "kind"), -1)
  counts.add(state.status, state.kind, 1)
}

/** Removes a session's row, if there is one. */
export function removeState({ statements, counts }: WriterContext, handle: number): void {
  const row = statements.get("DELETE FROM sessions WHERE handle = ? RETURNING status, kind", handle)
  if (row !== undefined) counts.add(str(row, "status"), str(row, "kind"), -1)
}
