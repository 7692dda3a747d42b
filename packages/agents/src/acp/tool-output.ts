/** What a tool gave back, out of the many ways in which agents report it. */
import type { Json } from "@holdfast/protocol/agent/chunk"
import { blockText } from "./content.ts"
import { at, isObject, numberOf, textOf } from "./read-json.ts"

/** What is known of a tool's result. `told`: output reported piece by piece; `terminal`: that of a terminal that it shows. */
export interface ToolResult {
  readonly content: ReadonlyArray<unknown>
  readonly raw: unknown
  readonly told: string
  readonly terminal: (id: string) => string | undefined
}

/** Changes of files: as the protocol tells them, with the texts before and after. */
export function changesIn(content: ReadonlyArray<unknown>): ReadonlyArray<Json> {
  return content.flatMap((item) => {
    if (at(item, "type") !== "diff") return []
    const path = at(item, "path")
    const [before, after] = [at(item, "oldText"), at(item, "newText")]
    if (typeof path !== "string" || typeof after !== "string") return []
    return [{ path, oldText: typeof before === "string" ? before : "", newText: after }]
  })
}

/** Texts of a result's own fields, the most readable first: codex has four copies of the same output. */
const RAW_TEXTS = ["formatted_output", "aggregated_output", "output", "stdout", "content", "text"]

const FENCED = /^```\w*\n([\s\S]*)\n```$/

/** The text so far. */
export function resultText({ content, raw, told, terminal }: ToolResult): string {
  const texts = content.flatMap((item) => {
    if (at(item, "type") === "terminal") {
      const id = textOf(at(item, "terminalId"))
      return (id === undefined ? undefined : terminal(id)) ?? []
    }
    return at(item, "type") === "content" ? (blockText(at(item, "content")) ?? []) : []
  })
  const joined = texts.filter((text) => text !== "").join("\n")
  // Made up as Markdown, of what is reported as it is, too.
  if (typeof raw === "string" && FENCED.exec(joined)?.[1] === raw) return raw
  if (joined !== "") return joined
  if (typeof raw === "string") return raw
  for (const name of RAW_TEXTS) {
    const text = textOf(at(raw, name))
    if (text !== undefined) return text
  }
  return told
}

/** The whole result as the output of a tool part. */
export function resultOutput(result: ToolResult): Json {
  const { content, raw } = result
  const output = resultText(result)
  const changes = changesIn(content)
  const exitCode = numberOf(at(raw, "exit_code")) ?? numberOf(at(raw, "exitCode")) ?? numberOf(at(raw, "metadata", "exit"))
  const rest = content.filter((item) => {
    const type = at(item, "type")
    if (type === "content") return blockText(at(item, "content")) === undefined
    return type !== "diff" && type !== "terminal"
  })
  if (output === "" && changes.length === 0 && rest.length === 0) return asJson(raw ?? {})
  return {
    ...(output === "" ? {} : { output }),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(changes.length === 0 ? {} : { changes }),
    ...(rest.length === 0 ? {} : { content: asJson(rest) }),
  }
}

/** Why a tool failed. */
export function resultError(result: ToolResult): string {
  const { raw } = result
  const told = textOf(at(raw, "error")) ?? textOf(at(raw, "error", "message")) ?? textOf(at(raw, "message"))
  return told ?? (resultText(result) || (isObject(raw) && Object.keys(raw).length > 0 ? JSON.stringify(raw) : "The tool failed."))
}

/** A value that came from `JSON.parse`. */
export function asJson(value: unknown): Json {
  return value as Json
}
