/**
 * What a person said, as rows.
 */
import type { Message } from "@holdfast/protocol/agent/message"
import { fieldsOf, fileName, textOf } from "../agent/message-text.ts"
import { printable } from "../text/printable.ts"
import { rowsOf } from "./Rows.ts"
import type { MessageRowOptions } from "./Rows.ts"

/** Rows that are shown of one message. */
const ROWS_MAX = 40

/** The rows of a person's message: who, and what. */
export function messageRows(message: Message, options: MessageRowOptions): Array<string> {
  const { paint } = options
  const who = message.role === "system" ? "system" : (message.by ?? "user")
  const files = message.parts.map(fieldsOf).filter(({ type }) => type === "file")
  const text = textOf(message)
  const rows = text === "" ? [] : rowsOf(text, options, { first: "› ", next: "  ", style: "cyan" })
  const shown = rows.length > ROWS_MAX ? [...rows.slice(0, ROWS_MAX - 5), `  … ${rows.length - ROWS_MAX + 5} more lines`] : rows
  return [paint("bold", printable(who)), ...shown, ...files.map((file) => paint("dim", `  [${fileName(file)}]`))]
}
