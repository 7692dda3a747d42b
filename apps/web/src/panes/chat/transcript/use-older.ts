/** Older pages: read when the beginning of what is here comes near, and asked for by those who look for something further back. */
import { useCallback, useEffect, useRef } from "react"
import { useHub } from "@holdfast/react"
import type { Older, SessionView } from "@holdfast/client/model"
import { usePaced } from "../pace/use-paced.ts"

/** Messages of a page. */
const PAGE = 50

/** Reading further back. */
export interface OlderPages {
  readonly older: Older
  /** Reads the page before, of at most `limit` messages; true when there was one. Rejects when the hub cannot be reached. */
  readonly load: (limit?: number) => Promise<boolean>
}

/** The pages before those that are here. */
export function useOlder(view: SessionView): OlderPages {
  const hub = useHub()
  const reading = useRef<Promise<boolean> | undefined>(undefined)
  const load = useCallback(
    (limit: number = PAGE) => {
      const { transcript, id } = view
      const read = async (): Promise<boolean> => {
        if (transcript.older.get() !== "more") return false
        await transcript.loadOlder((before) => hub.hub.connection.call("messages.list", { session: id, before, limit }))
        hub.frames.flush()
        return true
      }
      const done = (): void => {
        reading.current = undefined
      }
      reading.current ??= read().finally(done)
      return reading.current
    },
    [hub, view],
  )
  return { older: usePaced(view.transcript.older), load }
}

/** Calls `load` once for each time that `isNear` and there is more; a failure is tried again when the view is near again. */
export function useNearStart(isNear: boolean, { older, load }: OlderPages): void {
  useEffect(() => {
    // The connection is away: the page is read when it is back and the person still looks.
    if (isNear && older === "more") load().catch(() => undefined)
  }, [isNear, older, load])
}
