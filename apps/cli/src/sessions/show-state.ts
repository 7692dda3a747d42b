/**
 * How a session's state reads, in tables and in records.
 */
import type { Session } from "@holdfast/protocol/session"
import { printable } from "../text/printable.ts"
import type { Style } from "../text/style.ts"

/** The end of an id, where it is most random; commands accept it. */
export const shortId = (id: string, length = 8): string => id.slice(-length)

/** State in one word, or two: `running`, `exited 1`, `SIGKILL`, `lost`, `archived`. */
export function stateText(session: Session): string {
  if (session.status !== "active") return session.status
  if (session.process !== "exited") return session.process === "none" ? "idle" : session.process
  if (session.signal !== undefined) return printable(session.signal)
  return session.exitCode === undefined ? "exited" : `exited ${session.exitCode}`
}

/** Colour of the state. */
export function stateStyle(session: Session): Style | undefined {
  if (session.status !== "active") return "dim"
  if (session.process === "running") return "green"
  if (session.process === "starting") return "yellow"
  if (session.process === "lost" || session.process === "failed") return "red"
  return session.process === "exited" && session.exitCode !== 0 ? "yellow" : "dim"
}

const SIMPLE = /^[\w@%+=:,./-]+$/

/** One argument as a shell would take it. */
export const quoted = (argument: string): string => (SIMPLE.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`)

/** The command line of a terminal, in one line. */
export function commandLine(session: Session): string {
  const { terminal } = session
  if (terminal === undefined) return session.kind
  const command = terminal.command.split("/").at(-1) ?? terminal.command
  return printable([command, ...terminal.args.map(quoted)].join(" "))
}
