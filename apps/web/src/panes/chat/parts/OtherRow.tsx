/** Parts that are neither words nor calls: todos, plans, notices, files, sources, what was added to a turn that ran. */
import { memo } from "react"
import { isDataPart } from "@holdfast/core/agent/message-part"
import type { MessagePart } from "@holdfast/client/model"
import { readNamed } from "@holdfast/protocol/agent/named-data"
import type { Named, NamedData, PlanItem } from "@holdfast/protocol/agent/named-data"
import css from "./parts.module.css"
import { CodeBlock } from "../code/CodeBlock.tsx"
import { Markdown } from "../markdown/Markdown.tsx"
import { targetOf } from "../markdown/links.ts"
import type { Row } from "../rows/plan.ts"
import { counted } from "../rows/tool-input.ts"
import { useChat, usePartOf } from "../transcript/chat-context.ts"
import { useFold } from "../transcript/folds.ts"
import { FileView } from "./FileView.tsx"
import { PersonText } from "./PersonRow.tsx"
import { Icon } from "../../../ui/icons.tsx"

const WORDS: Readonly<Record<string, string>> = { completed: "done", in_progress: "now", pending: "to do" }

function Todos({ items }: { readonly items: ReadonlyArray<PlanItem> }) {
  return (
    <ul className={css["todos"]} aria-label="Todos">
      {items.map(({ text, status }, index) => (
        <li key={index} data-status={status}>
          <span className={css["mark"]} role="img" aria-label={WORDS[status] ?? status}>
            {status === "completed" ? <Icon name="check" size={12} /> : null}
          </span>
          <span dir="auto">{text}</span>
        </li>
      ))}
    </ul>
  )
}

function Plan({ plan }: { readonly plan: NamedData["data-plan"] }) {
  if ("entries" in plan) return <Todos items={plan.entries} />
  return (
    <section className={css["plan"]} aria-label="Plan">
      <Markdown text={plan.text} />
    </section>
  )
}

function retryWords({ attempt, most, delay, status, error }: NamedData["data-retry"]): string {
  const of = most === null ? "" : ` of ${most}`
  const after = delay === null ? "" : `, after ${Math.round(delay / 1000)} s`
  return `The model is asked again (attempt ${attempt}${of}${after}): ${status === null ? "" : `${status}, `}${error}`
}

function compactionWords({ state, before, after, error }: NamedData["data-compaction"]): string {
  const size =
    typeof before === "number" && typeof after === "number" ? `: ${counted(before, "token")} to ${counted(after, "token")}` : ""
  if (state === "running") return "Context is being compacted"
  return state === "done"
    ? `Context compacted${size}`
    : `Context could not be compacted${error === undefined ? "" : `: ${error}`}`
}

function NamedView({ named }: { readonly named: Named }) {
  switch (named.type) {
    case "data-todo":
      return <Todos items={named.data} />
    case "data-plan":
      return <Plan plan={named.data} />
    case "data-retry":
      return <Notice text={retryWords(named.data)} />
    case "data-compaction":
      return <Notice text={compactionWords(named.data)} isFailure={named.data.state === "failed"} />
    case "data-notice":
      return <Notice text={named.data.text} isFailure={named.data.severity === "error"} />
    case "data-unknown":
      return <Unknown title="What this version does not know" value={named.data.json} />
    default:
      return null
  }
}

function Notice({ text, isFailure = false }: { readonly text: string; readonly isFailure?: boolean }) {
  return (
    <p className={css["notice"]} data-failure={isFailure || undefined} dir="auto">
      {text}
    </p>
  )
}

function Unknown({ title, value }: { readonly title: string; readonly value: string }) {
  const { folds } = useChat()
  const [isOpen, toggle] = useFold(folds, `unknown:${value.slice(0, 200)}`)
  return (
    <div>
      <button type="button" className={css["gist"]} aria-expanded={isOpen} onClick={toggle}>
        <span aria-hidden="true" className={css["arrow"]}>
          {isOpen ? "⌄" : "›"}
        </span>
        <span className={css["soft"]}>{title}</span>
      </button>
      {isOpen ? <CodeBlock text={value} lang="json" isOpen={false} /> : null}
    </div>
  )
}

function Source({ url, title }: { readonly url: string; readonly title?: string | undefined }) {
  const target = targetOf(url)
  if (target.kind === "text") return <Notice text={title === undefined ? url : `${title} (${url})`} />
  return (
    <p className={css["file"]} dir="auto">
      <a href={target.href} target="_blank" rel="noopener noreferrer">
        {title ?? target.href}
      </a>
      {title === undefined ? null : <span className={css["soft"]}> ({target.place})</span>}
    </p>
  )
}

function Steering({ part }: { readonly part: Extract<MessagePart, { readonly type: "steering-message" }> }) {
  const { session } = useChat()
  return (
    <div className={css["steering"]}>
      {part.parts.map((one, index) =>
        one.type === "text" ? <PersonText key={index} text={one.text} /> : <FileView key={index} session={session} file={one} />,
      )}
    </div>
  )
}

function PartView({ part }: { readonly part: MessagePart }) {
  const { session } = useChat()
  switch (part.type) {
    case "file":
    case "reasoning-file":
      return <FileView session={session} file={part} />
    case "source-url":
      return <Source url={part.url} title={part.title} />
    case "source-document":
      return <Notice text={`Source: ${part.title} (${part.mediaType})`} />
    case "steering-message":
      return <Steering part={part} />
    default: {
      const named = isDataPart(part) ? readNamed(part) : undefined
      if (named !== undefined) return <NamedView named={named} />
      return <Unknown title={`A part of type ${part.type}`} value={JSON.stringify(part, null, 2)} />
    }
  }
}

/** A part that is neither words nor a call. */
export const OtherRow = memo(function OtherRow({ row }: { readonly row: Row }) {
  const part = usePartOf(row.message, row.parts[0] ?? 0)
  return part === undefined ? null : <PartView part={part} />
})
