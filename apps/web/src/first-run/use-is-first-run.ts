/** Whether this server has no session yet, as far as it has said. */
import { useCell, useHub, useSessionIds } from "@holdfast/react"

const ALL = { status: "all" } as const

/** True once it is known that there is none, archived ones included. */
export function useIsFirstRun(): boolean {
  const { table } = useHub()
  const state = useCell(table.state)
  return useSessionIds(ALL).length === 0 && state._tag === "Synced"
}
