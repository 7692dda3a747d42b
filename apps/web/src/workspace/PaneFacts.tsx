/** What a session's title line says of it beside its name: agent and directory, how full its context is, and what it cost. */
import type { ReactElement } from "react"
import type { ShownSession } from "@holdfast/client/outbox"
import type { AgentState } from "@holdfast/protocol/agent/agent"
import { directoryOf } from "../list/section-of.ts"
import { useBranch } from "../panes/changes/branches.ts"
import { contextOf, costText } from "../ui/usage.ts"
import styles from "./PaneFacts.module.css"

/** The last name of a path. */
const lastOf = (path: string): string => path.replace(/[/\\]+$/, "").replace(/^.*[/\\]/, "") || path

/** Who works, where, and on which branch, as far as that was asked for. A narrow pane has no room for it. */
export function PanePlace({ session }: { readonly session: ShownSession | undefined }): ReactElement | null {
  const branch = useBranch(session?.id ?? "")
  if (session === undefined || session.status === "offline") return null
  const directory = directoryOf(session)
  return (
    <span className={styles["place"]}>
      {session.agent === undefined ? null : <bdi>{session.agent.name}</bdi>}
      {directory === undefined ? null : (
        <code title={directory} dir="ltr">
          {lastOf(directory)}
        </code>
      )}
      {branch === undefined ? null : (
        <code title={`Branch ${branch}, when its changes were last looked at`} dir="ltr">
          {branch}
        </code>
      )}
    </span>
  )
}

/** How full the context is, and what the session cost, as far as its agent reports them. On the phone it stands below the field. */
export function PaneUse({ agent }: { readonly agent: AgentState | undefined }): ReactElement | null {
  const usage = agent?.usage ?? {}
  const context = contextOf(usage)
  const cost = costText(usage.cost)
  if (context === undefined && cost === undefined) return null
  return (
    <span className={styles["use"]}>
      {context === undefined ? null : (
        <span className={styles["context"]} title={context.title}>
          <meter className={styles["meter"]} min={0} max={1} high={0.8} value={context.part} aria-label={context.title} />
          {context.words}
        </span>
      )}
      {cost === undefined ? null : <span title="Cost so far, as the agent reports it">{cost}</span>}
    </span>
  )
}
