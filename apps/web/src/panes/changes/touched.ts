/** Which events of a session may have changed files (docs/protocol/app-rules.md, APP-63). */
import type { StreamEvent } from "@holdfast/client/model"

const TYPES = new Set([
  "turn/started",
  "turn/ended",
  "agent/tool-output-available",
  "agent/tool-output-error",
  "agent/folded",
  "task/ended",
  "session/agent-moved",
  "terminal/command",
  "terminal/exit",
])

/** Whether something after a seq may have changed files. */
export function isTouched(events: ReadonlyArray<StreamEvent>, after: number): boolean {
  for (let at = events.length - 1; at >= 0; at--) {
    const { seq, channel, type } = events[at]!
    if (seq <= after) return false
    if (TYPES.has(`${channel}/${type}`)) return true
  }
  return false
}
