/**
 * `holdfast messages`: what was said in a session, as plain text or JSON.
 */
import type { Message } from "@holdfast/protocol/agent/message"
import { paint, print, printJson } from "../output.ts"
import { clock } from "../text/amounts.ts"
import { printable, printableLines } from "../text/printable.ts"
import { askAgents, useAgents } from "./agent-hub.ts"
import { fieldsOf, fileName, textIn, textOf } from "./message-text.ts"

const PAGE = 200

/** Prints the last `limit` messages, oldest first; all of them without a limit. */
export async function messages(id: string, limit: number | undefined, json: boolean): Promise<void> {
  const hub = useAgents()
  const pages: Array<ReadonlyArray<Message>> = []
  let left = limit ?? Number.POSITIVE_INFINITY
  let before: number | null | undefined
  do {
    const page = { limit: Math.min(PAGE, left), ...(before === undefined || before === null ? {} : { before }) }
    const read = await askAgents(hub, (agents) => agents.messages(id, page))
    pages.unshift(read.messages)
    left -= read.messages.length
    before = read.before
  } while (before !== null && left > 0)
  const found = pages.flat()
  if (json) return printJson(found)
  if (found.length === 0) print("no messages yet")
  for (const message of found) print(...messageLines(message), "")
}

function messageLines(message: Message): ReadonlyArray<string> {
  const { id, role, by, createdAt, outcome, parts } = message
  const who = role === "user" ? printable(by ?? "user") : role === "assistant" ? "agent" : "system"
  const end = outcome === undefined || outcome === "completed" ? "" : ` (${outcome})`
  const fields = parts.map(fieldsOf)
  const tools = fields
    .filter(({ type }) => type === "dynamic-tool")
    .map(({ toolName, title, state }) => `[${printable(textIn(title) || textIn(toolName))}: ${printable(textIn(state))}]`)
  const files = fields.filter(({ type }) => type === "file").map((part) => `[file ${fileName(part)}]`)
  const text = textOf(message)
  return [
    `${paint(role === "user" ? "cyan" : "bold", who)}${end} ${paint("dim", `${clock(createdAt)} ${printable(id.slice(-8))}`)}`,
    ...[...files, ...tools].map((line) => paint("dim", line)),
    ...(text === "" ? [] : [printableLines(text)]),
  ]
}
