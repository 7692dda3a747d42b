/** The layout as it is now, for what only reads it: the workspace alone has it loaded and kept. */
import type { Layout } from "@holdfast/core/layout/tree"
import { useCell, useHub } from "@holdfast/react"

/** The layout of this client, as it changes. */
export function useLayoutNow(): Layout {
  return useCell(useHub().desk.layout.state).value
}
