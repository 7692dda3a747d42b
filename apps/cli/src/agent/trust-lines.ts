/** What directories bring and how they stand, as lines for people, with what to type. */
import type { BroughtFile, DirectoryTrust, TrustState, WaitingDirectory } from "@holdfast/protocol/agent/trust"
import { hint } from "../hint.ts"
import { quoted, shortId } from "../sessions/show-state.ts"
import { printable } from "../text/printable.ts"
import type { Paint } from "../text/style.ts"

const FILES_MAX = 12

/** How a directory stands, in words. */
export const STATE_WORDS: Readonly<Record<TrustState, string>> = {
  trusted: "trusted",
  refused: "refused",
  waiting: "not decided yet",
  unneeded: "has nothing to run",
}

/** A directory as it is typed in a shell; its place where it cannot be. */
export function typedDirectory(directory: string): string {
  return printable(directory) === directory ? quoted(directory) : "DIRECTORY"
}

/** The command that trusts a directory, or refuses to. */
export function trustHint(directory: string, trusted = true): string {
  return hint(`trust ${trusted ? "add" : "refuse"} ${typedDirectory(directory)}`)
}

/** The files that would run, a line each. */
export function broughtLines(brings: ReadonlyArray<BroughtFile>, indent = "  "): ReadonlyArray<string> {
  const running = brings.filter(({ runs }) => runs)
  const lines = running.slice(0, FILES_MAX).map(({ path, what }) => `${indent}${printable(path)}: ${printable(what)}`)
  return running.length > FILES_MAX ? [...lines, `${indent}… ${running.length - FILES_MAX} more`] : lines
}

/** The line of a session's directory in words; nothing for one that brings nothing. */
export function trustWords({ state, directory, brings }: DirectoryTrust): string | undefined {
  if (state === "unneeded") return undefined
  const running = brings.filter(({ runs }) => runs).length
  if (state === "trusted")
    return `${STATE_WORDS.trusted}; its hooks, servers and commands run (${running} ${running === 1 ? "file" : "files"})`
  return `${STATE_WORDS[state]}; its hooks, servers and commands do not run. To trust it: ${trustHint(directory)}`
}

/** A directory that waits for a word, with its sessions. */
export function waitingLines({ directory, brings, sessions }: WaitingDirectory, draw: Paint): ReadonlyArray<string> {
  return [
    draw("bold", `${printable(directory)} is not trusted yet; agents there would run:`),
    ...broughtLines(brings),
    draw("cyan", `  ${trustHint(directory)}`),
    draw("dim", `  or refuse: ${trustHint(directory, false)}`),
    draw("dim", `  sessions: ${sessions.map(({ session, label }) => `${shortId(session)} ${printable(label)}`).join(", ")}`),
  ]
}
