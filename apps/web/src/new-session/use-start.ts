/** Starting a session: at once where the server can be reached, otherwise kept until it can (docs/protocol/app-rules.md, APP-26). */
import { useCallback, useState } from "react"
import { useConnection, useOutbox } from "@holdfast/react"
import { HoldfastError } from "@holdfast/client"
import type { OutboxLike } from "@holdfast/client/model"
import { tellNotice } from "../app/notices.ts"
import { useGo } from "../app/use-route.ts"
import { takeNextPlace } from "../workspace/next-place.ts"
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
  /**
   * Resolves to why there is no session and will be none; `undefined` where there is or will be one. `typed` is what the form has of the
   * request's first message: it leaves the form as it is sent.
   */
  readonly start: (request: CreateInput, typed?: string) => Promise<string | undefined>
}

/** What a start is made with. */
export interface StartParts {
  readonly box: Pick<OutboxLike, "create" | "cancel" | "clear"> | undefined
  readonly isConnected: boolean
  readonly open: (session: string) => void
  readonly go: (path: string) => void
}

/** Takes a session back that was not made yet; its first message is in the form again. */
export async function takeBackStart(box: Pick<OutboxLike, "cancel">, id: string, first: string, show: () => void): Promise<void> {
  const outcome = await box.cancel(id)
  if (outcome === "settled") return tellNotice("Too late: the session has been created.")
  if (first !== "") giveBackFirstMessage(first)
  if (outcome === "uncertain") tellNotice("Taken back, but it had been asked for before: the session may be there.")
  if (first !== "") show()
}

/** Starts a session; what it resolves to is said in `Start.start`. */
export async function startSession(
  { box, isConnected, open, go }: StartParts,
  request: CreateInput,
  typed: string,
): Promise<string | undefined> {
  if (box === undefined) return "This page has not read what it keeps yet. Try again in a moment."
  const entry = box.create(request)
  let isTaken = false
  try {
    await entry.stored
    // It is in the form until it is kept elsewhere.
    if (typed !== "") takeFirstMessage(typed)
    isTaken = typed !== ""
    const made = isConnected ? await Promise.race([entry.done, after(PATIENCE)]) : undefined
    if (made !== undefined) open(made.id)
    else {
      go("/")
      tellNotice(
        "The session is created once the server answers.",
        () => void takeBackStart(box, entry.id, typed, () => go("/new")),
      )
    }
    return undefined
  } catch (cause) {
    // It is said here, so it need not stay in the outbox.
    if (isTaken) giveBackFirstMessage(typed)
    await box.clear(entry.id)
    return cause instanceof HoldfastError ? cause.message : String(cause)
  }
}

/** What starts sessions. */
export function useStart(): Start {
  const { box } = useOutbox()
  const { isConnected } = useConnection()
  const { session: open } = useOpen()
  const go = useGo()
  const [state, setState] = useState<{ readonly isStarting: boolean; readonly problem?: string }>({ isStarting: false })
  const start = useCallback(
    async (request: CreateInput, typed = ""): Promise<string | undefined> => {
      setState({ isStarting: true })
      const split = takeNextPlace()
      const show = (session: string): void => open(session, split === undefined ? {} : { split })
      const problem = await startSession({ box, isConnected, open: show, go }, request, typed)
      setState({ isStarting: false, ...(problem === undefined ? {} : { problem }) })
      return problem
    },
    [box, isConnected, open, go],
  )
  return { isStarting: state.isStarting, problem: state.problem, start }
}
