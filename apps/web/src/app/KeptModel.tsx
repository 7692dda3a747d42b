/** Shows what was kept of an earlier visit, and keeps what is shown for the next one. */
import { useEffect, useState } from "react"
import type { ReactNode } from "react"
import { useHub } from "@holdfast/react"
import { keepModel, restoreLayout } from "./kept.ts"

/** Around the page: the layout is there before the first picture, list and transcripts a moment later. */
export function KeptModel({ children }: { readonly children: ReactNode }): ReactNode {
  const hub = useHub()
  useState(() => restoreLayout(hub))
  useEffect(() => keepModel(hub), [hub])
  return children
}
