/** Hands a message over with its files, which the hub keeps beside the log (docs/protocol/rules.md, M-11). */
import { readFileSync } from "node:fs"
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { AgentDriver } from "./agent-driver.ts"
import type { AgentInstruction, DeliveredPart } from "@holdfast/link/agent-messages"
import type { Turns } from "./Turns.ts"

/** A message whose files cannot be read does not reach the agent, and is reported as returned. */
export function deliverRead(
  turns: Turns,
  driver: AgentDriver,
  { messageId, turn, parts, steer }: Extract<AgentInstruction, { type: "deliver" }>,
): void {
  const read = readParts(parts)
  if (typeof read !== "string") return turns.deliver(driver, { id: messageId, turn, parts: read }, steer)
  if (steer) turns.refuse(messageId, read)
  else turns.refuseTurn({ id: messageId, turn }, read, "error")
}

/** The parts with the bytes of their files as `data:` URLs; or why one cannot be read. */
function readParts(parts: ReadonlyArray<DeliveredPart>): ReadonlyArray<InputPart> | string {
  try {
    return parts.map(filled)
  } catch (error) {
    return `a file of the message cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

function filled({ path, ...part }: DeliveredPart): InputPart {
  if (path === undefined || part.type !== "file") return part
  // The thread is this agent's alone: no one waits for it.
  return { ...part, url: `data:${part.mediaType};base64,${readFileSync(path).toString("base64")}` }
}
