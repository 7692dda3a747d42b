/** The notes of a session's turns, read again when a turn or a request ends, and further back as older messages come. */
import { useEffect, useMemo } from "react"
import { useHub } from "@holdfast/react"
import type { SessionView } from "@holdfast/client/model"
import { TurnNotes } from "./TurnNotes.ts"

/** Channels that notes are made of. */
const CHANNELS = ["turn", "permission"]

/** Milliseconds that changes are gathered for. */
const GATHER = 150

/** The notes of a view's session. */
export function useTurnNotes(view: SessionView): TurnNotes {
  const hub = useHub()
  const notes = useMemo(
    () => new TurnNotes((range) => hub.hub.connection.call("log.events", { session: view.id, channel: CHANNELS, ...range })),
    [hub, view],
  )
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let was = ""
    const look = (): void => {
      timer = undefined
      // What could not be read now is read with the next change.
      if (view.status.get()._tag === "Live") notes.refresh().catch(() => undefined)
    }
    const changed = (): void => {
      const record = view.record.get()
      // A short turn begins and ends between two frames: only their number and the news tell.
      const turns = [record?.agent?.turns, record?.turn.id, record?.news?.seq]
      const now = [view.status.get()._tag, ...turns, ...view.permissions.get().map(({ id }) => id)].join(" ")
      if (now === was) return
      was = now
      timer ??= setTimeout(look, GATHER)
    }
    changed()
    const ends = [view.status, view.record, view.permissions].map((cell) => cell.subscribe(changed))
    return () => {
      for (const end of ends) end()
      clearTimeout(timer)
    }
  }, [view, notes])
  useEffect(() => {
    let [first] = view.transcript.messages.ids.get()
    return view.transcript.messages.ids.subscribe(() => {
      const [now] = view.transcript.messages.ids.get()
      if (now === first) return
      first = now
      notes.older().catch(() => undefined)
    })
  }, [view, notes])
  return notes
}
