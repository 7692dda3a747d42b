/** Forking a session from the page: the fork is shown beside it (docs/protocol/app-rules.md, APP-78). */
import { useCallback } from "react"
import { useHub } from "@holdfast/react"
import { AskedOnce } from "../app/AskedOnce.ts"
import { useNotice } from "../app/notices.ts"
import { useOpen } from "../workspace/use-open.ts"

/** Up to where: a message that is kept, one that is not, or everything. */
export interface ForkPlace {
  readonly through?: string
  readonly before?: string
  /** What the message that is not kept said: the fork's composer begins with it, so that it can be said in another way. */
  readonly text?: string
}

/** Forks that are being made. */
const asked = new AskedOnce()

/** Forks a session and opens the fork beside it. What fails is told. */
export function useFork(): (session: string, place?: ForkPlace) => Promise<void> {
  const hub = useHub()
  const open = useOpen()
  const tell = useNotice()
  return useCallback(
    async (session, { text, ...place } = {}) => {
      const { connection } = hub.hub
      try {
        const wanted = { session, ...place }
        const name = JSON.stringify([session, place.through, place.before])
        const made = await asked.ask(connection, name, (key) => connection.call("sessions.fork", { ...wanted, key }))
        if (made === undefined) return
        if (text !== undefined && text !== "") hub.desk.draft(made.id).set({ text })
        open.session(made.id, { split: "right" })
        tell("Forked", () => {
          connection
            .call("sessions.delete", { session: made.id })
            .catch((cause: unknown) => tell(`The fork stays: ${said(cause)}`))
        })
      } catch (cause) {
        tell(`Not forked: ${said(cause)}`)
      }
    },
    [hub, open, tell],
  )
}

const said = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
