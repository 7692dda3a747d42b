/** Keeps the comments of each session in this browser, until they are sent: over reloads, and the same in every tab. */
import { useSyncExternalStore } from "react"
import { type LineComment, readComments } from "./comments.ts"

const PREFIX = "holdfast.comments."
const NONE: ReadonlyArray<LineComment> = Object.freeze([])

const known = new Map<string, ReadonlyArray<LineComment>>()
const listeners = new Set<() => void>()

const tell = (): void => {
  for (const listener of [...listeners]) listener()
}

/** The comments of a session. */
export function commentsOf(session: string): ReadonlyArray<LineComment> {
  const found = known.get(session)
  if (found !== undefined) return found
  const read = readComments(stored(session))
  known.set(session, read)
  return read
}

function stored(session: string): string | null {
  try {
    return localStorage.getItem(PREFIX + session)
  } catch {
    // Storage is switched off: comments last as long as the page.
    return null
  }
}

/** Replaces the comments of a session. */
export function putComments(session: string, comments: ReadonlyArray<LineComment>): void {
  known.set(session, comments)
  try {
    if (comments.length === 0) localStorage.removeItem(PREFIX + session)
    else localStorage.setItem(PREFIX + session, JSON.stringify(comments))
  } catch {
    // Full or switched off: they stay in memory.
  }
  tell()
}

function hear({ key }: StorageEvent): void {
  if (key !== null && !key.startsWith(PREFIX)) return
  if (key === null) known.clear()
  else known.delete(key.slice(PREFIX.length))
  tell()
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) window.addEventListener("storage", hear)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) window.removeEventListener("storage", hear)
  }
}

/** The comments of a session, as they change. */
export function useComments(session: string): ReadonlyArray<LineComment> {
  return useSyncExternalStore(
    subscribe,
    () => commentsOf(session),
    () => NONE,
  )
}
