/**
 * Page cursors of the session list: opaque text that names the last session of a page by its sort value.
 *
 * A cursor belongs to one query (filters and order, not the page size); another query's is refused (S-15).
 */
import { createHash } from "node:crypto"
import { type ListQuery, PageCursorInvalid } from "../Store.ts"

/** Place in a list: the sort value and the handle of the last session seen. */
export interface PagePlace {
  readonly value: number | string
  readonly handle: number
}

function fingerprint(query: ListQuery): string {
  const { cursor: _cursor, limit: _limit, ...rest } = query
  const parts = Object.entries({ sort: "active", ...rest }).filter(([, value]) => value !== undefined)
  parts.sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash("sha256").update(JSON.stringify(parts)).digest("base64url").slice(0, 12)
}

/** The cursor of the page that follows `place` in `query`. */
export function encodePageCursor(query: ListQuery, place: PagePlace): string {
  return Buffer.from(JSON.stringify([fingerprint(query), place.value, place.handle])).toString("base64url")
}

/** The place a query's cursor names, if it has one. Throws `PageCursorInvalid` for text that is not a cursor of this query. */
export function decodePageCursor(query: ListQuery): PagePlace | undefined {
  if (query.cursor === undefined) return undefined
  const refuse = (message: string): never => {
    throw new PageCursorInvalid({ message: `${message}; ask again without a cursor` })
  }
  const parts = parseParts(query.cursor)
  if (parts === undefined) return refuse("this server did not issue the cursor")
  const [print, value, handle] = parts
  if (print !== fingerprint(query)) return refuse("the cursor belongs to another query")
  const wanted = query.sort === "label" ? "string" : "number"
  if ((typeof value !== "string" && typeof value !== "number") || typeof value !== wanted)
    return refuse("this server did not issue the cursor")
  if (typeof handle !== "number" || !Number.isSafeInteger(handle)) return refuse("this server did not issue the cursor")
  return { value, handle }
}

function parseParts(cursor: string): ReadonlyArray<unknown> | undefined {
  if (cursor.length > 4096) return undefined
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"))
    return Array.isArray(parts) && parts.length === 3 ? parts : undefined
  } catch {
    return undefined
  }
}
