/** The draft that a composer shows, and what another client of this person wrote meanwhile (docs/protocol/app-rules.md, APP-48). */
import { useEffect, useMemo } from "react"
import { offlineId } from "@holdfast/client/outbox"
import { useDraft, useHub } from "@holdfast/react"
import { useStore } from "../ui/store.ts"
import { draftOf, type DraftState, type SessionDraft } from "./SessionDraft.ts"

/** A draft and what changes it. */
export interface ComposerDraft extends DraftState {
  /** What another client of this person wrote meanwhile. */
  readonly other: { readonly text: string; readonly time: number } | undefined
  /** Why the hub does not have it. */
  readonly problem: string | undefined
  /** Names of files that another client has attached and that are not here. */
  readonly elsewhere: ReadonlyArray<string>
  readonly kept: SessionDraft
  readonly takeOther: () => void
  readonly leaveOther: () => void
}

const namesIn = (data: unknown): ReadonlyArray<string> => {
  const files = typeof data === "object" && data !== null && "files" in data ? data.files : undefined
  return Array.isArray(files) ? files.filter((name) => typeof name === "string") : []
}

/** The draft of the next message to a session. */
export function useComposerDraft(session: string): ComposerDraft {
  const hub = useHub()
  const kept = useMemo(() => draftOf(hub, session), [hub, session])
  const { value, other, error, takeOther, leaveOther } = useDraft(session)
  const state = useStore(kept.state)
  useEffect(() => kept.hold(), [kept])
  useLeaving(kept)
  const here = new Set(state.files.map(({ name }) => name))
  const isNew = session.startsWith(offlineId(""))
  return {
    ...state,
    other: other === undefined ? undefined : { text: other.value.text, time: other.time },
    problem: error === undefined || isNew || error.retryable ? undefined : error.message,
    elsewhere: namesIn(value.data).filter((name) => !here.has(name)),
    kept,
    takeOther,
    leaveOther,
  }
}

/** Writes what was not written when the page is hidden or goes, and reads it again when it is looked at. */
function useLeaving(kept: SessionDraft): void {
  useEffect(() => {
    const leave = (): void => kept.leave()
    const hidden = (): void => (document.visibilityState === "hidden" ? leave() : kept.look())
    window.addEventListener("pagehide", leave)
    document.addEventListener("visibilitychange", hidden)
    return () => {
      window.removeEventListener("pagehide", leave)
      document.removeEventListener("visibilitychange", hidden)
    }
  }, [kept])
}
