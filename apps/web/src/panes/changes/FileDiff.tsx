/** The diff of one changed file, with comments under its lines. */
import { useMemo, useState } from "react"
import type { ReactElement, ReactNode } from "react"
import type { Change, ChangeBase } from "@holdfast/protocol/changes"
import type { LineActions } from "../../ui/diff/DiffRows.tsx"
import { PatchView } from "../../ui/diff/PatchView.tsx"
import type { DiffLine } from "../../ui/diff/rows.ts"
import css from "./Changes.module.css"
import { CommentForm, KeptComment } from "./CommentForm.tsx"
import { useComments } from "./comment-store.ts"
import { useDiff } from "./use-changes.ts"
import { sideOf, useCommenting } from "./use-commenting.ts"

/** Unchanged lines around changes, and those that make it the whole file. */
const CONTEXT = 3
const WHOLE = 100_000

interface FileDiffProps {
  readonly session: string
  readonly base: ChangeBase
  readonly change: Change
  /** Another one is another state of the files. */
  readonly version: unknown
  readonly canComment: boolean
}

/** The diff; what was shown stays until a newer one is there. */
export function FileDiff({ session, base, change, version, canComment }: FileDiffProps): ReactElement {
  const [whole, setWhole] = useState<string>()
  const isWhole = whole === change.path
  const { answer, problem } = useDiff(session, base, change, isWhole ? WHOLE : CONTEXT, version)
  const actions = useLineActions(session, change.path)
  if (answer === undefined) return <p className={css["told"]}>{problem ?? ""}</p>
  if (!answer.available) return <p className={css["told"]}>{answer.message}</p>
  if (answer.binary) return <p className={css["told"]}>A binary file, or one of more than 8 MiB: its lines are not compared.</p>
  if (answer.hunks.length === 0) return <p className={css["told"]}>{withoutLines(change)}</p>
  return (
    <div className={css["diff"]}>
      {answer.cut ? <p className={css["cut"]}>The diff is long: its end, or parts of long lines, are left out.</p> : null}
      <div className={css["rows"]}>
        <PatchView
          hunks={answer.hunks}
          path={change.path}
          fills
          isWhole={isWhole || change.status === "added" || change.status === "deleted"}
          {...(isWhole ? {} : { onMore: () => setWhole(change.path) })}
          {...(canComment ? { actions } : {})}
        />
      </div>
    </div>
  )
}

function withoutLines({ status, mode }: Change): string {
  if (status === "renamed") return "Only its name changed."
  if (mode !== undefined) return "Only its mode changed."
  return "No line changed."
}

/** What a press of a line's number does, and what is under each line. */
function useLineActions(session: string, path: string): LineActions {
  const comments = useComments(session)
  const commenting = useCommenting(session, path, comments)
  const { open, begin } = commenting
  return useMemo((): LineActions => {
    const own = comments.filter((comment) => comment.path === path)
    const below = (line: DiffLine): ReactNode => {
      const place = sideOf(line)
      if (place === undefined) return null
      const isHere = (comment: { readonly side: string; readonly to: number }): boolean =>
        comment.side === place.side && comment.to === place.number
      return (
        <>
          {own
            .filter((comment) => isHere(comment) && comment.id !== open?.id)
            .map((comment) => (
              <KeptComment
                key={comment.id}
                comment={comment}
                onEdit={() => commenting.edit(comment)}
                onRemove={() => commenting.remove(comment)}
              />
            ))}
          {open !== undefined && isHere(open) ? (
            <CommentForm
              key={open.id}
              comment={open}
              onChange={commenting.change}
              onDone={commenting.done}
              onCancel={commenting.cancel}
            />
          ) : null}
        </>
      )
    }
    const label = (line: DiffLine): string =>
      `Comment on line ${sideOf(line)?.number ?? ""}${line.kind === "del" ? " before the change" : ""}`
    return { onLine: begin, label, below }
    // `commenting` is made at each rendering; what it does follows from `open`.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [comments, open, path, begin])
}
