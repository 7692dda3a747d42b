/** What the list says when it has no rows: why, and what leads out of it. */
import { Suspense } from "react"
import type { ReactElement, ReactNode } from "react"
import { useCell, useConnection, useHub } from "@holdfast/react"
import { lazyPart } from "../app/part.ts"
import { useForm } from "../app/media.ts"
import { commands } from "../commands/registry.ts"
import { useIsFirstRun } from "../first-run/use-is-first-run.ts"
import { Button } from "../ui/Button.tsx"
import { isFiltering, passing } from "./filter.ts"
import type { ListFilter } from "./filter.ts"
import { endSearch } from "./Search.tsx"
import { useList, useListState } from "./use-list.ts"
import css from "./rail.module.css"

/** On a phone the list is the whole page, so that the first minutes are in it. */
const FirstRun = lazyPart(async () => ({ default: (await import("../first-run/FirstRun.tsx")).FirstRun }))

function Empty({ children }: { readonly children: ReactNode }): ReactElement {
  return (
    <div className={css["empty"]} role="status">
      {children}
    </div>
  )
}

const NOTHING: Readonly<Record<ListFilter["tab"], string>> = {
  all: "There are no sessions yet.",
  waiting: "Nothing waits for you.",
  working: "Nothing is running.",
  unread: "You have seen everything.",
}

/** The list without rows. */
export function EmptyList(): ReactElement {
  const { filter } = useListState()
  const state = useCell(useHub().table.state)
  const { state: connection } = useConnection()
  const isFirst = useIsFirstRun()
  const form = useForm()
  const problem = connection._tag === "Refused" ? connection.error : state._tag === "Ended" ? state.error : undefined
  if (problem?.tag === "Unauthorized")
    return <Empty>This browser is not signed in. Open a link of the server, or paste one in the field beside this list.</Empty>
  if (state._tag === "Ended") return <Empty>The list cannot be shown: {state.error.message}</Empty>
  if (state._tag === "Loading" && connection._tag !== "Reconnecting") return <Empty>The list is on its way.</Empty>
  if (state._tag === "Loading") return <Empty>The server cannot be reached, and no list was kept here. It is tried again.</Empty>
  if (isFiltering(filter)) return <NothingFound />
  if (filter.status !== "active") return <Empty>The {filter.status === "archived" ? "archive" : "trash"} is empty.</Empty>
  if (filter.tab !== "all") return <Empty>{NOTHING[filter.tab]}</Empty>
  if (isFirst && form === "phone")
    return (
      <Suspense fallback={null}>
        <FirstRun />
      </Suspense>
    )
  return (
    <Empty>
      <p>{NOTHING.all}</p>
      <Button kind="kelp" keys="c" onClick={() => commands.run("session.new")}>
        New session
      </Button>
    </Empty>
  )
}

function NothingFound(): ReactElement {
  const list = useList()
  const { filter } = useListState()
  const other = filter.status === "active" ? "archived" : "active"
  const passes = passing(filter)
  const others = list.sessions.filter((session) => session.status === other && passes(session)).length
  const words = filter.words.trim()
  const clear = (): void => {
    endSearch()
    list.clear()
  }
  return (
    <Empty>
      <p>
        {words === "" ? "No session is like that." : "Nothing is called "}
        {words === "" ? null : <q dir="auto">{words}</q>}
        {words === "" ? null : ", or has such a tag, agent, directory or command."}
      </p>
      {others === 0 ? null : (
        <Button onClick={() => list.setFilter({ status: other })}>
          {others} in {other === "archived" ? "the archive" : "the active sessions"}
        </Button>
      )}
      <Button onClick={clear}>Show all</Button>
    </Empty>
  )
}
