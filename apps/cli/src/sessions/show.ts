/**
 * `holdfast show`: one session's record.
 */
import type { Session } from "@holdfast/protocol/session"
import { hubWords } from "../hint.ts"
import { paint, print, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { ago, clock } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { padText } from "../text/width.ts"
import { agentLines } from "./show-agent.ts"
import { commandText, programLine, taskLine } from "./program-text.ts"
import { viewerText } from "./who.ts"
import { quoted, stateStyle, stateText } from "./show-state.ts"

/** Prints a session's record. */
export async function show(id: string, json: boolean): Promise<void> {
  const hub = useHub()
  const session = await ask(hub, (api) => api.get(id))
  if (json) return printJson(session)
  const { sessions } = await ask(hub, (api) => api.viewers(session.id))
  const here = sessions.flatMap(({ viewers }) => viewers.map((viewer) => viewerText(viewer, session.terminal?.typist?.seat)))
  print(...sessionLines(session, Date.now(), paint, here))
}

/** What a terminal's program reports, with its tasks, and the last command of its shell. */
function programLines(terminal: Session["terminal"], now: number): ReadonlyArray<readonly [string, string]> {
  const { program, lastCommand } = terminal ?? {}
  return [
    ...(program === undefined ? [] : [["program", `${programLine(program)} (since ${ago(program.since, now)})`] as const]),
    ...(program?.tasks ?? []).map((task) => ["task", taskLine(task)] as const),
    ...(lastCommand === undefined ? [] : [["last ran", commandText(lastCommand, now)] as const]),
  ]
}

/** A record as lines of name and value. */
export function sessionLines(
  session: Session,
  now: number,
  draw: Paint = plain,
  attached: ReadonlyArray<string> = [],
): ReadonlyArray<string> {
  const { terminal } = session
  const moment = (time: number): string => `${clock(time)} (${ago(time, now)})`
  const style = stateStyle(session)
  const state = stateText(session)
  const lines: ReadonlyArray<readonly [string, string | undefined]> = [
    ["id", session.id],
    ["label", draw("bold", printable(session.label))],
    ["state", style === undefined ? state : draw(style, state)],
    ["problem", session.problem === undefined ? undefined : hubWords(session.problem)],
    ["command", terminal === undefined ? undefined : printable([terminal.command, ...terminal.args.map(quoted)].join(" "))],
    ["directory", terminal === undefined ? undefined : printable(terminal.cwd)],
    ["terminal", terminal === undefined ? undefined : `${terminal.cols}x${terminal.rows} ${printable(terminal.term)}`],
    ["title", terminal === undefined || terminal.title === "" ? undefined : printable(terminal.title)],
    ...programLines(terminal, now),
    ["pid", terminal?.pid === undefined ? undefined : String(terminal.pid)],
    ...attached.map((viewer) => ["attached", viewer] as const),
    ["keyboard", terminal?.typist === undefined ? undefined : `held by ${printable(terminal.typist.name)}`],
    ...(session.agent === undefined ? [] : agentLines(session, session.agent)),
    ["tags", session.tags.length === 0 ? undefined : session.tags.map(printable).join(" ")],
    ...Object.entries(session.metadata ?? {}).map(([name, value]) => ["metadata", printable(`${name}=${value}`)] as const),
    ["pinned", session.pinned ? "yes" : undefined],
    ["owner", printable(session.owner)],
    ["kept in", printable(session.directory)],
    ["events", session.firstSeq > 1 ? `${session.firstSeq} to ${session.lastSeq}` : String(session.lastSeq)],
    ["created", moment(session.createdAt) + (session.createdBy === undefined ? "" : `, from ${session.createdBy}`)],
    ["active", moment(session.lastActiveAt)],
    ["archived", session.archivedAt === undefined ? undefined : moment(session.archivedAt)],
    ["deleted", session.deletedAt === undefined ? undefined : moment(session.deletedAt)],
    ["purged", session.purgeAt === undefined ? undefined : `on ${clock(session.purgeAt)}, unless it is restored`],
  ]
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${draw("dim", padText(name, 10))}${value}`]))
}
