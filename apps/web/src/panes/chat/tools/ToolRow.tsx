/** Tool calls as lines: verb, target, result; several like ones as one line that unfolds to its own. */
import { memo, useMemo } from "react"
import { askedCommand, callAsRun, editOf } from "@holdfast/core/agent/edited-call"
import { isToolPart } from "@holdfast/core/agent/message-part"
import type { ToolPart } from "@holdfast/client/model"
import { spelledOut } from "@holdfast/protocol/hidden-text"
import css from "./tools.module.css"
import { usePhone } from "../../../app/media.ts"
import type { Row } from "../rows/plan.ts"
import { groupWords, toolWords } from "../rows/tool-words.ts"
import type { ToolWords } from "../rows/tool-words.ts"
import { useChat, usePartsOf } from "../transcript/chat-context.ts"
import { useFold } from "../transcript/folds.ts"
import { useHasTask } from "../transcript/use-tasks.ts"
import { Written } from "../../../requests/Written.tsx"
import { Approval } from "./Approval.tsx"
import { ChangeBody } from "./ChangeBody.tsx"
import { ToolBody } from "./ToolBody.tsx"

interface LineProps {
  readonly words: ToolWords
  readonly isOpen: boolean
  /** What it started still runs, which the end of the transcript shows. */
  readonly hasTask: boolean
  readonly onToggle: () => void
}

/** One line. */
function Line({ words, isOpen, hasTask, onToggle }: LineProps) {
  const { verb, target, result, tone, isRunning } = words
  return (
    <button type="button" className={css["line"]} aria-expanded={isOpen} onClick={onToggle} data-running={isRunning || undefined}>
      <span className={css["arrow"]} aria-hidden="true">
        {isOpen ? "⌄" : "›"}
      </span>
      <span className={css["verb"]}>{verb}</span>
      <span className={css["target"]} dir="auto" title={spelledOut(target)}>
        <Written text={target} />
      </span>
      <span className={css["result"]} data-tone={tone}>
        {isRunning ? "running" : hasTask ? "in the background" : <Written text={result} />}
      </span>
    </button>
  )
}

const isChange = ({ family }: ToolWords): boolean => family === "edit" || family === "write"

/** One call. Changes show their first lines, until they are folded. */
const Call = memo(function Call({ part: asked, turn }: { readonly part: ToolPart; readonly turn: string }) {
  const { cwd, folds } = useChat()
  const part = useMemo(() => callAsRun(asked), [asked])
  const isPhone = usePhone()
  const words = useMemo(() => toolWords(part, cwd), [part, cwd])
  const isShown = isChange(words) && !words.isRunning && !isPhone && part.state !== "output-denied"
  const [isOpen, toggle] = useFold(folds, part.toolCallId, isShown)
  const hasTask = useHasTask([part.toolCallId])
  const isSettledByPerson = part.approval !== undefined || part.state === "output-denied"
  return (
    <div className={css["call"]} data-call={part.toolCallId}>
      <Line words={words} isOpen={isOpen} hasTask={hasTask} onToggle={toggle} />
      {isOpen && isChange(words) && part.errorText === undefined ? (
        <div className={css["body"]}>
          <ChangeBody part={part} />
        </div>
      ) : isOpen ? (
        <ToolBody part={part} turn={turn} family={words.family} />
      ) : null}
      {isSettledByPerson && (!isOpen || isChange(words)) ? <Approval turn={turn} call={part.toolCallId} /> : null}
      <Edited part={asked} />
    </div>
  )
})

/** That a person put another command in the place of the one that was asked for. */
function Edited({ part }: { readonly part: ToolPart }) {
  const edit = editOf(part)
  if (edit === undefined) return null
  return (
    <div className={css["asked"]} data-edited="">
      <span className={css["answer"]} dir="auto">
        edited by {edit.by} before it ran; it had asked for{" "}
        <code dir="ltr">
          <Written text={askedCommand(part) ?? ""} />
        </code>
      </span>
    </div>
  )
}

/** The row of one call, or of several. */
export const ToolRow = memo(function ToolRow({ row }: { readonly row: Row }) {
  const { cwd, folds } = useChat()
  const parts = usePartsOf(row.message, row.parts).filter(isToolPart)
  const words = useMemo(() => groupWords(parts, cwd), [parts, cwd])
  const [isOpen, toggle] = useFold(folds, row.key)
  const hasTask = useHasTask(parts.map(({ toolCallId }) => toolCallId))
  const [only] = parts
  if (parts.length === 1 && only !== undefined) return <Call part={only} turn={row.message} />
  return (
    <div className={css["group"]}>
      <Line words={words} isOpen={isOpen} hasTask={hasTask} onToggle={toggle} />
      {isOpen ? (
        <div className={css["calls"]}>
          {parts.map((part) => (
            <Call key={part.toolCallId} part={part} turn={row.message} />
          ))}
        </div>
      ) : null}
    </div>
  )
})
