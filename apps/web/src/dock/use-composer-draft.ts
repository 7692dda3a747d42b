/**
 * The draft that a composer shows: at once what is typed, then in this browser, then on the hub (docs/protocol/app-rules.md, APP-48).
 *
 * Invariant: what was typed is in one of the three until the hub or the outbox has the message.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react"
import type { RefObject } from "react"
import { offlineId } from "@holdfast/client/outbox"
import { useDraft, useHub } from "@holdfast/react"
import type { Attached } from "./attachments.ts"
import { draftToShow } from "./draft-state.ts"
import { readDraft, writeDraft } from "./draft-store.ts"

/** A draft and what changes it. */
export interface ComposerDraft {
  readonly text: string
  readonly files: ReadonlyArray<Attached>
  /** What another client of this person wrote meanwhile. */
  readonly other: { readonly text: string; readonly time: number } | undefined
  /** Why the hub does not have it. */
  readonly problem: string | undefined
  /** Names of files that another client has attached and that are not here. */
  readonly elsewhere: ReadonlyArray<string>
  readonly setText: (text: string) => void
  readonly setFiles: (change: (files: ReadonlyArray<Attached>) => ReadonlyArray<Attached>) => void
  readonly clear: () => void
  readonly takeOther: () => void
  readonly leaveOther: () => void
}

/** Milliseconds from a key to the write in this browser. */
const DELAY = 300

const NO_FILES: ReadonlyArray<Attached> = Object.freeze([])

const namesIn = (data: unknown): ReadonlyArray<string> => {
  const files = typeof data === "object" && data !== null && "files" in data ? data.files : undefined
  return Array.isArray(files) ? files.filter((name) => typeof name === "string") : []
}

/** What the hub keeps beside the text: the names of files, which are in this browser. */
const dataOf = (files: ReadonlyArray<Attached>): { readonly data?: unknown } =>
  files.length === 0 ? {} : { data: { files: files.map(({ name }) => name) } }

/** The draft of the next message to a session. */
export function useComposerDraft(session: string): ComposerDraft {
  const kept = useHub().desk.draft(session)
  const { value, status, other, error, set, flush, takeOther, leaveOther } = useDraft(session)
  const [text, showText] = useState(() => kept.latest.text)
  const [files, showFiles] = useState(NO_FILES)
  const now = useRef({ text, files })
  useLayoutEffect(() => {
    now.current = { text, files }
  })
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const isTouched = useRef(false)

  const write = useCallback((): void => {
    clearTimeout(timer.current)
    timer.current = undefined
    // Value and status of one moment: what was typed since is not saved, whatever the status was before.
    const hub = kept.state.get()
    const isSaved = hub.status === "saved" && hub.value.text === now.current.text
    void writeDraft({ session, ...now.current, isSaved, time: Date.now() })
  }, [session, kept])
  const writeLater = useCallback((): void => {
    clearTimeout(timer.current)
    timer.current = setTimeout(write, DELAY)
  }, [write])

  const change = useCallback(
    (next: { readonly text: string; readonly files: ReadonlyArray<Attached> }): void => {
      isTouched.current = true
      now.current = next
      showText(next.text)
      showFiles(next.files)
      set({ text: next.text, ...dataOf(next.files) })
    },
    [set],
  )

  useEffect(() => {
    let isOver = false
    void readDraft(session).then((found) => {
      if (isOver || found === undefined || isTouched.current) return
      const unsaved = draftToShow(found)
      if (unsaved !== undefined) change({ text: unsaved, files: found.files })
      else {
        // Until the hub says what it has now.
        if (kept.state.get().status === "loading") showText(found.text)
        showFiles(found.files)
      }
    })
    return () => {
      isOver = true
    }
  }, [session, kept, change])

  // What came from elsewhere: the hub, another pane, words that were given back.
  useEffect(() => {
    if (status !== "loading" || isTouched.current) showText(kept.latest.text)
  }, [kept, value, status])

  useEffect(() => {
    if (isTouched.current) writeLater()
  }, [text, files, status, writeLater])

  useLeaving(timer, write, flush)

  const here = new Set(files.map(({ name }) => name))
  const isNew = session.startsWith(offlineId(""))
  return {
    text,
    files,
    other: other === undefined ? undefined : { text: other.value.text, time: other.time },
    problem: error === undefined || isNew || error.retryable ? undefined : error.message,
    elsewhere: namesIn(value.data).filter((name) => !here.has(name)),
    setText: (next) => change({ text: next, files: now.current.files }),
    setFiles: (changed) => change({ text: now.current.text, files: changed(now.current.files) }),
    clear: () => {
      change({ text: "", files: NO_FILES })
      write()
      void flush()
    },
    takeOther,
    leaveOther,
  }
}

/** Writes what was not written when the page is hidden or goes, and when the composer does. */
function useLeaving(
  timer: RefObject<ReturnType<typeof setTimeout> | undefined>,
  write: () => void,
  flush: () => Promise<void>,
): void {
  useEffect(() => {
    const leave = (): void => {
      if (timer.current !== undefined) write()
      void flush()
    }
    const hidden = (): void => (document.visibilityState === "hidden" ? leave() : undefined)
    window.addEventListener("pagehide", leave)
    document.addEventListener("visibilitychange", hidden)
    return () => {
      window.removeEventListener("pagehide", leave)
      document.removeEventListener("visibilitychange", hidden)
      leave()
    }
  }, [timer, write, flush])
}
