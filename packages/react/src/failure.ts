/** What is shown of a call that failed. */
import { createElement, useState } from "react"
import type { ReactNode } from "react"

/** The last failure of the calls that `told` was given, as an alert, until one of them succeeds. */
export interface Failure {
  readonly alert: ReactNode
  /** Settles with whether the call succeeded. */
  readonly told: (call: Promise<unknown> | undefined) => Promise<boolean>
}

/** Shows why a call failed. */
export function useFailure(): Failure {
  const [failure, setFailure] = useState<string>()
  const told = async (call: Promise<unknown> | undefined): Promise<boolean> => {
    try {
      await call
      setFailure(undefined)
      return true
    } catch (cause) {
      setFailure(cause instanceof Error ? cause.message : String(cause))
      return false
    }
  }
  return { alert: failure === undefined ? null : createElement("p", { role: "alert" }, failure), told }
}
