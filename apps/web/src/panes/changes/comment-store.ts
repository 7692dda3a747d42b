/** Keeps the comments of each session in this browser, until they are sent: over reloads, and the same in every tab. */
import { useSyncExternalStore } from "react"
import type { TextStore } from "../../requests/snooze-store.ts"
import { type LineComment, readComments } from "./comments.ts"

const PREFIX = "holdfast.comments."
const NONE: ReadonlyArray<LineComment> = Object.freeze([])

/** What was read, and of which text. */
interface Known {
  readonly text: string | null
  readonly comments: ReadonlyArray<LineComment>
}

/** The part of the browser's storage that is used. */
export type CommentTexts = TextStore & Pick<Storage, "removeItem">

/**
 * The comments of all sessions. Each look is at what is stored: what another tab has sent or discarded is not here any more, whether this
 * one was listening or not.
 */
export class CommentStore {
  readonly #store: () => CommentTexts
  readonly #known = new Map<string, Known>()
  /** Of a browser that keeps nothing: they last as long as the page. */
  readonly #unkept = new Map<string, ReadonlyArray<LineComment>>()
  readonly #listeners = new Set<() => void>()

  constructor(store: () => CommentTexts) {
    this.#store = store
  }

  /** The comments of a session; the same object until they change. */
  readonly of = (session: string): ReadonlyArray<LineComment> => {
    const unkept = this.#unkept.get(session)
    if (unkept !== undefined) return unkept
    const text = this.#stored(session)
    const known = this.#known.get(session)
    if (known !== undefined && known.text === text) return known.comments
    const comments = readComments(text)
    this.#known.set(session, { text, comments })
    return comments
  }

  /** Replaces the comments of a session. */
  readonly put = (session: string, comments: ReadonlyArray<LineComment>): void => {
    try {
      const name = PREFIX + session
      if (comments.length === 0) this.#store().removeItem(name)
      else this.#store().setItem(name, JSON.stringify(comments))
      this.#unkept.delete(session)
    } catch {
      // Full or switched off.
      this.#unkept.set(session, comments)
    }
    this.#tell()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) globalThis.addEventListener?.("storage", this.#tell)
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) globalThis.removeEventListener?.("storage", this.#tell)
    }
  }

  #stored(session: string): string | null {
    try {
      return this.#store().getItem(PREFIX + session)
    } catch {
      return null
    }
  }

  readonly #tell = (): void => {
    for (const listener of [...this.#listeners]) listener()
  }
}

/** Those of this browser. */
export const commentStore = new CommentStore(() => localStorage)

/** The comments of a session, as they change. */
export function useComments(session: string): ReadonlyArray<LineComment> {
  return useSyncExternalStore(
    commentStore.subscribe,
    () => commentStore.of(session),
    () => NONE,
  )
}
