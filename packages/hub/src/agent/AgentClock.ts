/**
 * The one timer of an agent session: idle unload, silence, stall, expiry of permission requests, the end of a limit
 * (docs/protocol/rules.md, A-6, A-8, A-20, A-61, P-6, A-13). A session without a process and without such a limit has none.
 */
import { hasBackground } from "@holdfast/core/agent/tasks"
import type { SessionState } from "@holdfast/core/state"

/** What has come due. */
export type Due =
  | { readonly type: "idle" | "silent" | "stalled" | "limit-over" }
  | { readonly type: "expired"; readonly request: string }

/** The settings that matter here, in milliseconds. */
export interface ClockSettings {
  readonly agentIdle: number
  readonly agentSilent: number
  readonly agentStall: number
}

interface Deadline {
  readonly at: number
  readonly due: Due
}

/** Longest single wait of a timer of this platform, in milliseconds. */
const WAIT_MAX = 2 ** 31 - 1

/**
 * Since when a turn is quiet: what the agent did before it was given the message, or while it waited for a person's
 * answer, says nothing about it. `heard` is when the agent last did anything; epoch milliseconds.
 */
export function quietSince({ agent }: SessionState, heard: number): number {
  if (agent?.turn === undefined) return heard
  const handed = agent.queue.flatMap(({ status, at }) => (status === "sent" ? [at] : []))
  const answered = agent.permissions.flatMap(({ decision }) => decision?.at ?? [])
  return Math.max(heard, agent.turn.startedAt, ...handed, ...answered)
}

/** When something comes due next; `heard` is when the agent last did anything, `connected` whether it can be reached. */
export function nextDeadline(
  state: SessionState,
  { agentIdle, agentSilent, agentStall }: ClockSettings,
  heard: number,
  connected: boolean,
): Deadline | undefined {
  const { agent } = state
  if (agent === undefined || state.status === "deleted") return undefined
  const { ending, hold, turn } = agent
  const found: Array<Deadline> = []
  if (hold?.continues === true && hold.until !== undefined) {
    found.push({ at: hold.until, due: { type: "limit-over" } })
  }
  const quiet = quietSince(state, heard)
  const open = agent.permissions.filter(({ decision }) => decision === undefined)
  for (const { id, expiresAt } of open) {
    if (expiresAt !== undefined) found.push({ at: expiresAt, due: { type: "expired", request: id } })
  }
  if (turn === undefined) {
    const busy = agent.queue.some(({ status }) => status === "sent") || hasBackground(agent)
    if (connected && state.process === "running" && !busy && ending === undefined) {
      found.push({ at: Math.max(heard, state.lastActiveAt) + agentIdle, due: { type: "idle" } })
    }
  } else {
    const works = connected && state.process === "running" && ending === undefined
    // A turn may wait for what runs in the background, and that for a person.
    if (works && open.length === 0 && turn.interrupting === undefined) {
      found.push({ at: quiet + agentStall, due: { type: "stalled" } })
      if (turn.silentSince === undefined) found.push({ at: quiet + agentSilent, due: { type: "silent" } })
    }
  }
  return found.sort((a, b) => a.at - b.at)[0]
}

/** Wakes when a deadline has come; the deadline is looked at again then, because chunks move it without being told here. */
export class AgentClock {
  readonly #now: () => number
  readonly #next: () => Deadline | undefined
  readonly #act: (due: Due) => void
  #timer: NodeJS.Timeout | undefined
  #at = Number.POSITIVE_INFINITY

  constructor(now: () => number, next: () => Deadline | undefined, act: (due: Due) => void) {
    this.#now = now
    this.#next = next
    this.#act = act
  }

  /** True while something is waited for. */
  get armed(): boolean {
    return this.#timer !== undefined
  }

  /** The state has changed: waits for what is next now. */
  look(): void {
    const next = this.#next()
    if (next === undefined) return this.stop()
    if (this.#timer !== undefined && this.#at <= next.at) return
    this.#arm(next.at)
  }

  /** Waits for nothing any more. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #arm(at: number): void {
    clearTimeout(this.#timer)
    this.#at = at
    this.#timer = setTimeout(() => this.#fire(), Math.min(WAIT_MAX, Math.max(1, at - this.#now())))
    this.#timer.unref()
  }

  #fire(): void {
    this.#timer = undefined
    const next = this.#next()
    if (next === undefined) return
    if (next.at > this.#now()) return this.#arm(next.at)
    this.#act(next.due)
    // What came due changes the state, and is looked at again then; should it not, a later look is enough.
    const later = this.#next()
    if (later !== undefined) this.#arm(Math.max(later.at, this.#now() + 1000))
  }
}
