/** Something that is asked of the server for a pane: what it said, why it did not, and asking again. */
import { useCallback, useEffect, useState } from "react"
import { useConnection, useHub } from "@holdfast/react"
import type { Hub } from "@holdfast/client/model"
import { HoldfastError } from "@holdfast/client"

/** What was asked for. */
export interface Asked<A> {
  /** The answer that came last; `undefined` before the first. */
  readonly value: A | undefined
  /** Why it could not be had. */
  readonly problem: string | undefined
  readonly again: () => void
  /** Carries out a change and asks again; what it is refused with is the problem. */
  readonly change: (act: (hub: Hub) => Promise<unknown>) => Promise<boolean>
}

const wordsOf = (cause: unknown): string => (cause instanceof HoldfastError ? cause.message : String(cause))

/** Asks when the component comes and when the server is back. `read` must stay the same function. */
export function useAsked<A>(read: (hub: Hub) => Promise<A>): Asked<A> {
  const model = useHub()
  const { isConnected } = useConnection()
  const [value, setValue] = useState<A | undefined>(undefined)
  const [problem, setProblem] = useState<string | undefined>(undefined)
  const ask = useCallback(async (): Promise<void> => {
    try {
      setValue(await read(model.hub))
      setProblem(undefined)
    } catch (cause) {
      setProblem(wordsOf(cause))
    }
  }, [model, read])
  useEffect(() => {
    if (isConnected) void ask()
  }, [ask, isConnected])
  const again = useCallback(() => void ask(), [ask])
  const change = useCallback(
    async (act: (hub: Hub) => Promise<unknown>): Promise<boolean> => {
      try {
        await act(model.hub)
        await ask()
        return true
      } catch (cause) {
        setProblem(wordsOf(cause))
        return false
      }
    },
    [model, ask],
  )
  return { value, problem, again, change }
}
