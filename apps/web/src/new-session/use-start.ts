/** Starting a session: at once where the server can be reached, otherwise kept until it can (docs/protocol/app-rules.md, APP-26). */
import { useCallback, useState } from "react"
import { useConnection, useOutbox } from "@holdfast/react"
import { HoldfastError } from "@holdfast/client"
import type { OutboxLike } from "@holdfast/client/model"
import { tellNotice, useNotice } from "../app/notices.ts"
import { useGo } from "../app/use-route.ts"
import { useOpen } from "../workspace/use-open.ts"
import type { CreateInput } from "./request.ts"
import { giveBackFirstMessage, takeFirstMessage } from "./wish.ts"

/** Milliseconds for which the answer is waited for: a connection may be dead without a sign. */
const PATIENCE = 5000

const after = (milliseconds: number): Promise<undefined> =>
  new Promise((resolve) => setTimeout(() => resolve(undefined), milliseconds))

/** Starting, and how that stands. */
export interface Start {
  readonly isStarting: boolean
  /** Why the last one could not be made. */
  readonly problem: string | undefined
  /** Resolves to whether there is a session, or will be. */
  readonly start: (request: CreateInput) => Promise<boolean>
}

/** Takes a session back that was not made yet; its first message is in the form again. */
export async function takeBackStart(box: Pick<OutboxLike, "cancel">, id: string, first: string, show: () => void): Promise<void> {
  const outcome = await box.cancel(id)
  if (outcome === "settled") return tellNotice("Too late: the session has been created.")
  if (first !== "") giveBackFirstMessage(first)
  if (outcome === "uncertain") tellNotice("Taken back, but it had been asked for before: the session may be there.")
  if (first !== "") show()
}

/** What starts sessions. */
export function useStart(): Start {
  const { box } = useOutbox()
  const { isConnected } = useConnection()
  const open = useOpen()
  const go = useGo()
  const notice = useNotice()
  const [state, setState] = useState<{ readonly isStarting: boolean; readonly problem?: string }>({ isStarting: false })
  const start = useCallback(
    async (request: CreateInput): Promise<boolean> => {
      if (box === undefined) return false
      setState({ isStarting: true })
      const first = request.message?.text ?? ""
      // What is typed from here on is another message.
      if (first !== "") takeFirstMessage()
      const entry = box.create(request)
      try {
        await entry.stored
        const made = isConnected ? await Promise.race([entry.done, after(PATIENCE)]) : undefined
        if (made !== undefined) open.session(made.id)
        else {
          go("/")
          notice(
            "The session is created once the server answers.",
            () => void takeBackStart(box, entry.id, first, () => go("/new")),
          )
        }
        setState({ isStarting: false })
        return true
      } catch (cause) {
        // It is said here, so it need not stay in the outbox.
        if (first !== "") giveBackFirstMessage(first)
        await box.clear(entry.id)
        setState({ isStarting: false, problem: cause instanceof HoldfastError ? cause.message : String(cause) })
        return false
      }
    },
    [box, isConnected, open, go, notice],
  )
  return { isStarting: state.isStarting, problem: state.problem, start }
}
