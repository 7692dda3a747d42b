/** What the server announces to everyone: maintenance, something new, limits (docs/protocol/app-rules.md, APP-17). */
import { useEffect, useRef } from "react"
import { useCell, useHub } from "@holdfast/react"
import { useStore } from "../ui/store.ts"
import { announce } from "./announce.ts"
import { Preference } from "./preferences.ts"
import { removeStatusItem, setStatusItem } from "./status-items.ts"

const texts = (stored: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(stored) ? stored.filter((one) => typeof one === "string") : undefined

/** Ids of those that were closed in this browser. */
const closed = new Preference<ReadonlyArray<string>>("closed-announcements", [], texts)

/** Has the first of them in the status line until it is over, or closed here; each is read out once. */
export function useAnnounced(): void {
  const all = useCell(useHub().beside.announced)
  const isClosed = useStore(closed)
  const told = useRef<string | undefined>(undefined)
  const first = all.find(({ id }) => !isClosed.includes(id))
  useEffect(() => {
    if (first === undefined) return undefined
    const { id, text } = first
    // Those that are over are not kept.
    const close = (): void => closed.choose([...closed.get().filter((one) => all.some((other) => other.id === one)), id])
    setStatusItem({ id: "announced", text, action: { title: "Close", run: close } })
    if (told.current !== id) announce(`The server announces: ${text}`)
    told.current = id
    return () => removeStatusItem("announced")
  }, [all, first])
}
