/** All recordings: every session's log is one, archived ones too; each can be played and downloaded (docs/protocol/app-rules.md, APP-79). */
import { useCallback, useEffect, useState } from "react"
import type { ReactElement } from "react"
import type { Session } from "@holdfast/protocol/session"
import { useConnection, useHub } from "@holdfast/react"
import { useGo } from "../app/use-route.ts"
import { Button } from "../ui/Button.tsx"
import { StateMark } from "../ui/StateMark.tsx"
import { Time } from "../ui/Time.tsx"
import { duration } from "../ui/time.ts"
import { ExportMenu } from "./ExportMenu.tsx"
import { momentPath } from "./moment-address.ts"
import css from "./Recordings.module.css"

/** Recordings of a page. */
const PAGE = 50

/** Milliseconds after a key before the list is asked for. */
const TYPED = 200

interface Listed {
  readonly sessions: ReadonlyArray<Session>
  readonly next: string | null
  readonly total: number
}

/** The list. */
export default function Recordings(): ReactElement {
  const { list, words, search, more, problem } = useRecordings()
  const go = useGo()
  return (
    <div className={css["recordings"]}>
      <header>
        <h2>Recordings</h2>
        <Button onClick={() => go("/")}>Done</Button>
      </header>
      <label className={css["search"]}>
        <span className="visually-hidden">Search recordings</span>
        <input onChange={(event) => search(event.target.value)} placeholder="Search recordings" type="search" value={words} />
      </label>
      {problem === undefined ? null : <p role="alert">The recordings cannot be listed: {problem}</p>}
      {list?.sessions.length === 0 ? (
        <p>{words === "" ? "There are no recordings yet." : "No recording has these words."}</p>
      ) : null}
      <ul aria-label="Recordings">
        {list?.sessions.map((session) => (
          <li key={session.id}>
            <button onClick={() => go(momentPath(session.id, 0))} type="button">
              <StateMark session={session.id} />
              <b dir="auto">{session.label}</b>
              <span className={css["wide"]}>{session.agent?.name ?? session.terminal?.command ?? session.kind}</span>
              <span className={css["wide"]}>{duration(session.lastActiveAt - session.createdAt)}</span>
              <span className={css["wide"]}>{session.lastSeq} events</span>
              <Time at={session.lastActiveAt} />
            </button>
            <ExportMenu kind={session.kind} session={session.id} />
          </li>
        ))}
      </ul>
      {typeof list?.next === "string" ? <Button onClick={more}>Show more of {list.total}</Button> : null}
    </div>
  )
}

/** The recordings whose labels have some words, page by page. */
function useRecordings() {
  const hub = useHub()
  const { isConnected } = useConnection()
  const [words, search] = useState("")
  const [list, setList] = useState<Listed>()
  const [problem, setProblem] = useState<string>()
  const read = useCallback(
    (cursor?: string): Promise<Listed> => {
      const page = { status: "all", limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } as const
      return hub.hub.connection.call("sessions.list", words === "" ? page : { ...page, q: words })
    },
    [hub, words],
  )
  const failed = (cause: unknown): void => setProblem(cause instanceof Error ? cause.message : String(cause))
  useEffect(() => {
    if (!isConnected) return undefined
    let isOver = false
    const timer = setTimeout(
      () => {
        read().then((found) => {
          if (isOver) return
          setProblem(undefined)
          setList(found)
        }, failed)
      },
      words === "" ? 0 : TYPED,
    )
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [isConnected, read, words])
  const more = (): void => {
    if (typeof list?.next !== "string") return
    read(list.next).then((found) => setList({ ...found, sessions: [...list.sessions, ...found.sessions] }), failed)
  }
  return { list, words, search, more, problem }
}
