/** The files that changed, with the keys of a list. */
import { useEffect, useRef } from "react"
import type { KeyboardEvent, ReactElement } from "react"
import type { Change } from "@holdfast/protocol/changes"
import css from "./Changes.module.css"
import { partsOf, remarksOf, signOf } from "./change-words.ts"

interface FileListProps {
  readonly files: ReadonlyArray<Change>
  readonly more: number
  readonly picked: number
  readonly comments: ReadonlyMap<string, number>
  readonly onPick: (at: number) => void
  readonly onOpen: (at: number) => void
}

/** The list; the picked file is the one whose diff is shown. */
export function FileList({ files, more, picked, comments, onPick, onOpen }: FileListProps): ReactElement {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => {
    list.current?.children[picked]?.scrollIntoView({ block: "nearest" })
  }, [picked])
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, Home: -files.length, End: files.length }
    const step = steps[event.key]
    if (step === undefined || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    const next = Math.min(files.length - 1, Math.max(0, picked + step))
    onPick(next)
    list.current?.children[next]?.querySelector("button")?.focus()
  }
  return (
    // The keys move among the buttons in it.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <ul ref={list} className={css["files"]} aria-label="Changed files" onKeyDown={onKeyDown}>
      {files.map((file, at) => (
        <li key={file.bytes ?? file.path}>
          <FileRow file={file} comments={comments.get(file.path) ?? 0} isPicked={at === picked} onOpen={() => onOpen(at)} />
        </li>
      ))}
      {more === 0 ? null : <li className={css["more"]}>{more.toLocaleString("en")} more files are not listed</li>}
    </ul>
  )
}

interface FileRowProps {
  readonly file: Change
  readonly comments: number
  readonly isPicked: boolean
  readonly onOpen: () => void
}

function FileRow({ file, comments, isPicked, onOpen }: FileRowProps): ReactElement {
  const { letter, word, kind } = signOf(file)
  const { directory, name } = partsOf(file.path)
  const remarks = remarksOf(file)
  return (
    <button
      type="button"
      className={css["file"]}
      aria-current={isPicked}
      tabIndex={isPicked ? 0 : -1}
      title={file.path}
      onClick={onOpen}
    >
      <span className={css["letter"]} data-kind={kind} aria-label={word}>
        {letter}
      </span>
      <span className={css["path"]}>
        <bdi className={css["name"]}>{name}</bdi>
        {directory === "" ? null : <bdi className={css["directory"]}>{directory.slice(0, -1)}</bdi>}
        {remarks.length === 0 ? null : <span className={css["remarks"]}>{remarks.join(" · ")}</span>}
      </span>
      {comments === 0 ? null : (
        <span className={css["count"]} aria-label={`${comments} comments`}>
          {comments}
        </span>
      )}
      <Counts additions={file.additions} deletions={file.deletions} />
    </button>
  )
}

/** Lines added and deleted. */
export function Counts({
  additions = 0,
  deletions = 0,
}: {
  readonly additions?: number | undefined
  readonly deletions?: number | undefined
}): ReactElement {
  return (
    <span className={css["counts"]}>
      {additions === 0 ? null : <span data-kind="add">+{additions.toLocaleString("en")}</span>}
      {deletions === 0 ? null : <span data-kind="del">−{deletions.toLocaleString("en")}</span>}
    </span>
  )
}
