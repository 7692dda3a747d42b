/** Going to a message or a place in the log that an address, the palette or the trace named, reading older pages until it is there. */
import { useEffect, useRef, useState } from "react"
import { useHub } from "@holdfast/react"
import type { HubModel, SessionView } from "@holdfast/client/model"
import { useSeek as useWanted } from "../../../workspace/seek.ts"
import type { Seek } from "../../../workspace/seek.ts"
import type { OlderPages } from "./use-older.ts"

/** Pages that are read for one place, and messages of each. */
const PAGES = 400
const PAGE = 200

/** The message at a place in the log: that of the event's turn, or the last one before its time. */
async function messageAt(
  hub: HubModel,
  view: SessionView,
  seq: number,
): Promise<{ readonly message?: string; readonly time?: number }> {
  const { events } = await hub.hub.connection.call("log.events", { session: view.id, after: Math.max(0, seq - 1), limit: 1 })
  const [event] = events
  if (event === undefined) return {}
  return { time: event.time, ...(event.turn === undefined ? {} : { message: event.turn }) }
}

function found(view: SessionView, message: string | undefined, time: number | undefined): string | undefined {
  const { messages } = view.transcript
  if (message !== undefined && messages.of(message) !== undefined) return message
  if (time === undefined) return undefined
  const all = messages.all.get()
  const [first] = all
  if (first === undefined || (first.createdAt > time && view.transcript.older.get() === "more")) return undefined
  return (all.findLast(({ createdAt }) => createdAt <= time) ?? first).id
}

async function find(hub: HubModel, view: SessionView, seek: Seek, load: OlderPages["load"]): Promise<string | undefined> {
  const place = seek.message === undefined ? await messageAt(hub, view, seek.seq ?? 0) : { message: seek.message }
  for (let page = 0; page < PAGES; page++) {
    const id = found(view, place.message, "time" in place ? place.time : undefined)
    if (id !== undefined) return id
    if (!(await load(PAGE))) return undefined
  }
  return undefined
}

/** Goes where the page wants; says in words that it looks, or that the place is not there. */
export function useSeeking(
  view: SessionView,
  pages: OlderPages,
  isReady: boolean,
  goTo: (message: string) => void,
): string | undefined {
  const hub = useHub()
  const seek = useWanted(view.id)
  const [words, setWords] = useState<string | undefined>(undefined)
  const done = useRef(0)
  const { load } = pages
  useEffect(() => {
    if (seek === undefined || !isReady || seek.at <= done.current) return
    done.current = seek.at
    setWords("Looking for the message…")
    find(hub, view, seek, load).then(
      (message) => {
        if (done.current !== seek.at) return
        setWords(message === undefined ? "That message is not in this session." : undefined)
        if (message !== undefined) goTo(message)
      },
      (cause: Error) => setWords(`The message could not be looked for: ${cause.message}`),
    )
  }, [hub, view, seek, isReady, load, goTo])
  return words
}
