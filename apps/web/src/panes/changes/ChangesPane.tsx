/** What a session changed in its directory: the files, the diff of one of them, comments on its lines (APP-62 to APP-66). */
import { useMemo, useRef, useState } from "react"
import type { ReactElement } from "react"
import { useConnection, useSession } from "@holdfast/react"
import type { Change, ChangeBase, Changes } from "@holdfast/protocol/changes"
import { useCommands } from "../../commands/use-commands.ts"
import { CommandButton, IconButton } from "../../ui/Button.tsx"
import { toFirstLine } from "../../ui/diff/line-keys.ts"
import { sideBySideWanted } from "../../ui/diff/sides.ts"
import { useStore } from "../../ui/store.ts"
import type { PaneProps } from "../../workspace/pane-props.ts"
import { PaneTitle } from "../../workspace/PaneTitle.tsx"
import { baseWords, partsOf, signOf } from "./change-words.ts"
import css from "./Changes.module.css"
import { CommentBar } from "./CommentBar.tsx"
import { useComments } from "./comment-store.ts"
import { FileDiff } from "./FileDiff.tsx"
import { Counts, FileList } from "./FileList.tsx"
import { type Asked, useChanges } from "./use-changes.ts"
import { useTouched } from "./use-touched.ts"

const BASES: ReadonlyArray<readonly [base: ChangeBase, label: string, title: string]> = [
  ["uncommitted", "Uncommitted", "Show what is not committed"],
  ["branch", "Branch", "Show what the branch changed"],
  ["turn", "Last turn", "Show what changed since the last turn began"],
]

/** What was chosen for a session, for as long as the page lasts. */
const chosen = new Map<string, ChangeBase>()

/** The pane. */
export default function ChangesPane({ session, isFocused, isSeen }: PaneProps): ReactElement {
  const { session: record } = useSession(session)
  const [base, setBase] = useState<ChangeBase>(chosen.get(session) ?? "uncommitted")
  const touched = useTouched(session, isSeen)
  const asked = useChanges(session, base, touched, isSeen)
  const choose = (next: ChangeBase): void => {
    chosen.set(session, next)
    setBase(next)
  }
  const isSplit = useStore(sideBySideWanted)
  const isAgent = record?.kind === "agent"
  const bases = isAgent ? BASES : BASES.filter(([name]) => name !== "turn")
  useCommands([
    ...bases.map(([name, , title]) => ({
      id: `changes.base.${name}`,
      title,
      session,
      when: "pane" as const,
      run: () => choose(name),
    })),
    {
      id: "changes.sides",
      title: isSplit ? "Show diffs line under line" : "Show diffs side by side",
      session,
      when: "pane",
      run: () => sideBySideWanted.choose(!isSplit),
    },
    { id: "changes.again", title: "Look for changes again", session, when: "pane", run: asked.again },
  ])
  const list = asked.answer?.available === true ? asked.answer : undefined
  return (
    <div className={css["pane"]}>
      <PaneTitle>
        {list === undefined ? null : <Counts additions={list.additions} deletions={list.deletions} />}
        <IconButton label="Look for changes again" icon="restart" onClick={asked.again} />
      </PaneTitle>
      <div className={css["bases"]} role="group" aria-label="Compare with">
        {bases.map(([name, label]) => (
          <button key={name} type="button" className={css["base"]} aria-pressed={name === base} onClick={() => choose(name)}>
            {label}
          </button>
        ))}
        <span className={css["with"]}>{list === undefined ? "" : baseWords(list)}</span>
        <span className={css["wide"]}>
          <CommandButton command="changes.sides" session={session} icon="split" />
        </span>
      </div>
      {list === undefined || list.files.length === 0 ? (
        <Nothing asked={asked} />
      ) : (
        <Files session={session} base={base} list={list} isFocused={isFocused} canComment={isAgent} />
      )}
      {isAgent ? <CommentBar session={session} agent={("agent" in record && record.agent?.name) || "the agent"} /> : null}
    </div>
  )
}

/** Why no files are listed. */
function Nothing({
  asked: { answer, problem, again },
}: {
  readonly asked: Asked<Changes | { readonly available: false; readonly message: string }>
}): ReactElement {
  const { isConnected } = useConnection()
  if (problem !== undefined) {
    return (
      <div className={css["told"]} role="status">
        <p>{problem}</p>
        <button type="button" className={css["link"]} onClick={again}>
          Try again
        </button>
      </div>
    )
  }
  if (answer === undefined && !isConnected)
    return <p className={css["told"]}>What changed is shown once the connection is back.</p>
  if (answer === undefined) return <p className={css["told"]}>Asking Git what changed …</p>
  return (
    <p className={css["told"]} role="status">
      {answer.available ? "Nothing changed." : answer.message}
    </p>
  )
}

/** Keys that lead from around a diff to its lines. */
const LEADS = { onKeyDown: toFirstLine, "aria-keyshortcuts": "Enter ArrowDown" }

interface FilesProps {
  readonly session: string
  readonly base: ChangeBase
  readonly list: Changes
  readonly isFocused: boolean
  readonly canComment: boolean
}

/** The list and the diff: side by side where there is room, else one after the other. */
function Files({ session, base, list, isFocused, canComment }: FilesProps): ReactElement {
  const [path, setPath] = useState<string>()
  const [isOpen, setOpen] = useState(false)
  const comments = useComments(session)
  const counts = useMemo(() => countsOf(comments), [comments])
  const { files } = list
  const picked = Math.max(
    0,
    files.findIndex((file) => keyOf(file) === path),
  )
  const pick = (at: number): void => setPath(keyOf(files[at] ?? files[0]!))
  const open = (at: number): void => {
    pick(at)
    setOpen(true)
  }
  const one = useRef<HTMLElement>(null)
  const step = (by: number): void => {
    pick(Math.min(files.length - 1, Math.max(0, picked + by)))
    one.current?.focus({ preventScroll: true })
  }
  useCommands(
    isFocused
      ? [
          { id: "changes.next", title: "Next changed file", keys: ["j"], session, when: "pane", run: () => step(1) },
          { id: "changes.previous", title: "Previous changed file", keys: ["k"], session, when: "pane", run: () => step(-1) },
        ]
      : [],
  )
  const change = files[picked]!
  return (
    <div className={css["body"]} data-open={isOpen}>
      <FileList files={files} more={list.more} picked={picked} comments={counts} onPick={pick} onOpen={open} />
      <section ref={one} className={css["one"]} aria-label={`Changes of ${change.path}`} tabIndex={-1} {...LEADS}>
        <FileHead change={change} onBack={() => setOpen(false)} />
        <FileDiff
          key={`${base} ${keyOf(change)}`}
          session={session}
          base={base}
          change={change}
          version={list}
          canComment={canComment}
        />
      </section>
    </div>
  )
}

const keyOf = ({ path, bytes }: Change): string => bytes ?? path

function countsOf(comments: ReadonlyArray<{ readonly path: string }>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { path } of comments) counts.set(path, (counts.get(path) ?? 0) + 1)
  return counts
}

function FileHead({ change, onBack }: { readonly change: Change; readonly onBack: () => void }): ReactElement {
  const { directory, name } = partsOf(change.path)
  return (
    <div className={css["head"]}>
      <span className={css["back"]}>
        <IconButton label="Back to the files" icon="back" onClick={onBack} />
      </span>
      <code className={css["head-path"]} title={change.path}>
        <bdi>
          <span className={css["directory"]}>{directory}</span>
          {name}
        </bdi>
      </code>
      <span className={css["remarks"]}>{signOf(change).word}</span>
      <Counts additions={change.additions} deletions={change.deletions} />
    </div>
  )
}
