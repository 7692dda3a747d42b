/** What can be done with sessions wherever they are shown: in the menu of a row, of a pane, and in the palette (docs/protocol/app-rules.md, APP-22). */
import type { Session } from "@holdfast/protocol/session"
import type { IconName } from "../ui/icons.tsx"
import type { Editing } from "./editing.ts"
import type { ListActions } from "./use-list-actions.ts"

/** Something that is done with sessions. */
export interface SessionAct {
  readonly id: "rename" | "tags" | "pin" | "unread" | "snooze" | "archive" | "trash"
  readonly title: string
  readonly keys: ReadonlyArray<string>
  readonly icon: IconName
  readonly isDanger?: true
  /** Other words by which the palette finds it. */
  readonly words?: string
  readonly run: () => void
}

/** How the sessions stand: what counts is the first of them. */
export interface ActState {
  readonly status: Session["status"]
  readonly isPinned: boolean
  readonly isUnread: boolean
  /** What it asks is put off. */
  readonly isSnoozed: boolean
}

/** The acts for sessions; with `edit` those of one session alone, too. */
export function sessionActs(
  ids: ReadonlyArray<string>,
  { status, isPinned, isUnread, isSnoozed }: ActState,
  actions: ListActions,
  edit?: (what: Editing) => void,
): ReadonlyArray<SessionAct> {
  const trash: SessionAct = {
    id: "trash",
    title: "Move to the trash",
    keys: ["Delete"],
    icon: "trash",
    isDanger: true,
    words: "delete remove",
    run: () => actions.trash(ids),
  }
  if (status !== "active") {
    const place = status === "archived" ? "archive" : "trash"
    const restore = { title: `Take out of the ${place}`, keys: ["e"], run: () => actions.restore(ids) }
    return [{ ...restore, id: "archive", icon: "undo", words: "restore" }, ...(status === "archived" ? [trash] : [])]
  }
  const ofOne: ReadonlyArray<SessionAct> =
    edit === undefined
      ? []
      : [
          { id: "rename", title: "Rename", keys: ["r", "F2"], icon: "edit", words: "name label", run: () => edit("label") },
          { id: "tags", title: "Edit tags", keys: ["t"], icon: "tag", run: () => edit("tags") },
        ]
  return [
    ...ofOne,
    { id: "pin", title: isPinned ? "Unpin" : "Pin", keys: ["p"], icon: "pin", run: () => actions.pin(ids) },
    {
      id: "unread",
      title: isUnread ? "Mark as read" : "Mark as unread",
      keys: ["u"],
      icon: "unread",
      run: () => actions.unread(ids),
    },
    {
      id: "snooze",
      title: isSnoozed ? "Show again" : "Not now, for an hour",
      keys: ["s"],
      icon: "moon",
      words: "snooze later",
      run: () => actions.snooze(ids),
    },
    { id: "archive", title: "Archive", keys: ["e"], icon: "archive", run: () => actions.archive(ids) },
    trash,
  ]
}
