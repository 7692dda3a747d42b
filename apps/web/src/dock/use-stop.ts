/** Stops a turn; where the server cannot be told, once it can, and that turn alone (docs/protocol/app-rules.md, APP-47). */
import { useCallback, useEffect } from "react"
import { HoldfastError } from "@holdfast/client"
import { useConnection, useSessionService, useTurn } from "@holdfast/react"
import { useStore } from "../ui/store.ts"
import { forgetStop, stopWishes, wishStop } from "./stop-wishes.ts"

/** Milliseconds after which a stop that failed is tried again while the connection seems to be there. */
const AGAIN = 1000

/** How a stop stands. */
export interface StopNow {
  /** It waits for the connection. */
  readonly isWished: boolean
  readonly stop: () => void
  readonly takeBack: () => void
}

/** The stop of the turn that streams in a session; `onTold` hears why it was refused. */
export function useStop(session: string, onTold: (told: string) => void): StopNow {
  const { id, status } = useTurn(session)
  const service = useSessionService()
  const { isConnected } = useConnection()
  const wished = useStore(stopWishes)[session]
  const stop = useCallback((): void => {
    if (id === undefined) return
    service.interrupt(session).catch((cause: Error) => {
      if (cause instanceof HoldfastError && cause.tag === "Unreachable") wishStop(session, id)
      else onTold(cause.message)
    })
  }, [service, session, id, onTold])
  const takeBack = useCallback((): void => forgetStop(session), [session])
  useEffect(() => {
    if (wished === undefined || !isConnected) return undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const attempt = async (): Promise<void> => {
      try {
        // What the page shows may be older than the connection: another turn is left alone.
        const { turn } = await service.get(session)
        if (isOver || stopWishes.get()[session] !== wished) return
        if (turn.id === wished && turn.status === "streaming") await service.interrupt(session)
        forgetStop(session)
      } catch (cause) {
        if (isOver) return
        if (cause instanceof HoldfastError && cause.tag === "Unreachable") {
          timer = setTimeout(() => void attempt(), AGAIN)
          return
        }
        forgetStop(session)
        onTold(cause instanceof Error ? cause.message : String(cause))
      }
    }
    void attempt()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [service, session, wished, isConnected, onTold])
  return { isWished: wished !== undefined && wished === id && status === "streaming", stop, takeBack }
}
