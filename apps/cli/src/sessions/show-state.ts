/**
 * How a session's state reads, in tables and in records.
 */
import type { Session } from "@holdfast/protocol/session"
import { printable } from "../text/printable.ts"
import type { Style } from "../text/style.ts"
import { programState, programStyle, programWords } from "./program-text.ts"

/** The end of an id, where it is most random; commands accept it. */
export function shortId(id: string, length = 8): string {
  return id.slice(-length)
}

/** Requests of an agent that no person has answered. */
const isAsking = ({ permissions }: Session): boolean => permissions.some(({ decision }) => decision === undefined)

/** Holds that keep a message also where none waits yet. */
const KEEPING: ReadonlySet<string> = new Set(["usage-limit", "rate-limit", "person"])

/** Whether a hold keeps what waits, or what is sent next, from the agent (A-62). */
export function isHeld({ agent, queue }: Session): boolean {
  return agent?.hold !== undefined && (queue.length > 0 || KEEPING.has(agent.hold.reason))
}

/** State of an agent by what it does and what it waits for; its process comes and goes by itself. */
function agentState(session: Session): string {
  if (isAsking(session)) return "asks"
  const { status, interrupting, silentSince } = session.turn
  if (status === "streaming" && interrupting === true) return "stopping"
  if (status === "streaming") return silentSince === undefined ? "working" : "silent"
  if (isHeld(session)) return "held"
  if (session.activity === "background") return "background"
  return session.process === "failed" || session.process === "lost" ? session.process : "idle"
}

/** What the program of a running terminal reports of itself. */
const reportOf = ({ process, terminal }: Session) => (process === "running" ? terminal?.program : undefined)

/**
 * State in one word, or two: `running`, `exited 1`, `SIGKILL`, `lost`, `archived`; of an agent, and of a terminal whose program
 * reports its state, `working`, `silent`, `background`, `asks`, `held`, `done`.
 */
export function stateText(session: Session): string {
  if (session.status !== "active") return session.status
  if (session.kind === "agent") return agentState(session)
  const report = reportOf(session)
  if (report !== undefined) return programState(report)
  if (session.process !== "exited") return session.process === "none" ? "idle" : session.process
  if (session.signal !== undefined) return printable(session.signal)
  return session.exitCode === undefined ? "exited" : `exited ${session.exitCode}`
}

const AGENT_STYLES: Readonly<Record<string, Style>> = {
  asks: "yellow",
  working: "green",
  background: "green",
  silent: "yellow",
  stopping: "yellow",
  held: "yellow",
  failed: "red",
  lost: "red",
}

/** Colour of the state. */
export function stateStyle(session: Session): Style | undefined {
  if (session.status !== "active") return "dim"
  if (session.kind === "agent") return AGENT_STYLES[agentState(session)] ?? "dim"
  const report = reportOf(session)
  if (report !== undefined) return programStyle(report)
  if (session.process === "running") return "green"
  if (session.process === "starting") return "yellow"
  if (session.process === "lost" || session.process === "failed") return "red"
  return session.process === "exited" && session.exitCode !== 0 ? "yellow" : "dim"
}

const SIMPLE = /^[\w@%+=:,./-]+$/

/** One argument as a shell would take it. */
export function quoted(argument: string): string {
  return SIMPLE.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}

/** The command line of a terminal in one line, with what its program reports or its shell runs; of an agent its name, model, and what waits in its queue and runs in the background. */
export function commandLine(session: Session): string {
  const { terminal, agent } = session
  if (agent !== undefined) {
    const waits = session.queue.length === 0 ? "" : `, ${session.queue.length} queued`
    const count = session.tasks?.length ?? 0
    const running = count === 0 ? "" : `, ${count} task${count === 1 ? "" : "s"}`
    return printable(`${agent.name}${agent.info.model === undefined ? "" : ` (${agent.info.model})`}${waits}${running}`)
  }
  if (terminal === undefined) return session.kind
  const command = terminal.command.split("/").at(-1) ?? terminal.command
  const report = reportOf(session)
  const runs = terminal.lastCommand?.milliseconds === undefined ? terminal.lastCommand?.line : undefined
  const words = report === undefined ? printable(runs ?? "") : programWords(report)
  return `${words === "" ? "" : `${words} · `}${printable([command, ...terminal.args.map(quoted)].join(" "))}`
}
