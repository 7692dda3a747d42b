/** Going to a message or a place in the log that an address, the palette or the trace named, reading older pages until it is there. */
import { useEffect, useRef, useState } from "react"
import { useHub } from "@holdfast/react"
import type { SessionView } from "@holdfast/client/model"
import { endSeek, useSeek as useWanted } from "../../../workspace/seek.ts"
import { rest } from "../loading.ts"
import type { OlderPages } from "./use-older.ts"

/** Goes where the page wants; says in words that it looks, or that the place is not there. */
export function useSeeking(
  view: SessionView,
  pages: OlderPages,
  isReady: boolean,
  goTo: (message: string) => void,
): string | undefined {
  const hub = useHub()
  const wanted = useWanted(view.id)
  const seek = wanted?.isMoment === true ? undefined : wanted
  const [words, setWords] = useState<string | undefined>(undefined)
  const done = useRef(0)
  const { load } = pages
  useEffect(() => {
    if (seek === undefined || !isReady || seek.at <= done.current) return
    done.current = seek.at
    setWords("Looking for the message…")
    const look = async (): Promise<string | undefined> => (await rest).findPlace(hub, view, seek, load)
    look().then(
      (message) => {
        if (done.current !== seek.at) return
        setWords(message === undefined ? "That message is not in this session." : undefined)
        endSeek(view.id, seek)
        if (message !== undefined) goTo(message)
      },
      (cause: Error) => setWords(`The message could not be looked for: ${cause.message}`),
    )
  }, [hub, view, seek, isReady, load, goTo])
  return words
}
