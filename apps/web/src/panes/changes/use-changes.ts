/** What changed in a session's directory, asked again when files may have changed; what was known stays until the answer. */
import { useCallback, useEffect, useState } from "react"
import { useConnection, useHub } from "@holdfast/react"
import type { Change, ChangeBase, ChangeList, DiffAnswer } from "@holdfast/protocol/changes"
import { noteBranch } from "./branches.ts"

/** Something that was asked for. */
export interface Asked<A> {
  /** The last answer. */
  readonly answer: A | undefined
  /** Why the last question had none. */
  readonly problem: string | undefined
  readonly isAsking: boolean
  readonly again: () => void
}

const problemOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** Asks whenever `of` changes, and once more when the connection is back; an answer to an earlier question is dropped. */
function useAsked<A>(ask: (() => Promise<A>) | undefined, of: string, isKept: boolean): Asked<A> {
  const { isConnected } = useConnection()
  const [tries, setTries] = useState(0)
  const [state, setState] = useState<{
    readonly of: string
    readonly answer?: A
    readonly problem?: string
    readonly isAsking: boolean
  }>({
    of,
    isAsking: true,
  })
  useEffect(() => {
    if (ask === undefined || !isConnected) return undefined
    let isOver = false
    setState((before) => ({ ...(before.of === of || isKept ? before : {}), of, isAsking: true }))
    ask().then(
      (answer) => (isOver ? undefined : setState({ of, answer, isAsking: false })),
      (cause: unknown) =>
        isOver ? undefined : setState((before) => ({ ...before, of, problem: problemOf(cause), isAsking: false })),
    )
    return () => {
      isOver = true
    }
  }, [ask, of, isKept, isConnected, tries])
  const again = useCallback(() => setTries((before) => before + 1), [])
  const isSame = state.of === of || isKept
  return {
    answer: isSame ? state.answer : undefined,
    problem: isSame ? state.problem : undefined,
    isAsking: state.isAsking || !isSame,
    again,
  }
}

/** The list of changes. */
export function useChanges(session: string, base: ChangeBase, touched: number, isSeen: boolean): Asked<ChangeList> {
  const hub = useHub()
  const ask = useCallback(
    async () => noteBranch(session, await hub.hub.connection.call("changes.list", { session, base })),
    // `touched` makes it another question.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [hub, session, base, touched],
  )
  return useAsked(isSeen ? ask : undefined, `${session} ${base}`, false)
}

/** The diff of a file; `context` are unchanged lines around changes. */
export function useDiff(
  session: string,
  base: ChangeBase,
  change: Change | undefined,
  context: number,
  version: unknown,
): Asked<DiffAnswer> {
  const hub = useHub()
  const { path, bytes, from, fromBytes } = change ?? {}
  const ask = useCallback(
    () =>
      hub.hub.connection.call("changes.diff", {
        session,
        base,
        path: path ?? "",
        context,
        ...(bytes === undefined ? {} : { bytes }),
        ...(from === undefined ? {} : { from }),
        ...(fromBytes === undefined ? {} : { fromBytes }),
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [hub, session, base, path, bytes, from, fromBytes, context, version],
  )
  return useAsked(change === undefined ? undefined : ask, `${session} ${base} ${path ?? ""} ${bytes ?? ""}`, false)
}
