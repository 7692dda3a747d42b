/**
 * The agent part of a session's record, as lines of name and value.
 */
import type { AgentChoice, Loaded } from "@holdfast/protocol/agent/agent"
import type { Session } from "@holdfast/protocol/session"
import { heldText } from "../agent/hold-text.ts"
import { requestName, subjectLines } from "../agent/request-lines.ts"
import { taskText } from "../agent/tasks.ts"
import { usageText } from "../agent/usage-text.ts"
import { broughtLines, trustWords } from "../agent/trust-lines.ts"
import { clock } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { shortId } from "./show-state.ts"

/** Names of a list that are shown. */
const NAMES_MAX = 12

type Lines = ReadonlyArray<readonly [string, string | undefined]>

/** What is known of an agent: its name, model, mode, process, usage, queue and what it asks. */
export function agentLines(session: Session, agent: NonNullable<Session["agent"]>): Lines {
  const { info, usage, hold, options } = agent
  const waiting = session.permissions.filter(({ decision }) => decision === undefined)
  const spent = usageText(usage)
  const set = Object.entries(options).map(
    ([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  )
  return [
    ["agent", printable(`${agent.name}${info.version === undefined ? "" : ` ${info.version}`}, adapter ${agent.adapter}`)],
    ["directory", printable(agent.cwd)],
    ["trust", agent.trust && trustWords(agent.trust)],
    ...(agent.trust?.state === "waiting" ? broughtLines(agent.trust.brings, "").map((line): Lines[number] => ["", line]) : []),
    ["options", set.length === 0 ? undefined : printable(set.join(" "))],
    ["model", choice(info.model, info.models)],
    ["mode", choice(info.mode, info.modes)],
    ...loadedLines(info.loaded),
    ["process", `${session.process}${agent.pid === undefined ? "" : `, pid ${agent.pid}`}`],
    ["turns", String(agent.turns)],
    [
      "silent",
      session.turn.silentSince === undefined ? undefined : `nothing from the agent since ${clock(session.turn.silentSince)}`,
    ],
    ["usage", spent === "" ? undefined : spent],
    ...(session.tasks ?? []).map((task): readonly [string, string] => ["runs", `${taskText(task)} (${printable(task.id)})`]),
    [
      "queue",
      session.queue.length === 0 && hold === undefined
        ? undefined
        : queued(session.queue.length, hold && heldText(hold, shortId(session.id))),
    ],
    ...waiting.flatMap((request): Lines => [
      ["asks", printable(`${request.title} (${request.id})`)],
      ...subjectLines(session.id, request, requestName(request)).map((line) => ["", line.slice(2)] as const),
    ]),
  ]
}

/** What an agent was started with, a line each; servers with their state. */
function loadedLines(loaded: Loaded | undefined): Lines {
  if (loaded === undefined) return []
  const { sources, memory, hooks, servers, agents, skills, plugins, problems } = loaded
  const list = (names: ReadonlyArray<string>): string | undefined =>
    names.length === 0
      ? undefined
      : printable(names.slice(0, NAMES_MAX).join(", ") + (names.length > NAMES_MAX ? `, … ${names.length - NAMES_MAX} more` : ""))
  return [
    ["settings", list(sources) ?? "none"],
    ["memory", list(memory)],
    ["hooks", list(hooks)],
    ...servers.map(({ name, status, error }): Lines[number] => [
      "MCP",
      printable(`${name}: ${status}${error === undefined ? "" : `, ${error}`}`),
    ]),
    ["subagents", list(agents)],
    ["skills", list(skills)],
    ["plugins", list(plugins)],
    ...problems.map((problem): Lines[number] => ["problem", printable(problem)]),
  ]
}

const queued = (count: number, hold: string | undefined): string =>
  [`${count} waiting`, ...(hold === undefined ? [] : [hold])].join(", ")

function choice(chosen: string | undefined, all: ReadonlyArray<AgentChoice> | undefined): string | undefined {
  const others = (all ?? []).map(({ id }) => id).filter((id) => id !== chosen)
  if (chosen === undefined && others.length === 0) return undefined
  const offered = others.length === 0 ? "" : ` (also ${others.slice(0, 12).join(", ")}${others.length > 12 ? ", …" : ""})`
  return printable(`${chosen ?? "the agent's own"}${offered}`)
}
