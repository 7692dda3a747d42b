/** Session rows: writing a session's state with its change number and checksum. */
import { foldLabel } from "../listing/label-words.ts"
import type { StoredState } from "../Store.ts"
import { stateCrc } from "./checksum.ts"
import { type Statements, str } from "./statements.ts"
import type { WriterContext } from "./writer-context.ts"

const columns = (state: StoredState) =>
  [
    state.kind,
    state.status,
    state.status === "deleted" ? 1 : 0,
    state.process,
    state.owner,
    state.createdBy ?? null,
    state.pinned ? 1 : 0,
    state.createdAt,
    state.updatedAt,
    state.lastActiveAt,
    state.news ?? 0,
    state.purgeAt ?? null,
    state.label,
    foldLabel(state.label),
    `\n${state.tags.join("\n")}\n`,
    state.metadata ?? "",
    state.record,
    state.inner,
  ] as const

const INSERT = `INSERT INTO sessions (handle, id, log, change, crc, kind, status, trashed, process, owner, created_by,
  pinned, created_at, updated_at, last_active_at, news, purge_at, label, folded, tags, metadata, record, inner)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

const UPDATE = `UPDATE sessions SET change = ?, crc = ?, kind = ?, status = ?, trashed = ?, process = ?, owner = ?, created_by = ?,
  pinned = ?, created_at = ?, updated_at = ?, last_active_at = ?, news = ?, purge_at = ?, label = ?, folded = ?, tags = ?, metadata = ?, record = ?, inner = ?
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
  fileMetadata(statements, handle, "", state.metadata ?? "")
  counts.add(state.status, state.kind, 1)
}

/** Rewrites a session's row. Throws when there is none. */
export function updateState({ statements, counts }: WriterContext, handle: number, change: number, state: StoredState): void {
  const row = statements.get("SELECT id, log, status, kind, metadata FROM sessions WHERE handle = ?", handle)
  if (row === undefined) throw new Error(`session ${handle} has a head but no record`)
  const crc = stateCrc(handle, str(row, "id"), str(row, "log"), state.record, state.inner)
  statements.run(UPDATE, change, crc, ...columns(state), handle)
  fileMetadata(statements, handle, str(row, "metadata"), state.metadata ?? "")
  counts.add(str(row, "status"), str(row, "kind"), -1)
  counts.add(state.status, state.kind, 1)
}

/** Removes a session's row, if there is one. */
export function removeState({ statements, counts }: WriterContext, handle: number): void {
  const row = statements.get("DELETE FROM sessions WHERE handle = ? RETURNING status, kind, metadata", handle)
  if (row === undefined) return
  counts.add(str(row, "status"), str(row, "kind"), -1)
  fileMetadata(statements, handle, str(row, "metadata"), "")
}

/** Brings the entries of a session's metadata to what its text says now; nothing is done where that is what it was. */
function fileMetadata(statements: Statements, handle: number, before: string, after: string): void {
  if (before === after) return
  for (const [name, value] of entriesOf(before))
    statements.run("DELETE FROM metadata WHERE name = ? AND value = ? AND session = ?", name, value, handle)
  for (const [name, value] of entriesOf(after)) statements.run("INSERT INTO metadata VALUES (?, ?, ?)", name, value, handle)
}

const entriesOf = (text: string): ReadonlyArray<[string, string]> =>
  text === "" ? [] : Object.entries(JSON.parse(text) as Record<string, string>)
