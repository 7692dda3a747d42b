/** What can be done with the session of a pane, as commands: for the palette, the pane's menu, and its keys (docs/protocol/app-rules.md, APP-22). */
import { useSeen, useSession } from "@holdfast/react"
import type { Session } from "@holdfast/protocol/session"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import type { Snoozed } from "../requests/snooze.ts"
import { snoozeStore } from "../requests/snooze-store.ts"
import { isPutOff } from "../requests/waiting.ts"
import { useStore } from "../ui/store.ts"
import { edit } from "./editing.ts"
import { sessionActs } from "./session-acts.ts"
import type { ActState } from "./session-acts.ts"
import { useListActions } from "./use-list-actions.ts"
import type { ListActions } from "./use-list-actions.ts"

/** What is put off returns by a change of what is put off: no clock is watched here. */
const isPutOffNow = (record: Session, snoozed: Snoozed): boolean => isPutOff(record, snoozed, Date.now())

/** Registers them, once the session is there. */
export function SessionCommands({ session }: { readonly session: string }): null {
  const { session: record } = useSession(session)
  const { isUnread } = useSeen(session)
  const snoozed = useStore(snoozeStore)
  const actions = useListActions()
  const made = record === undefined || record.status === "offline" ? undefined : record
  useCommands(made === undefined ? [] : commandsFor(made, { isUnread, isSnoozed: isPutOffNow(made, snoozed) }, actions))
  return null
}

/** The commands of one session. Into the trash leads no key of a pane: it is too near to what is typed. */
export function commandsFor(
  { id, status, pinned }: Pick<Session, "id" | "status" | "pinned">,
  marks: Pick<ActState, "isUnread" | "isSnoozed">,
  actions: ListActions,
): ReadonlyArray<Command> {
  const acts = sessionActs([id], { status, isPinned: pinned, ...marks }, actions, (what) => edit(id, what, "pane"))
  return acts.map(({ id: act, title, keys, words, run }): Command => ({
    id: `session.${act}`,
    title,
    when: "pane",
    session: id,
    run,
    ...(act === "trash" ? {} : { keys }),
    ...(words === undefined ? {} : { words }),
  }))
}
