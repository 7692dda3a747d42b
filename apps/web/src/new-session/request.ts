/** What is asked of the server for a new session. */
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import type { Session } from "@holdfast/protocol/session"
import type { OutboxInput, ShownSession } from "@holdfast/client/outbox"
import { modeOptionOf } from "../app/mode-option.ts"
import type { Choice } from "./wish.ts"

/** Input of a create. */
export type CreateInput = OutboxInput<"sessions.create">

/** A directory as a request has it: without one the server takes the home directory. */
const inDirectory = (directory: string): Pick<CreateInput, "cwd"> => (directory.trim() === "" ? {} : { cwd: directory.trim() })

/** The request for an agent's session. */
export function agentRequest(agent: AgentEntry, choice: Choice, message: string): CreateInput {
  const { name } = agent
  const [model, mode, option] = [choice.models[name], choice.modes[name], modeOptionOf(agent)]
  const options = {
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined || option === undefined ? {} : { [option]: mode }),
  }
  return {
    kind: "agent",
    agent: name,
    ...inDirectory(choice.directory),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    ...(message.trim() === "" ? {} : { message: { text: message } }),
  }
}

/** The request for a terminal with the person's shell. */
export function terminalRequest(directory: string): CreateInput {
  return { kind: "terminal", ...inDirectory(directory) }
}

/** Whether an agent takes a mode when its session is made. */
export function takesMode(agent: AgentEntry): boolean {
  return modeOptionOf(agent) !== undefined
}

const made = (sessions: ReadonlyArray<ShownSession>): ReadonlyArray<Session> =>
  sessions.flatMap((session) => (session.status === "offline" ? [] : [session]))

/** Models and modes that an agent offered in the session that was active last: no agent says them before it is started. */
export function choicesOf(sessions: ReadonlyArray<ShownSession>, agent: string): Pick<Session["agent"] & object, "info">["info"] {
  const found = made(sessions).find((session) => session.agent?.name === agent && (session.agent.info.models?.length ?? 0) > 0)
  return found?.agent?.info ?? {}
}

/** Directories of sessions, the one that was used last first. */
export function recentDirectories(sessions: ReadonlyArray<ShownSession>): ReadonlyArray<string> {
  const all = made(sessions)
    .map((session) => [session.agent?.cwd ?? session.terminal?.cwd, session.lastActiveAt] as const)
    .sort(([, one], [, other]) => other - one)
  return [...new Set(all.flatMap(([directory]) => directory ?? []))]
}

/** Most directories that are offered. */
const DIRECTORIES_MAX = 8

/** The recent directories that go with what is typed; all of them while what is typed is one of them. */
export function offeredDirectories(recent: ReadonlyArray<string>, typed: string): ReadonlyArray<string> {
  const words = typed.trim().toLowerCase().split(/\s+/)
  const isOne = recent.includes(typed.trim())
  return recent
    .filter((directory) => isOne || words.every((word) => directory.toLowerCase().includes(word)))
    .slice(0, DIRECTORIES_MAX)
}

/** Agents' sessions that work in a directory already: two in one overwrite each other's files. */
export function sharing(sessions: ReadonlyArray<ShownSession>, directory: string): ReadonlyArray<Session> {
  const wanted = withoutSlash(directory.trim())
  if (wanted === "") return []
  return made(sessions).filter(
    ({ status, agent }) => status === "active" && agent !== undefined && withoutSlash(agent.cwd) === wanted,
  )
}

const withoutSlash = (path: string): string => path.replace(/(?<=.)\/+$/, "")

/** The command that makes a second working copy of a repository beside it. */
export function worktreeCommand(directory: string): string {
  const path = withoutSlash(directory.trim())
  const name = path.slice(path.lastIndexOf("/") + 1)
  return `git -C ${quoted(path)} worktree add ${quoted(`${path}-2`)} -b ${quoted(`${name}-2`)}`
}

const quoted = (text: string): string => (/^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`)
