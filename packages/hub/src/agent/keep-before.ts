/** Has the runner keep how a session's directory is as a turn begins, so that what the turn changes can be shown (FS-24). */
import type { OpenSession } from "../session/OpenSession.ts"
import type { AgentContext } from "./AgentContext.ts"

/** Asks for it and waits for nothing: the turn begins meanwhile, and without a snapshot there is only less to show. */
export function keepBefore(context: AgentContext, { id, durable }: OpenSession, turn: string): void {
  const { fleet, directories, report } = context
  const { agent } = durable
  // A runner of another build would not understand it; the agents that it still has go without.
  const link = fleet.ready
  if (agent === undefined || link === undefined) return
  const { guarded } = directories
  const kept = directories.of(durable.directory)
  directories
    .make(durable.directory)
    .then(() => link.connection.files({ ask: "snapshot", root: agent.spec.cwd, kept, guarded, turn }))
    .catch((cause: unknown) =>
      report("the files before a turn could not be kept", {
        session: id,
        turn,
        cause: cause instanceof Error ? cause.message : String(cause),
      }),
    )
}
