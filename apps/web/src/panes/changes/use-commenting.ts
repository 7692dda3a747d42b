/** Writing comments on lines of one file: which is open, what is under each line. */
import { useCallback, useState } from "react"
import type { DiffLine } from "../../ui/diff/rows.ts"
import { tellNotice } from "../../app/notices.ts"
import { commentStore } from "./comment-store.ts"
import { isFull, isGone, type LineComment, withComment, withoutEdit } from "./comments.ts"

/** What can be done. */
export interface Commenting {
  /** The comment that is being written. */
  readonly open: LineComment | undefined
  readonly begin: (line: DiffLine) => void
  readonly edit: (comment: LineComment) => void
  readonly change: (text: string) => void
  readonly remove: (comment: LineComment) => void
  readonly done: () => void
  /** Leaves the comment that is being written as it was. */
  readonly cancel: () => void
}

/** Which side of a change a line is on, and its number there. */
export function sideOf(line: DiffLine): { readonly side: "old" | "new"; readonly number: number } | undefined {
  if (line.kind === "del") return line.old === undefined ? undefined : { side: "old", number: line.old }
  return line.new === undefined ? undefined : { side: "new", number: line.new }
}

/** Comments on a file of a session. What is written is kept with each key; `comments` are those of the session. */
export function useCommenting(session: string, path: string, comments: ReadonlyArray<LineComment>): Commenting {
  const [writing, setOpen] = useState<LineComment>()
  const [before, setBefore] = useState<LineComment>()
  // What was sent or discarded meanwhile is not written any more.
  const open = writing === undefined || isGone(comments, writing) ? undefined : writing
  const keep = (comment: LineComment): void => commentStore.put(session, withComment(commentStore.of(session), comment))
  const begin = useCallback(
    (line: DiffLine): void => {
      const place = sideOf(line)
      if (place === undefined) return
      const { side, number } = place
      if (isFull(commentStore.of(session)))
        return tellNotice("A message takes no more comments: send these first, or discard some.")
      setBefore(undefined)
      setOpen((before) => {
        // The next line is taken in: its number is pressed while the comment has no words yet.
        const isNext =
          before !== undefined && before.path === path && before.side === side && before.text === "" && number === before.to + 1
        if (isNext) return { ...before, to: number, code: [...before.code, line.text] }
        return { id: crypto.randomUUID(), path, side, from: number, to: number, code: [line.text], text: "" }
      })
    },
    [session, path],
  )
  return {
    open: open?.path === path ? open : undefined,
    begin,
    edit: (comment) => {
      setOpen(comment)
      setBefore(comment)
    },
    change: (text) => {
      if (open === undefined) return
      const changed = { ...open, text }
      setOpen(changed)
      keep(changed)
    },
    remove: (comment) => keep({ ...comment, text: "" }),
    done: () => setOpen(undefined),
    cancel: () => {
      if (writing === undefined) return
      commentStore.put(session, withoutEdit(commentStore.of(session), before ?? { ...writing, text: "" }, writing))
      setOpen(undefined)
    },
  }
}
