/** What is said as an agent starts: how its directory stands, and what was loaded. */
import type { Loaded } from "@holdfast/protocol/agent/agent"
import type { DirectoryTrust, TrustState } from "@holdfast/protocol/agent/trust"
import { broughtLines, STATE_WORDS } from "../agent/trust-lines.ts"
import { printable } from "../text/printable.ts"
import { type MessageRowOptions, rowsOf } from "./Rows.ts"
import type { Style } from "../text/style.ts"

/** The rows of a directory, where it stands otherwise than before. */
export function trustRows(
  { directory, state, brings }: DirectoryTrust,
  before: TrustState | undefined,
  says: (text: string, style?: Style) => Array<string>,
): Array<string> {
  if (state === before || (state === "unneeded" && before === undefined)) return []
  if (state === "trusted")
    return says(`${printable(directory)} is trusted; its hooks, servers and commands run from the agent's next start`)
  if (state !== "waiting") return says(`the directory's hooks, servers and commands: ${STATE_WORDS[state]}`)
  return waitsFor(directory, brings, says)
}

const waitsFor = (
  directory: string,
  brings: DirectoryTrust["brings"],
  says: (text: string, style?: Style) => Array<string>,
): Array<string> => [
  ...says(`! ${printable(directory)} is not trusted; its hooks, servers and commands do not run. /trust or /distrust`, "yellow"),
  ...broughtLines(brings).flatMap((line) => says(line)),
]

/** The rows of a directory that waits for a word, for who attaches later. */
export function waitingRows({ directory, brings }: DirectoryTrust, options: MessageRowOptions): Array<string> {
  return waitsFor(directory, brings, (text, style = "dim") => rowsOf(text, options, { next: "  ", style }))
}

/** What was loaded, in one line; undefined when it is nothing. */
export function loadedWords({ memory, hooks, servers, plugins }: Loaded): string | undefined {
  const states = servers.map(({ name, status }) => `${name} (${status})`)
  const parts = Object.entries({ memory, hooks, MCP: states, plugins })
    .filter(([, names]) => names.length > 0)
    .map(([what, names]) => `${what} ${names.map(printable).join(", ")}`)
  return parts.length === 0 ? undefined : `loaded: ${parts.join(" · ")}`
}
