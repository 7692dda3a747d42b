/** The emulator of a pane, for as long as the pane is in the page. */
import { useEffect, useState } from "react"
import type { RefObject } from "react"
import type { SessionView } from "@holdfast/client/model"
import { useHub } from "@holdfast/react"
import { monoReady } from "../../styles/fonts.ts"
import type { Emulator } from "./Emulator.ts"
import { giveBack, takeEmulator } from "./EmulatorPool.ts"
import { keepScreen, keepScreenNow, keptScreen } from "./kept-screens.ts"
import { Past } from "./Past.ts"

/** An emulator that is in the page, and the way to its past. */
export interface Shown {
  readonly emulator: Emulator
  readonly past: Past
}

/** Shows the emulator of a pane in an element, once the face is there that it measures. */
export function useEmulator(pane: string, view: SessionView, element: RefObject<HTMLDivElement | null>): Shown | undefined {
  const hub = useHub()
  const [shown, setShown] = useState<Shown>()
  useEffect(() => {
    let end: (() => void) | undefined
    let isGone = false
    void monoReady.then(() => {
      if (isGone || element.current === null) return
      const emulator = takeEmulator(pane, view)
      emulator.mount(element.current)
      const { id } = view
      const past = new Past(emulator, (before, limit, type) =>
        hub.hub.sessions.events(id, { before, limit, channel: "terminal", ...(type === undefined ? {} : { type }) }),
      )
      setShown({ emulator, past })
      end = () => {
        past.dispose()
        emulator.unmount()
        giveBack(emulator)
        setShown(undefined)
      }
    })
    return () => {
      isGone = true
      end?.()
    }
  }, [hub, pane, view, element])
  return shown
}

/** How long after output a screen is kept, in milliseconds: the page may go without a word, or be away by then. */
const KEPT_AFTER = 1000

/** Shows the screen of an earlier visit until the session's own is there, and keeps that one for the next visit. */
export function useKeptScreen(shown: Shown | undefined, isSeen: boolean): void {
  useEffect(() => {
    if (shown === undefined || !isSeen) return undefined
    const { emulator } = shown
    const warn = (cause: unknown): void => console.warn("a terminal's screen could not be kept:", cause)
    let due: ReturnType<typeof setTimeout> | undefined
    const keep = (): void => {
      clearTimeout(due)
      due = undefined
      const screen = emulator.kept()
      if (screen !== undefined) void keepScreen(emulator.session, screen).catch(warn)
    }
    const hidden = (): void => {
      if (document.visibilityState === "hidden") keep()
    }
    const gone = (): void => {
      const screen = emulator.kept()
      if (screen !== undefined) keepScreenNow(emulator.session, screen)
    }
    keptScreen(emulator.session).then((screen) => {
      if (screen !== undefined) emulator.showKept(screen)
    }, warn)
    const unsubscribe = emulator.parsed.subscribe(() => (due ??= setTimeout(keep, KEPT_AFTER)))
    document.addEventListener("visibilitychange", hidden)
    addEventListener("pagehide", gone)
    return () => {
      keep()
      unsubscribe()
      document.removeEventListener("visibilitychange", hidden)
      removeEventListener("pagehide", gone)
    }
  }, [shown, isSeen])
}

/** Parses what arrives while someone looks, and what is on the screen now when a page comes back from hidden. */
export function useLooking(shown: Shown | undefined, view: SessionView, isSeen: boolean): void {
  useEffect(() => {
    if (shown === undefined) return undefined
    const isLooked = (): boolean => isSeen && document.visibilityState === "visible"
    shown.emulator.look(isLooked())
    const seen = (): void => {
      if (isLooked()) view.attachment?.shown()
      shown.emulator.look(isLooked())
    }
    document.addEventListener("visibilitychange", seen)
    return () => document.removeEventListener("visibilitychange", seen)
  }, [shown, view, isSeen])
}
