/** Named values of agents as Markdown: plans, things to do, retries, compactions, subagents, notices. */
import type { Named, NamedData, PlanItem } from "@holdfast/protocol/agent/named-data"
import { inline, quoted, safeMarkdown } from "./markdown-text.ts"

type Blocks = ReadonlyArray<string>

/** The line for what this version does not know; an export in JSON has it whole. */
export function unknownLine(type: string): string {
  return `*Unknown to this version: ${inline(type === "" ? "something" : type)}*`
}

/** What an agent's own JSON calls itself. */
function kindIn(json: string): string {
  try {
    const value: unknown = JSON.parse(json)
    const type = typeof value === "object" && value !== null && "type" in value ? value.type : undefined
    return typeof type === "string" ? type : ""
  } catch {
    // It was cut, or is no JSON.
    return ""
  }
}

/** The blocks of a named value. */
export function namedBlocks({ type, data }: Named): Blocks {
  switch (type) {
    case "data-plan":
      return ["**Plan**", "text" in data ? safeMarkdown(data.text) : items(data.entries)]
    case "data-todo":
      return ["**To do**", items(data)]
    case "data-retry":
      return [`*${retry(data)}*`]
    case "data-compaction":
      return data.state === "running" ? [] : [`*${compaction(data)}*`]
    case "data-subagent":
      return subagent(data)
    case "data-notice":
      return [quoted(safeMarkdown(data.text))]
    case "data-unknown":
      return [unknownLine(kindIn(data.json))]
  }
}

const items = (list: ReadonlyArray<PlanItem>): string =>
  list
    .map(({ text, status }) => {
      const words = inline(text)
      return `- [${status === "completed" ? "x" : " "}] ${words}${status === "in_progress" ? " *(in progress)*" : ""}`
    })
    .join("\n")

function retry({ attempt, most, status, error }: NamedData["data-retry"]): string {
  const of = most === null ? "" : ` of ${most}`
  return `The model was asked again after an error (${attempt}${of}): ${inline(error)}${status === null ? "" : `, status ${status}`}`
}

function compaction({ state, before, after, error }: NamedData["data-compaction"]): string {
  const why = error === undefined ? "" : `: ${inline(error)}`
  if (state === "failed") return `The agent could not compact its context${why}`
  const known = typeof before === "number" && typeof after === "number"
  return `The agent compacted its context${known ? `, from ${before} to ${after} tokens` : ""}`
}

function subagent({ calls, latest, text }: NamedData["data-subagent"]): Blocks {
  const list = latest.map((call) => `- ${inline(call)}`).join("\n")
  return [
    `*A subagent made ${calls} ${calls === 1 ? "call" : "calls"}${calls > latest.length ? ", last" : ""}${latest.length > 0 ? ":" : ""}*`,
    ...(list === "" ? [] : [list]),
    ...(text === undefined || text.trim() === "" ? [] : [quoted(safeMarkdown(text))]),
  ]
}
