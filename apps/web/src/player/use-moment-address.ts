/** Keeps the address of the page at the moment that a player shows. */
import { useEffect } from "react"
import { useGo } from "../app/use-route.ts"
import type { Film } from "./Film.ts"
import { momentPath } from "./moment-address.ts"

/** While the pane has the focus, and the film stands still. */
export function useMomentAddress(session: string, film: Film, isFocused: boolean): void {
  const go = useGo()
  useEffect(() => {
    if (!isFocused) return undefined
    let shown = 0
    return film.subscribe(() => {
      const { status, seq } = film.get()
      if (status !== "paused" || seq === shown || seq === 0) return
      shown = seq
      go(momentPath(session, seq), { replace: true })
    })
  }, [film, go, isFocused, session])
}
