/** A tool call, or several like ones, as one line: verb, target, result (docs/protocol/app-rules.md, APP-33). */
import { callAsRun } from "@holdfast/core/agent/edited-call"
import { isSettled } from "@holdfast/core/agent/tool-part"
import type { ToolPart } from "@holdfast/client/model"
import { headOf } from "@holdfast/protocol/text-cut"
import { changesOf, countsOf } from "./changes.ts"
import { familyOf, VERBS } from "./tool-families.ts"
import type { Family } from "./tool-families.ts"
import { counted, exitCodeOf, fieldsOf, linesIn, listOf, outputOf, pathOf, textIn, within } from "./tool-input.ts"
import { sizeText } from "../../../ui/size.ts"

/** A line about a call. */
export interface ToolWords {
  readonly family: Family
  readonly verb: string
  readonly target: string
  readonly result: string
  /** How the result is meant: something failed, or it waits for a person. */
  readonly tone: "plain" | "fail" | "wait"
  readonly isRunning: boolean
}

/** Longest target, in characters: a line shows one line of it. */
const TARGET_MAX = 400

function oneLine(text: string): string {
  return headOf(text, TARGET_MAX).replaceAll(/\s+/g, " ").trim()
}

function hostOf(url: string): string {
  try {
    const { host, pathname } = new URL(url)
    return pathname === "/" ? host : `${host}${pathname}`
  } catch {
    // Not an address: shown as it is.
    return url
  }
}

/** Fields that tell what a call of an unknown tool works on, the most telling first. */
const TELLING = [
  "command",
  "file_path",
  "path",
  "pattern",
  "query",
  "url",
  "name",
  "description",
  "prompt",
  "message",
  "text",
  "id",
]

function otherTarget({ toolName, title, input }: ToolPart): string {
  const [server, tool] = /^mcp__(.+?)__(.+)$/.exec(toolName)?.slice(1) ?? []
  const name = server === undefined || tool === undefined ? toolName : `${server} · ${tool}`
  const telling = textIn(fieldsOf(input), ...TELLING) ?? title
  return telling === undefined || telling === toolName ? name : `${name}  ${telling}`
}

function searchTarget(fields: Readonly<Record<string, unknown>>, cwd: string): string | undefined {
  const pattern = textIn(fields, "pattern", "query", "regex", "glob")
  const where = textIn(fields, "path", "directory", "glob", "include")
  if (pattern === undefined) return where
  return where === undefined || where === pattern || where === cwd ? pattern : `${pattern} in ${within(where, cwd)}`
}

function readTarget(part: ToolPart, cwd: string): string | undefined {
  const path = pathOf(part, cwd)
  const { offset, limit } = fieldsOf(part.input)
  if (path === undefined || typeof offset !== "number") return path
  return typeof limit === "number" ? `${path}:${offset}–${offset + limit - 1}` : `${path}:${offset}`
}

function targetOf(part: ToolPart, family: Family, cwd: string): string {
  const fields = fieldsOf(part.input)
  const title = part.title ?? ""
  switch (family) {
    case "read":
      return readTarget(part, cwd) ?? title
    case "edit":
    case "write":
    case "delete": {
      const paths = [...new Set(changesOf(part, cwd).map(({ path }) => path))]
      return paths.length > 1 ? counted(paths.length, "file") : (paths[0] ?? pathOf(part, cwd) ?? title)
    }
    case "move":
    case "list":
      return pathOf(part, cwd) ?? title
    case "run": {
      const command = fields["command"]
      const argv = Array.isArray(command) ? command.join(" ") : undefined
      return argv ?? textIn(fields, "command", "cmd", "script", "bash_id", "task_id", "chars") ?? title
    }
    case "search":
      return searchTarget(fields, cwd) ?? title
    case "web":
      return textIn(fields, "query", "search_term") ?? title
    case "fetch":
      return hostOf(textIn(fields, "url", "uri") ?? title)
    case "agent": {
      const kind = textIn(fields, "subagent_type", "agent_type", "type")
      const what = textIn(fields, "description", "prompt", "command", "message") ?? title
      return kind === undefined ? what : `${kind}: ${what}`
    }
    case "skill":
      return textIn(fields, "skill", "command", "name") ?? title
    case "stop":
      return textIn(fields, "shell_id", "task_id", "id") ?? title
    case "todo":
    case "plan":
    case "ask":
      return textIn(fieldsOf(listOf(fields["questions"])[0]), "question") ?? textIn(fields, "question", "explanation") ?? title
    case "other":
      return otherTarget(part)
  }
}

const NONE_FOUND = /^(?:no (?:files|matches|results)|found 0 )/i

function searchResult(output: string): string {
  if (output.trim() === "" || NONE_FOUND.test(output)) return "nothing"
  const told = /^Found (\d+) (\w+)/.exec(output)
  if (told !== null) return counted(Number(told[1]), told[2]?.replace(/e?s$/, "") === "match" ? "hit" : "file")
  return counted(linesIn(output), "hit")
}

function doneWords(part: ToolPart, family: Family, cwd: string): Pick<ToolWords, "result" | "tone"> {
  const output = outputOf(part) ?? ""
  const plain = (result: string): Pick<ToolWords, "result" | "tone"> => ({ result, tone: "plain" })
  switch (family) {
    case "edit":
    case "write": {
      const { added, removed } = countsOf(changesOf(part, cwd))
      return plain(added + removed === 0 ? "" : `+${added} −${removed}`)
    }
    case "run": {
      const code = exitCodeOf(part)
      if (code !== undefined && code !== 0) return { result: `exit ${code}`, tone: "fail" }
      if ("task" in fieldsOf(part.output) || fieldsOf(part.input)["run_in_background"] === true) return plain("in the background")
      return plain(output.trim() === "" ? "no output" : counted(linesIn(output), "line"))
    }
    case "read":
      return plain(output === "" ? "" : counted(linesIn(output), "line"))
    case "search":
      return plain(searchResult(output))
    case "list":
      return plain(counted(linesIn(output.trim()), "entry", "entries"))
    case "fetch":
    case "web":
      return plain(output === "" ? "" : sizeText(output.length))
    case "agent":
      return plain("task" in fieldsOf(part.output) ? "in the background" : "done")
    default:
      return plain("")
  }
}

function resultOf(part: ToolPart, family: Family, cwd: string): Pick<ToolWords, "result" | "tone" | "isRunning"> {
  switch (part.state) {
    case "approval-requested":
      return { result: "waits for you", tone: "wait", isRunning: false }
    case "output-denied":
      return { result: "refused", tone: "plain", isRunning: false }
    case "output-error":
      return { result: part.toolMetadata?.["notRun"] === undefined ? "failed" : "not run", tone: "fail", isRunning: false }
    case "output-available":
      if (isSettled(part)) return { ...doneWords(part, family, cwd), isRunning: false }
      return { result: "", tone: "plain", isRunning: true }
    default:
      return { result: "", tone: "plain", isRunning: true }
  }
}

/** A line about one call as it ran; paths as read from `cwd`. */
export function toolWords(asked: ToolPart, cwd: string): ToolWords {
  const part = callAsRun(asked)
  const family = familyOf(part)
  return { family, verb: VERBS[family], target: oneLine(targetOf(part, family, cwd)), ...resultOf(part, family, cwd) }
}

const directoryOf = (path: string): string => (path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".")

/** Most places that a line about several calls names. */
const PLACES = 3

function places(names: ReadonlyArray<string>): string {
  const different = [...new Set(names)]
  const rest = different.length - PLACES
  return `${different.slice(0, PLACES).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`
}

function groupTarget(parts: ReadonlyArray<ToolPart>, lines: ReadonlyArray<ToolWords>, cwd: string): string {
  const targets = lines.map(({ target }) => target)
  switch (lines[0]?.family) {
    case "read": {
      const paths = [...new Set(parts.map((part) => pathOf(part, cwd) ?? part.title ?? ""))]
      if (paths.length === 1) return `${paths[0]}, ${parts.length} parts`
      return `${counted(paths.length, "file")} in ${places(paths.map(directoryOf))}`
    }
    case "list":
      return `${counted(parts.length, "directory", "directories")}: ${places(targets)}`
    case "fetch":
      return `${counted(parts.length, "page")} of ${places(targets.map((target) => target.split("/")[0] ?? target))}`
    default:
      return `${parts.length} times: ${places(targets)}`
  }
}

/** A line about several calls of one family that follow each other. */
export function groupWords(parts: ReadonlyArray<ToolPart>, cwd: string): ToolWords {
  const lines = parts.map((part) => toolWords(part, cwd))
  const [first] = lines
  if (first === undefined || lines.length === 1) return first ?? EMPTY
  const failed = lines.filter(({ tone }) => tone === "fail").length
  const waits = lines.some(({ tone }) => tone === "wait")
  return {
    family: first.family,
    verb: first.verb,
    target: oneLine(groupTarget(parts, lines, cwd)),
    result: failed > 0 ? `${failed} failed` : waits ? "waits for you" : "",
    tone: failed > 0 ? "fail" : waits ? "wait" : "plain",
    isRunning: lines.some(({ isRunning }) => isRunning),
  }
}

const EMPTY: ToolWords = { family: "other", verb: "Use", target: "", result: "", tone: "plain", isRunning: false }
