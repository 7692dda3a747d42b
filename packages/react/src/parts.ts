/** How a part of a message is shown when the page does not say: as plain text. */
import { createElement } from "react"
import type { ReactNode } from "react"
import type { MessagePart, ToolPart } from "@holdfast/client/model"
import type { InputPart } from "@holdfast/protocol/agent/message"

/** Text as it was written, in as much room as there is. */
export const WRITTEN = { whiteSpace: "pre-wrap", overflowWrap: "anywhere" } as const

/** The text of what a person sent, without its files. */
export function textOf(parts: ReadonlyArray<InputPart>): string {
  return parts.map((part) => (part.type === "text" ? part.text : "")).join("\n")
}

const pre = (name: string, text: string): ReactNode =>
  createElement("pre", { "data-holdfast": name, key: name, style: WRITTEN }, text)

const shown = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value, null, 2))

function tool({ toolName, title, state, input, output, errorText }: ToolPart): ReactNode {
  return createElement(
    "details",
    { "data-holdfast": "tool", "data-state": state },
    createElement("summary", null, title ?? toolName),
    input === undefined ? null : pre("tool-input", shown(input)),
    output === undefined ? null : pre("tool-output", shown(output)),
    errorText === undefined ? null : pre("tool-error", errorText),
  )
}

/** Text as paragraphs, reasoning and tool calls folded, files as links; what has no text is left out. */
export function defaultPart(part: MessagePart): ReactNode {
  switch (part.type) {
    case "text":
      return createElement("p", { "data-holdfast": "text", dir: "auto", style: WRITTEN }, part.text)
    case "reasoning":
      return createElement(
        "details",
        { "data-holdfast": "reasoning" },
        createElement("summary", null, "Reasoning"),
        createElement("p", { dir: "auto", style: WRITTEN }, part.text),
      )
    case "dynamic-tool":
      return tool(part)
    case "source-url":
      return isLink(part.url) ? createElement("a", { "data-holdfast": "source", href: part.url }, part.title ?? part.url) : null
    case "file":
      return createElement("span", { "data-holdfast": "file" }, "filename" in part ? String(part.filename) : part.mediaType)
    default:
      return null
  }
}

/** An address that an agent names must not run in the page. */
const isLink = (url: string): boolean => /^https?:/i.test(url)
