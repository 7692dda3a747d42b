/** Session rows: writing a session's state with its change number and checksum. */
import { foldLabel } from "../listing/label-words.ts"
import type { StoredState } from "../Store.ts"
import { stateCrc } from "./checksum.ts"
import { str } from "./statements.ts"
import type { WriterContext } from "./writer-context.ts"

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
  if (row === undefined) throw new Error(`session ${handle} has a head but no record`)
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
