/** What a session does now, in a few words: what it asks, what it works on, or how it ended. `target` is shown in the code face. */
import type { Doing } from "@holdfast/client/model"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Session } from "@holdfast/protocol/session"

/** Words, and what they are about. */
export interface NowLine {
  readonly words: string
  readonly target?: string
  /** Whether it tells of a failure. */
  readonly isFailure?: true
}

/** Verbs of the tools that agents commonly have, by their names in lower case. */
const VERBS: Readonly<Record<string, string>> = {
  bash: "run",
  shell: "run",
  execute: "run",
  read: "read",
  edit: "edit",
  multiedit: "edit",
  notebookedit: "edit",
  write: "write",
  grep: "search",
  glob: "find",
  search: "search",
  ls: "list",
  webfetch: "fetch",
  fetch: "fetch",
  websearch: "search the web for",
  task: "ask a subagent",
  agent: "ask a subagent",
  todowrite: "plan",
}

/** The verb of a tool; of one that is not known, its use. */
export function verbOf(tool: string): string {
  return VERBS[tool.toLowerCase()] ?? `use ${tool}`
}

/** A third person: "run" becomes "runs". */
const third = (verb: string): string => {
  const [first = "", ...rest] = verb.split(" ")
  const ending = /(?:s|sh|ch|x)$/.test(first) ? "es" : "s"
  return [`${first}${ending}`, ...rest].join(" ")
}

const HELD: Readonly<Record<string, string>> = {
  interrupted: "stopped; messages wait",
  stalled: "stopped: it was silent for too long",
  error: "stopped by an error; messages wait",
  lost: "its process was lost; messages wait",
  person: "held by you; messages wait",
  "usage-limit": "usage limit reached",
  "rate-limit": "rate limit; tries again soon",
}

/** What a session does now; nothing when it is quiet. `isPutOff`: a person does not want to hear now what it waits for. */
export function nowLine(record: Session, doing: Doing | undefined, isPutOff = false): NowLine | undefined {
  if (record.status === "deleted") return { words: purgeLine(record) }
  const asked = record.permissions.find(({ decision }) => decision === undefined)
  if (asked !== undefined) return askedLine(asked)
  if (record.agent?.trust?.state === "waiting" && !isPutOff) return { words: "trust", target: record.agent.trust.directory }
  const { terminal } = record
  const program = terminal?.program
  if (record.activity === "asking") return { words: program?.message ?? program?.title ?? "waits for you" }
  if (record.turn.status === "streaming") return turnLine(record, doing)
  const task = record.tasks?.[0]
  if (task !== undefined) return { words: task.progress ?? task.description }
  const ended = endedLine(record)
  if (ended !== undefined) return ended
  const reported = terminal === undefined ? undefined : programLine(terminal)
  if (reported !== undefined) return reported
  if (terminal?.lastCommand !== undefined && terminal.lastCommand.milliseconds === undefined)
    return { words: "run", target: terminal.lastCommand.line ?? terminal.title }
  const hold = record.agent?.hold
  if (hold !== undefined) return { words: hold.message ?? HELD[hold.reason] ?? "held" }
  return doing === undefined || doing.what === "nothing" ? quietLine(record) : doingLine(doing)
}

/** What a program reports of itself: its words, and how far it is while it works. */
function programLine({ program, lastCommand }: NonNullable<Session["terminal"]>): NowLine | undefined {
  if (program === undefined) return undefined
  const { state, message, progress } = program
  const percent = state === "working" && progress !== undefined ? `${progress} %` : undefined
  const words = [message, percent].filter((part) => part !== undefined).join(" · ")
  if (words === "") return undefined
  if (state === "failed") return { words, isFailure: true }
  const line = message === undefined && lastCommand?.milliseconds === undefined ? lastCommand?.line : undefined
  return line === undefined ? { words } : { words, target: line }
}

function askedLine({ kind, tool, title, subject, questions = [] }: PermissionRequest): NowLine {
  if (kind === "question") return { words: `asks: ${questions[0]?.question ?? title}` }
  if (kind === "plan") return { words: "asks: go ahead with this plan?" }
  return subject === "" ? { words: title } : { words: verbOf(tool), target: oneLine(subject) }
}

function turnLine({ turn }: Session, doing: Doing | undefined): NowLine {
  if (turn.interrupting === true) return { words: "stopping" }
  if (turn.silentSince !== undefined) return { words: "silent; it may be stuck" }
  return doing === undefined ? { words: "works" } : doingLine(doing)
}

function doingLine({ what, words = "", target }: Doing): NowLine {
  if (what === "thinking") return { words: "thinks" }
  if (what === "writing") return { words: "writes" }
  if (what === "screen") return { words: "shows a full screen" }
  if (what === "printing") return { words: "", target: words }
  return target === undefined ? { words: third(verbOf(words)) } : { words: third(verbOf(words)), target: oneLine(target) }
}

function endedLine({ process, exitCode, signal, problem, news, kind }: Session): NowLine | undefined {
  if (process === "failed") return { words: problem ?? "could not be started", isFailure: true }
  if (process === "lost") return { words: problem ?? "its runner was lost", isFailure: true }
  if (kind !== "agent" && process === "exited") {
    if (signal !== undefined) return { words: `ended by ${signal}`, isFailure: true }
    return exitCode === 0 ? { words: "finished" } : { words: `ended with exit code ${exitCode ?? "unknown"}`, isFailure: true }
  }
  if (kind === "agent" && news?.what === "failed") return { words: problem ?? "its last turn failed", isFailure: true }
  return undefined
}

function quietLine({ agent, terminal, news }: Session): NowLine | undefined {
  if (news?.what === "finished") return { words: "finished" }
  const command = terminal?.lastCommand?.line
  if (command !== undefined) return { words: "ran", target: command }
  if (agent !== undefined) return { words: agent.turns === 0 ? "not asked anything yet" : "idle" }
  return terminal === undefined ? undefined : { words: "", target: terminal.cwd }
}

const purgeLine = ({ purgeAt }: Session): string =>
  purgeAt === undefined
    ? "in the trash"
    : `deleted for good on ${new Date(purgeAt).toLocaleDateString(undefined, { dateStyle: "medium" })}`

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim()
