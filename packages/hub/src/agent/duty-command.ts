/** What a duty asks of an agent's process (docs/protocol/rules.md, A-2): with a message's parts whole, and its files by their paths. */
import type { Duty } from "@holdfast/core/agent/duties"
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { AgentInstruction } from "@holdfast/link/agent-messages"
import type { OpenSession } from "../session/OpenSession.ts"
import { isDirectoryThere } from "../session/PathChecks.ts"
import type { AgentContext } from "./AgentContext.ts"
import { withPaths } from "./message-files.ts"
import { outcomeFor } from "./permission-outcome.ts"
import { wholeParts } from "./queued-message.ts"
import { directoryGone } from "./start-agent.ts"

/** Rejects when the directory in which the agent works is gone: nothing is handed over to run there. */
async function inDirectory(context: AgentContext, { id, durable }: OpenSession): Promise<void> {
  const cwd = durable.agent?.spec.cwd
  if (cwd !== undefined && !(await context.run(isDirectoryThere(cwd)))) throw directoryGone(id, cwd)
}

/** The command of a duty. Rejects when a message cannot be read from the log, or has no directory to go to. */
export function commandFor(
  context: AgentContext,
  session: OpenSession,
  duty: Exclude<Duty, { readonly type: "start" | "end" }>,
): AgentInstruction | Promise<AgentInstruction> {
  switch (duty.type) {
    case "deliver": {
      const { messageId, turn, item, steer } = duty
      const directory = context.directory(session.durable)
      const deliver = (parts: ReadonlyArray<InputPart>): AgentInstruction => ({
        type: "deliver",
        messageId,
        turn,
        parts: withPaths(directory, parts),
        steer,
      })
      const parts = item.cut === true ? context.run(wholeParts(session, item)) : item.parts
      return inDirectory(context, session)
        .then(() => parts)
        .then(deliver)
    }
    case "interrupt":
      return { type: "interrupt", turn: duty.turn }
    case "answer": {
      const { requestId, decision } = duty
      const request = session.durable.agent?.permissions.find(({ id }) => id === requestId)
      return { type: "answer", requestId, outcome: outcomeFor(request, decision) }
    }
    case "stop-task":
      return { type: "stop-task", taskId: duty.taskId }
    case "configure": {
      const { id: _, ...change } = duty
      return change
    }
  }
}
