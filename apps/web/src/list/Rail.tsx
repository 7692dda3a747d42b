/** The list of sessions: always there, always vertical, what waits for a person first. On a phone it is a screen of its own. */
import { Suspense, useId, useState } from "react"
import type { ReactElement } from "react"
import { lazyExtra } from "../app/part.ts"
import { ChosenBar } from "./ChosenBar.tsx"
import { EmptyList } from "./EmptyList.tsx"
import { FilterChips, FilterMenu } from "./Filters.tsx"
import { KeptAge } from "./KeptAge.tsx"
import { ListKeys } from "./ListKeys.tsx"
import { RailHead, RailTabs } from "./RailHead.tsx"
import { Rows } from "./Rows.tsx"
import { SearchField } from "./Search.tsx"
import { useListState } from "./use-list.ts"
import css from "./rail.module.css"

/** Answering from a row brings whole requests along, which the first picture does not need. */
const PeekLayer = lazyExtra(async () => ({ default: (await import("./PeekLayer.tsx")).PeekLayer }))

/** The list with everything around it. */
export function Rail(): ReactElement {
  const [isOnRow, setIsOnRow] = useState(false)
  const panel = useId()
  return (
    <div className={css["rail"]}>
      <ListKeys isOnRow={isOnRow} />
      <RailHead />
      <div className={css["line"]}>
        <RailTabs panel={panel} />
        <FilterMenu />
      </div>
      <SearchField />
      <FilterChips />
      <KeptAge />
      <div id={panel} role="tabpanel" aria-label="Sessions" className={css["panel"]}>
        <RowsOrNone onRowFocus={setIsOnRow} />
      </div>
      <ChosenBar />
      <Suspense fallback={null}>
        <PeekLayer />
      </Suspense>
    </div>
  )
}

function RowsOrNone({ onRowFocus }: { readonly onRowFocus: (isIn: boolean) => void }): ReactElement {
  const { rows } = useListState()
  return rows.length === 0 ? <EmptyList /> : <Rows onRowFocus={onRowFocus} />
}
