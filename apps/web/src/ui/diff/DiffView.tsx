/** The diff of two texts, with what is unchanged folded; side by side where there is room for it. */
import { useMemo, useRef, useState } from "react"
import type { ReactElement } from "react"
import { compare } from "./compare.ts"
import css from "./Diff.module.css"
import { DiffRows } from "./DiffRows.tsx"
import { folded, linesOf } from "./rows.ts"
import type { DiffGap } from "./rows.ts"
import { useStore } from "../store.ts"
import { sideBySideWanted } from "./sides.ts"
import { useIsWide } from "./use-width.ts"

/** Unchanged lines around a change. */
const CONTEXT = 3

interface DiffViewProps {
  readonly before: string
  readonly after: string
  /** For the label, and the language of the colours. */
  readonly path: string
  /** False where the texts are parts of a file, so that their lines have no numbers that mean anything. */
  readonly isWhole?: boolean
  /** Whether lines far from changes are folded. */
  readonly isFolded?: boolean
  /** Always under each other. */
  readonly isUnified?: boolean
  /** It scrolls itself within the height that it is given, with only those rows in the page that are seen. */
  readonly fills?: boolean
}

/** What turns one text into the other. */
export function DiffView({
  before,
  after,
  path,
  isWhole = true,
  isFolded = true,
  isUnified = false,
  fills = false,
}: DiffViewProps): ReactElement {
  const element = useRef<HTMLDivElement>(null)
  const isWide = useIsWide(element)
  const isWanted = useStore(sideBySideWanted)
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const lines = useMemo(() => compare(before, after).flatMap(linesOf), [before, after])
  const rows = useMemo(() => (isFolded ? folded(lines, CONTEXT, open) : lines), [lines, isFolded, open])
  const show = (gap: DiffGap): void => setOpen((known) => new Set([...known, gap.id]))
  if (lines.length === 0) return <div className={css["told"]}>The text is the same.</div>
  return (
    <DiffRows
      ref={element}
      rows={rows}
      path={path}
      isSplit={isWide && isWanted && !isUnified}
      hasNumbers={isWhole}
      onGap={show}
      fills={fills}
    />
  )
}
