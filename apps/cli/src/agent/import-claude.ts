/**
 * `holdfast import --claude`: sessions of Claude Code become sessions here, to read and to continue with.
 */
import type { ClaudeImportable } from "@holdfast/protocol/agent/import"
import { refused, usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { outputWidth, paint, printEither } from "../output.ts"
import { ago, bytes } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { Progress } from "../text/Progress.ts"
import { table } from "../text/table.ts"
import { askAgents, useAgents } from "./agent-hub.ts"

/** Prints the sessions of Claude Code that can be imported, the latest first. */
export async function importableList(json: boolean): Promise<void> {
  const { sessions } = await askAgents(useAgents(), (api) => api.importable())
  printEither(json, sessions, () =>
    sessions.length === 0
      ? ["no Claude Code sessions on the hub's machine"]
      : table<ClaudeImportable>(
          [
            { title: "ID", text: ({ id }) => id.slice(0, 8), style: () => "bold" },
            { title: "TITLE", text: ({ title }) => printable(title), least: 12 },
            { title: "DIRECTORY", text: ({ cwd }) => printable(cwd ?? ""), drop: 2, least: 10 },
            { title: "SIZE", text: ({ size }) => bytes(size), drop: 1 },
            { title: "USED", text: ({ modifiedAt }) => ago(modifiedAt, Date.now()) },
          ],
          sessions,
          { paint, width: outputWidth() ?? 200 },
        ),
  )
}

/** Imports the named sessions, or all; one that was imported before is named again. */
export async function importClaude(ids: ReadonlyArray<string>, all: boolean, json: boolean): Promise<void> {
  if (ids.length > 0 === all) {
    throw usage(`name the sessions, or use --all; ${hint("import --claude --ls")} lists them`)
  }
  const hub = useAgents()
  const { sessions } = await askAgents(hub, (api) => api.importable())
  const wanted = all ? sessions.map(({ id }) => id) : ids.map((text) => importableId(sessions, text))
  const progress = new Progress("importing")
  const made: Array<{ readonly id: string; readonly label: string }> = []
  try {
    for (const [index, id] of wanted.entries()) {
      progress.update(`${index} of ${wanted.length} sessions`)
      const session = await askAgents(hub, (api) => api.importClaude(id))
      made.push({ id: session.id, label: session.label })
    }
  } finally {
    progress.stop()
    printEither(json, made, () => made.map(({ id, label }) => `${id}  ${printable(label)}`))
  }
}

/** The one whose id is or begins with a text. Throws a refusal. */
function importableId(sessions: ReadonlyArray<ClaudeImportable>, text: string): string {
  const found = sessions.filter(({ id }) => id === text || (text !== "" && id.startsWith(text)))
  const exact = found.find(({ id }) => id === text) ?? found[0]
  if (exact !== undefined && (found.length === 1 || exact.id === text)) return exact.id
  const how = exact === undefined ? "has no session" : "has several sessions"
  throw refused("Unprocessable", `Claude Code ${how} ${printable(text)}; ${hint("import --claude --ls")} lists them`)
}
