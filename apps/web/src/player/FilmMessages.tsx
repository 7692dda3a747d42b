/** An agent's transcript in a film: its messages as far as they had come, and what waited for an answer. */
import { memo, use, useEffect, useRef } from "react"
import type { ReactElement, ReactNode } from "react"
import { askedCommand, callAsRun, editOf } from "@holdfast/core/agent/edited-call"
import type { Message } from "@holdfast/protocol/agent/message"
import { ShowFileContext } from "../panes/chat/files/shown-file.ts"
import type { ShownFile } from "../panes/chat/files/shown-file.ts"
import { Markdown } from "../panes/chat/markdown/Markdown.tsx"
import { FilmText } from "./FilmText.tsx"
import css from "./Player.module.css"
import type { Moment } from "./moments.ts"

interface FilmMessagesProps {
  readonly messages: ReadonlyArray<Message>
  readonly open: ReadonlyArray<Moment>
  readonly clock: (time: number) => string
}

/** The transcript, which stays at its end. */
export function FilmMessages({ messages, open, clock }: FilmMessagesProps): ReactElement {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const element = list.current
    if (element !== null) element.scrollTop = element.scrollHeight
  }, [messages, open])
  return (
    <div className={css["messages"]} data-film="agent" ref={list} role="log" aria-live="off" aria-label="Transcript" tabIndex={0}>
      {messages.length === 0 ? <p className={css["nothing"]}>Nothing was said yet.</p> : null}
      {messages.map((message) => (
        <FilmMessage clock={clock} key={message.id} message={message} />
      ))}
      {open.map((moment) => (
        <div className={css["asked"]} key={moment.seq}>
          <b>Waited for an answer</b>
          <pre dir="ltr">{moment.text}</pre>
        </div>
      ))}
    </div>
  )
}

const FilmMessage = memo(function FilmMessage(props: {
  readonly message: Message
  readonly clock: (time: number) => string
}): ReactElement {
  const { message, clock } = props
  return (
    <article className={css["message"]} data-message={message.id} data-role={message.role}>
      <time className={css["when"]}>{clock(message.createdAt)}</time>
      <div className={css["said"]}>
        {message.parts.map((part, at) => (
          <FilmPart isPerson={message.role === "user"} key={at} part={part} />
        ))}
        {message.outcome === "error" || message.outcome === "lost" ? (
          <p className={css["failed"]}>The turn failed here.</p>
        ) : null}
        {message.outcome === "interrupted" ? <p className={css["soft"]}>Stopped here.</p> : null}
      </div>
    </article>
  )
})

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const textAt = (fields: Readonly<Record<string, unknown>>, name: string): string | undefined =>
  typeof fields[name] === "string" ? fields[name] : undefined

/** A part of a message. What has no text of its own is named. */
function FilmPart({ part, isPerson }: { readonly part: unknown; readonly isPerson: boolean }): ReactElement | null {
  if (!isObject(part)) return null
  switch (part["type"]) {
    case "text": {
      const text = textAt(part, "text") ?? ""
      return isPerson ? <FilmText text={text} /> : <Markdown text={text} />
    }
    case "steering-message":
      return <FilmText text={textAt(part, "text") ?? ""} />
    case "reasoning":
      return (
        <details className={css["tool"]}>
          <summary>Thought</summary>
          <FilmText text={textAt(part, "text") ?? ""} />
        </details>
      )
    case "dynamic-tool":
      return <FilmTool part={part} />
    case "file":
      return (
        <FilmFile
          filename={textAt(part, "filename")}
          mediaType={textAt(part, "mediaType") ?? ""}
          url={textAt(part, "url") ?? ""}
        />
      )
    default:
      return null
  }
}

/** A file, which is shown where there is a server that has it. */
function FilmFile(file: ShownFile): ReactNode {
  const show = use(ShowFileContext)
  if (show !== undefined) return show(file)
  return <p className={css["soft"]}>File: {file.filename ?? (file.mediaType === "" ? "unnamed" : file.mediaType)}</p>
}

const MARKS: Readonly<Record<string, string>> = { "output-available": "", "output-error": "failed", "output-denied": "refused" }

function FilmTool({ part }: { readonly part: Readonly<Record<string, unknown>> }): ReactElement {
  const { input, output } = callAsRun(part)
  const edit = editOf(part)
  const state = textAt(part, "state") ?? ""
  return (
    <details className={css["tool"]}>
      <summary>
        <b>{textAt(part, "toolName") ?? "tool"}</b> <code>{targetOf(input) ?? textAt(part, "title") ?? ""}</code>{" "}
        <span>{MARKS[state] ?? "running"}</span>
        {edit === undefined ? null : <span> edited by {edit.by}</span>}
      </summary>
      {input === undefined ? null : <pre dir="ltr">{written(input)}</pre>}
      {edit === undefined ? null : (
        <p className={css["soft"]}>
          Edited by {edit.by} before it ran; it had asked for <code dir="ltr">{askedCommand(part)}</code>
        </p>
      )}
      {output === undefined ? null : <pre dir="ltr">{written(output)}</pre>}
      {textAt(part, "errorText") === undefined ? null : <pre dir="ltr">{textAt(part, "errorText")}</pre>}
    </details>
  )
}

/** What a tool works on: the first text of its input. */
function targetOf(input: unknown): string | undefined {
  if (!isObject(input)) return undefined
  return Object.values(input).find((value): value is string => typeof value === "string")
}

const written = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2))
