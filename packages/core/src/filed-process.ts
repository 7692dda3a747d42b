/** What a hub that starts finds its work by. */
import type { SessionState } from "./state.ts"

/** How the store files a session's process: one that the hub is to start by itself is found after a restart as `starting`. */
export function filedProcess({ agent, process, status }: SessionState): SessionState["process"] {
  if (agent === undefined || process === "running") return process
  if (agent.owedRules !== undefined) return "starting"
  if (status === "deleted") return process
  const owed = agent.queue.some((item) => item.status === "sent") || agent.hold?.continues === true
  return owed ? "starting" : process
}
