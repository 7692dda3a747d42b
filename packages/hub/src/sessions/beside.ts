/** What goes beside the records of the feed: what sessions do now, and the watcher's own marks (docs/protocol/rules.md, L-1, L-5). */
import * as Exit from "effect/Exit"
import type { Seen } from "@holdfast/protocol/desk"
import { type Beside, keeperOf, type Principal, type WatchRequest } from "../Hub.ts"
import type { HubContext } from "./HubContext.ts"
import { SEEN_PAGE } from "./desk.ts"

/** Milliseconds after which marks that could not be read are asked for again. */
const AGAIN = 1000

/** Follows what a request wants beside the records, until the returned function is called. */
export function followBeside(core: HubContext, request: WatchRequest, by: Principal, give: (beside: Beside) => void): () => void {
  const ends: Array<() => void> = []
  if (request.doing === true) {
    const isBound = (session: string): boolean => by.sessions?.has(session) ?? true
    ends.push(
      core.table.context.doing.listen((all) => {
        const doing = by.sessions === undefined ? all : all.filter(({ session }) => isBound(session))
        if (doing.length > 0) give({ doing })
      }),
    )
  }
  if (request.seen !== undefined) ends.push(followSeen(core, request.seen, by, (seen) => give({ seen })))
  return () => {
    for (const end of ends) end()
  }
}

/** The marks of a person after a number, and then each that moves, in the order of their numbers. */
function followSeen(core: HubContext, after: number, by: Principal, give: (marks: ReadonlyArray<Seen>) => void): () => void {
  const person = keeperOf(by)
  const own = (marks: ReadonlyArray<Seen>): ReadonlyArray<Seen> =>
    by.sessions === undefined ? marks : marks.filter(({ session }) => by.sessions?.has(session))
  let isOver = false
  /** What moves while earlier marks are read: given after them, so that the last number given is a cursor. */
  let waiting: Array<Seen> | undefined = []
  const unlisten = core.seen.listen(person, (mark) => {
    if (waiting !== undefined) waiting.push(mark)
    else if (own([mark]).length > 0) give([mark])
  })
  const page = (from: number): void => {
    core.fork(core.store.seen(person, from, SEEN_PAGE), (exit) => {
      if (isOver) return
      if (Exit.isFailure(exit)) {
        setTimeout(() => (isOver ? undefined : page(from)), AGAIN)
        return
      }
      const { marks } = exit.value
      const last = marks.at(-1)?.number ?? from
      const isAll = marks.length < SEEN_PAGE
      const later = isAll ? (waiting ?? []).filter(({ number }) => number > last) : []
      if (isAll) waiting = undefined
      const shown = own([...marks, ...later])
      if (shown.length > 0) give(shown)
      if (!isAll) setImmediate(() => (isOver ? undefined : page(last)))
    })
  }
  page(after)
  return () => {
    isOver = true
    unlisten()
  }
}
