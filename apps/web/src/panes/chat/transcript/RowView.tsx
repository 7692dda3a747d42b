/** One row of a transcript: the margin with its time and the hairline, and what the row shows. */
import { lazy, memo, Suspense } from "react"
import type { ReactNode } from "react"
import css from "./transcript.module.css"
import { rest } from "../loading.ts"
import { EndRow } from "../parts/EndRow.tsx"
import { PersonRow } from "../parts/PersonRow.tsx"
import { ReasoningRow, TextRow } from "../parts/TextRow.tsx"
import type { Row } from "../rows/plan.ts"
import { clockTime, fullTime } from "../../../ui/time.ts"

const ToolRow = lazy(async () => ({ default: (await rest).ToolRow }))
const OtherRow = lazy(async () => ({ default: (await rest).OtherRow }))

/** The line above what is new, as an item of the list. */
export interface NewLine {
  readonly key: string
  readonly kind: "new"
  /** When the person left; absent when that is not known. */
  readonly since: number | undefined
}

/** An item of the list. */
export type Item = Row | NewLine

function body(row: Row): ReactNode {
  switch (row.kind) {
    case "person":
      return <PersonRow row={row} />
    case "text":
      return <TextRow row={row} />
    case "reasoning":
      return <ReasoningRow row={row} />
    case "tools":
      return (
        <Suspense fallback={<div className={css["soon"]} />}>
          <ToolRow row={row} />
        </Suspense>
      )
    case "other":
      return (
        <Suspense fallback={<div className={css["soon"]} />}>
          <OtherRow row={row} />
        </Suspense>
      )
    case "end":
      return <EndRow row={row} />
  }
}

/** What a row is given. */
export interface RowViewProps {
  readonly item: Item
  /** It was gone to by an address or a search. */
  readonly isMarked: boolean
}

/** One row. */
export const RowView = memo(function RowView({ item, isMarked }: RowViewProps) {
  if (item.kind === "new") {
    return (
      <div className={css["new"]} role="separator" aria-label="New">
        <span>{item.since === undefined ? "new" : `new since ${clockTime(item.since)}`}</span>
      </div>
    )
  }
  return (
    <div
      className={css["row"]}
      data-kind={item.kind}
      data-message={item.message}
      data-key={item.key}
      data-marked={isMarked || undefined}
    >
      <span className={css["at"]} data-at="">
        {item.at === undefined ? null : (
          <time dateTime={new Date(item.at).toISOString()} title={fullTime(item.at)}>
            {clockTime(item.at)}
          </time>
        )}
      </span>
      <div className={css["body"]}>{body(item)}</div>
    </div>
  )
})
