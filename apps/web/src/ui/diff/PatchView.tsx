/** A diff that comes in pieces, without the text between them. */
import { useMemo, useRef } from "react"
import type { ReactElement } from "react"
import css from "./Diff.module.css"
import { DiffRows } from "./DiffRows.tsx"
import type { LineActions } from "./DiffRows.tsx"
import { rowsOfHunks } from "./rows.ts"
import type { Hunk } from "./rows.ts"
import { useStore } from "../store.ts"
import { sideBySideWanted } from "./sides.ts"
import { useIsWide } from "./use-width.ts"

interface PatchViewProps {
  readonly hunks: ReadonlyArray<Hunk>
  readonly path: string
  /** Nothing lies between or behind the pieces that could be shown. */
  readonly isWhole?: boolean
  /** Has the text between the pieces fetched. */
  readonly onMore?: () => void
  readonly actions?: LineActions
  readonly fills?: boolean
}

/** The pieces, with gaps between them. */
export function PatchView({ hunks, path, isWhole = false, onMore, actions, fills = false }: PatchViewProps): ReactElement {
  const element = useRef<HTMLDivElement>(null)
  const isWide = useIsWide(element)
  const isWanted = useStore(sideBySideWanted)
  const rows = useMemo(() => rowsOfHunks(hunks, isWhole || onMore === undefined), [hunks, isWhole, onMore])
  if (rows.length === 0) return <div className={css["told"]}>No line changed.</div>
  return (
    <DiffRows
      ref={element}
      rows={rows}
      path={path}
      isSplit={isWide && isWanted}
      hasNumbers
      actions={actions}
      fills={fills}
      {...(onMore === undefined ? {} : { onGap: onMore })}
    />
  )
}
