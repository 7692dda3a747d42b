/**
 * Duties: what the hub owes the agent's process, read from the durable state alone.
 *
 * Level-triggered: a duty stands until an event shows it done, so it is found again after every restart and reconnect;
 * the runner carries each out once (docs/protocol/rules.md, A-2).
 */
import type { PermissionDecision } from "@holdfast/protocol/agent/permission"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { SessionState } from "../state.ts"

/** One duty. `id` is the same for the same duty, so that it is performed once per connection. */
export type Duty =
  | { readonly type: "start"; readonly id: string }
  /** Ends the process; until it is gone nothing else is owed to it. */
  | { readonly type: "end"; readonly id: string }
  | {
      readonly type: "deliver"
      readonly id: string
      readonly messageId: string
      readonly turn: string
      readonly item: QueueItem
      readonly steer: boolean
    }
  | { readonly type: "interrupt"; readonly id: string; readonly turn: string }
  | { readonly type: "answer"; readonly id: string; readonly requestId: string; readonly decision: PermissionDecision }
  | { readonly type: "stop-task"; readonly id: string; readonly taskId: string }
  | { readonly type: "configure"; readonly id: string; readonly model?: string; readonly mode?: string }

/** The duties of a state, in the order in which they are performed. */
export function duties(state: SessionState): ReadonlyArray<Duty> {
  const { agent } = state
  if (agent === undefined) return []
  const alive = state.process === "starting" || state.process === "running"
  if (alive && agent.ending !== undefined) return [{ type: "end", id: `end:${agent.ending.since}` }]
  if (state.status === "deleted") return []
  const found: Array<Duty> = []
  const sent = agent.queue.filter(({ status }) => status === "sent")
  if (!alive) {
    return sent.length > 0 ? [{ type: "start", id: `start:${sent[0]?.turn ?? ""}` }] : []
  }
  const { model, mode } = agent.wanted
  const wanted = {
    ...(model === undefined || model === agent.info.model ? {} : { model }),
    ...(mode === undefined || mode === agent.info.mode ? {} : { mode }),
  }
  if (wanted.model !== undefined || wanted.mode !== undefined) {
    found.push({ type: "configure", id: `configure:${wanted.model ?? ""}:${wanted.mode ?? ""}`, ...wanted })
  }
  for (const item of sent) {
    const { id, turn = "", steer = false } = item
    found.push({ type: "deliver", id: `deliver:${id}:${turn}`, messageId: id, turn, item, steer })
  }
  for (const { id, decision } of agent.permissions) {
    if (decision !== undefined) found.push({ type: "answer", id: `answer:${id}`, requestId: id, decision })
  }
  for (const { id, stopping } of agent.tasks) {
    if (stopping !== undefined) found.push({ type: "stop-task", id: `stop-task:${id}:${stopping}`, taskId: id })
  }
  if (agent.turn?.interrupting !== undefined) {
    found.push({ type: "interrupt", id: `interrupt:${agent.turn.id}`, turn: agent.turn.id })
  }
  return found
}

/** Whether the process runs without what its directory brings although a person trusts that by now. */
export function isBehindTrust({ process, agent }: SessionState): boolean {
  const alive = process === "starting" || process === "running"
  const { trust, trusted } = agent ?? {}
  return alive && trusted !== true && trust?.state === "trusted" && trust.brings.some(({ runs }) => runs)
}
