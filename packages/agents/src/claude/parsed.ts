/** What Claude's tools are used for, as rules compare it; tools that are not known here are compared by their name alone. */
import type { ParsedSubject } from "@holdfast/protocol/agent/permission-rule"
import { parseCommand } from "../host/parse-command.ts"
import { resolvePaths } from "../host/resolve-paths.ts"
import { entriesOf, textAt } from "./read.ts"

/** The field of each tool that names the one file it is about. */
export const FILES: Readonly<Record<string, string>> = {
  Read: "file_path",
  Edit: "file_path",
  MultiEdit: "file_path",
  Write: "file_path",
  NotebookEdit: "notebook_path",
}

/** Fields of a command that change nothing of what it does. */
const PLAIN = new Set(["command", "description", "timeout"])

/** The subject of a tool's use in `cwd`. Where that is not known, nothing is literal. */
export function parsedSubject(tool: string, input: unknown, cwd: string | undefined): ParsedSubject | undefined {
  const parsed = subjectIn(tool, input, cwd ?? "/")
  return parsed === undefined || cwd !== undefined ? parsed : { ...parsed, literal: false }
}

function subjectIn(tool: string, input: unknown, cwd: string): ParsedSubject | undefined {
  const command = textAt(input, "command")
  if (tool === "Bash" && command !== undefined) {
    const parsed = parseCommand(command, cwd)
    const plain = entriesOf(input).every(([name, value]) => PLAIN.has(name) || value === false || value === undefined)
    return plain ? parsed : { ...parsed, literal: false }
  }
  const path = textAt(input, FILES[tool] ?? "")
  return path === undefined ? undefined : resolvePaths([path], cwd)
}
