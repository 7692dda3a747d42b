/** What an agent says, with a caret where it still writes; and what it thought, as one soft line. */
import { memo } from "react"
import { isTextPart } from "@holdfast/core/agent/message-part"
import css from "./parts.module.css"
import { Markdown } from "../markdown/Markdown.tsx"
import type { Row } from "../rows/plan.ts"
import { useChat, usePartOf, usePartsOf } from "../transcript/chat-context.ts"
import { useFold } from "../transcript/folds.ts"

/** Prose of an agent. */
export const TextRow = memo(function TextRow({ row }: { readonly row: Row }) {
  const part = usePartOf(row.message, row.parts[0] ?? 0)
  if (part === undefined || !isTextPart(part)) return null
  const isStreaming = part.state === "streaming"
  return (
    <div className={css["say"]} data-streaming={isStreaming || undefined}>
      <Markdown text={part.text} isStreaming={isStreaming} />
    </div>
  )
})

/** Characters of reasoning that the line shows. */
const GIST = 300

/** What an agent thought: the beginning on one line; all of it when unfolded. */
export const ReasoningRow = memo(function ReasoningRow({ row }: { readonly row: Row }) {
  const { folds } = useChat()
  const parts = usePartsOf(row.message, row.parts).filter(isTextPart)
  const [isOpen, toggle] = useFold(folds, row.key)
  const isStreaming = parts.at(-1)?.state === "streaming"
  const last = parts.at(-1)?.text ?? ""
  // While it thinks the line follows it; afterwards it says how it began.
  const gist = isStreaming ? last.slice(-GIST).replace(/^\S*\s/, "") : (parts[0]?.text ?? "").slice(0, GIST)
  return (
    <div className={css["think"]}>
      <button
        type="button"
        className={css["gist"]}
        aria-expanded={isOpen}
        onClick={toggle}
        data-streaming={isStreaming || undefined}
      >
        <span aria-hidden="true" className={css["arrow"]}>
          {isOpen ? "⌄" : "›"}
        </span>
        <span className={css["thinks"]}>{isStreaming ? "Thinks:" : "Thought:"}</span>
        <span dir="auto" className={css["gistText"]}>
          <bdi>{isOpen ? "" : gist.replaceAll(/[*_`#]/g, "").replaceAll(/\s+/g, " ")}</bdi>
        </span>
      </button>
      {isOpen ? (
        <div className={css["thought"]}>
          {parts.map((part, index) => (
            <Markdown key={index} text={part.text} isStreaming={part.state === "streaming"} />
          ))}
        </div>
      ) : null}
    </div>
  )
})
