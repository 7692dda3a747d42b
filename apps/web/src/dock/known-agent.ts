/** What an agent can do before it has said so: as its sessions had it last (docs/protocol/app-rules.md, APP-146). */
import { useMemo, useSyncExternalStore } from "react"
import type { ShownSession } from "@holdfast/client/outbox"
import type { AgentInfo, AgentState } from "@holdfast/protocol/agent/agent"
import { useHub } from "@holdfast/react"
import { modeOptionOf } from "../app/mode-option.ts"

/** What is known of an agent. */
export interface KnownAgent {
  /** What it said, or what others of its kind said last, with what was chosen for this one. */
  readonly info: AgentInfo
  /** What only it can say, once it has its first message. */
  readonly later: string | undefined
}

const hasSaid = ({ info }: AgentState): boolean => Object.keys(info).length > 0

const isOffered = (all: ReadonlyArray<unknown> | undefined): boolean => all !== undefined && all.length > 0

/** The text of an option that a session was made with. */
function optionOf({ options }: AgentState, name: string | undefined): string | undefined {
  const value = name === undefined ? undefined : options[name]
  return typeof value === "string" ? value : undefined
}

/** What is known of an agent from `sessions`, the one that was active last first. */
export function knownAgent(agent: AgentState, sessions: ReadonlyArray<ShownSession>): KnownAgent {
  const { wanted = {} } = agent
  // What it does not say yet is as it was chosen.
  if (hasSaid(agent)) return { info: { ...wanted, ...agent.info }, later: undefined }
  const others = sessions.flatMap((session) => {
    const other = session.status === "offline" ? undefined : session.agent
    return other !== undefined && other.name === agent.name && hasSaid(other) ? [other] : []
  })
  const choices = others.find(({ info }) => isOffered(info.models) || isOffered(info.modes)) ?? others[0]
  // Commands are those of a directory, too.
  const commands = others.find(({ cwd }) => cwd === agent.cwd)
  const { models, modes, steers } = choices?.info ?? {}
  const model = wanted.model ?? optionOf(agent, "model")
  const mode = wanted.mode ?? optionOf(agent, modeOptionOf(agent))
  const info: AgentInfo = {
    ...(models === undefined ? {} : { models }),
    ...(modes === undefined ? {} : { modes }),
    ...(steers === undefined ? {} : { steers }),
    ...(model === undefined ? {} : { model }),
    ...(mode === undefined ? {} : { mode }),
    ...(commands?.info.commands === undefined ? {} : { commands: commands.info.commands }),
  }
  const missing = [...(choices === undefined ? ["modes", "models"] : []), ...(commands === undefined ? ["commands"] : [])]
  return { info, later: agent.turns > 0 ? undefined : laterWords(missing) }
}

function laterWords(missing: ReadonlyArray<string>): string | undefined {
  const [first, ...rest] = missing
  if (first === undefined) return undefined
  const last = rest.pop()
  const all = last === undefined ? first : `${[first, ...rest].join(", ")} and ${last}`
  return `${all.slice(0, 1).toUpperCase()}${all.slice(1)} come with the first message`
}

const ALL = { status: "all" } as const
const NONE: ReadonlyArray<ShownSession> = Object.freeze([])
const nothing = (): (() => void) => () => undefined

/** What is known of the agent of a session; other sessions are looked at only until it has said something itself. */
export function useKnownAgent(agent: AgentState | undefined): KnownAgent | undefined {
  const { sessions } = useHub().table.list(ALL)
  const isEarly = agent !== undefined && !hasSaid(agent)
  const get = isEarly ? sessions.get : () => NONE
  const others = useSyncExternalStore(isEarly ? sessions.subscribe : nothing, get, get)
  return useMemo(() => (agent === undefined ? undefined : knownAgent(agent, others)), [agent, others])
}
