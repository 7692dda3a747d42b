/** What a tool line unfolds to: the change, the command with its output, what a subagent did, or input and output as they are. */
import type { MessagePart, ToolPart } from "@holdfast/client/model"
import css from "./tools.module.css"
import { fieldsOf, outputOf, pathOf, textIn } from "../rows/tool-input.ts"
import type { Family } from "../rows/tool-families.ts"
import { CodeBlock } from "../code/CodeBlock.tsx"
import { Markdown } from "../markdown/Markdown.tsx"
import { useChat, useWhole } from "../transcript/chat-context.ts"
import { spelledOut } from "@holdfast/protocol/hidden-text"
import { Written } from "../../../requests/Written.tsx"
import { Approval } from "./Approval.tsx"
import { ChangeBody } from "./ChangeBody.tsx"
import { Output } from "./Output.tsx"
import { readNamed } from "@holdfast/protocol/agent/named-data"

interface BodyProps {
  readonly part: ToolPart
  readonly turn: string
}

const isLong = (command: string): boolean => command.includes("\n") || command.length > 60

function RunBody({ part }: BodyProps) {
  const fields = fieldsOf(part.input)
  const { command } = fields
  const text = Array.isArray(command) ? command.join(" ") : (textIn(fields, "command", "cmd", "script") ?? "")
  const words = textIn(fields, "description")
  const output = outputOf(part)
  return (
    <>
      {words === undefined ? null : (
        <p className={css["said"]} dir="auto">
          <Written text={words} />
        </p>
      )}
      {isLong(text) ? <CodeBlock text={spelledOut(text)} copied={text} lang="bash" isOpen={false} /> : null}
      {output === undefined || output === "" ? null : <Output text={output} end="last" isError={part.errorText !== undefined} />}
    </>
  )
}

/** Line numbers that agents put before the lines of a file. */
const NUMBERED = /^\s*\d+[→\t]/

function ReadBody({ part }: BodyProps) {
  const { cwd } = useChat()
  const output = outputOf(part)
  if (output === undefined) return null
  const lines = output.split("\n")
  const isNumbered = NUMBERED.test(lines[0] ?? "")
  const path = pathOf(part, cwd) ?? ""
  if (part.errorText !== undefined) return <Output text={output} end="first" isError />
  const text = isNumbered ? lines.map((line) => line.replace(NUMBERED, "")).join("\n") : output
  return <CodeBlock text={text} lang={path} isOpen={false} />
}

/** What a subagent did last, from the part that its call has beside it. */
function useSubagent(turn: string, call: string): ReturnType<typeof readNamed> {
  const parts = (useWhole(turn)?.parts ?? []) as ReadonlyArray<MessagePart>
  const part = parts.findLast((one) => one.type === "data-subagent" && "data" in one && fieldsOf(one.data)["toolCallId"] === call)
  return part === undefined ? undefined : readNamed(part)
}

function AgentBody({ part, turn }: BodyProps) {
  const named = useSubagent(turn, part.toolCallId)
  const prompt = textIn(fieldsOf(part.input), "prompt", "message", "command")
  const output = outputOf(part)
  const rest = named?.type === "data-subagent" ? named.data.calls - named.data.latest.length : 0
  return (
    <>
      {prompt === undefined ? null : (
        <p className={css["said"]} dir="auto">
          {prompt}
        </p>
      )}
      {named?.type === "data-subagent" ? (
        <ul className={css["calls"]}>
          {rest > 0 ? <li className={css["soft"]}>{rest} earlier</li> : null}
          {named.data.latest.map((line, index) => (
            <li key={index}>{line}</li>
          ))}
          {named.data.text === undefined ? null : (
            <li className={css["soft"]} dir="auto">
              {named.data.text}
            </li>
          )}
        </ul>
      ) : null}
      {part.errorText !== undefined ? <Output text={part.errorText} end="first" isError /> : null}
      {part.errorText === undefined && output !== undefined && !output.startsWith("{") ? <Markdown text={output} /> : null}
    </>
  )
}

const json = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2))

function OtherBody({ part }: BodyProps) {
  const output = outputOf(part)
  const hasInput = part.input !== undefined && JSON.stringify(part.input) !== "{}"
  return (
    <>
      {hasInput ? <CodeBlock text={json(part.input)} lang="json" isOpen={false} /> : null}
      {output === undefined ? null : <Output text={output} end="first" isError={part.errorText !== undefined} />}
    </>
  )
}

function Body({ part, turn, family }: BodyProps & { readonly family: Family }) {
  switch (family) {
    case "edit":
    case "write":
      return (
        <>
          <ChangeBody part={part} />
          {part.errorText === undefined ? null : <Output text={part.errorText} end="first" isError />}
        </>
      )
    case "run":
      return <RunBody part={part} turn={turn} />
    case "read":
      return <ReadBody part={part} turn={turn} />
    case "agent":
      return <AgentBody part={part} turn={turn} />
    default:
      return <OtherBody part={part} turn={turn} />
  }
}

/** All of a call. */
export function ToolBody(props: BodyProps & { readonly family: Family }) {
  return (
    <div className={css["body"]}>
      <Body {...props} />
      <Approval turn={props.turn} call={props.part.toolCallId} />
    </div>
  )
}
