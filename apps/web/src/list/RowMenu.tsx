/** What can be done with sessions of the list, by right click, long touch, the menu key or the button of a row. */
import { useRef } from "react"
import type { ReactElement, SyntheticEvent } from "react"
import { useHub } from "@holdfast/react"
import type { HubModel } from "@holdfast/client/model"
import { formNow } from "../app/media.ts"
import { ContextMenu } from "../ui/Menu.tsx"
import type { MenuItem } from "../ui/menu-item.ts"
import { useOpen } from "../workspace/use-open.ts"
import type { Open } from "../workspace/use-open.ts"
import { edit } from "./editing.ts"
import type { ListModel } from "./ListModel.ts"
import { createOf } from "./offline.ts"
import { usePeek } from "./peek.ts"
import css from "./rail.module.css"
import { useList } from "./use-list.ts"
import { useListActions } from "./use-list-actions.ts"
import type { ListActions } from "./use-list-actions.ts"

/** Puts the menu around the rows. */
export function RowMenu({ children }: { readonly children: ReactElement }): ReactElement {
  const pressed = useRef<ReadonlyArray<string>>([])
  const list = useList()
  const parts = { hub: useHub(), list, actions: useListActions(), open: useOpen(), peek: usePeek() }
  const look = (event: SyntheticEvent): void => {
    const { target } = event
    const row = target instanceof Element ? target.closest<HTMLElement>("[role=listitem][data-session]") : null
    const id = row?.dataset["session"]
    pressed.current = id === undefined ? [] : list.get().chosen.has(id) ? list.targets : [id]
    // Beside the rows there is nothing to be done: the browser's own menu comes.
    if (id === undefined) event.stopPropagation()
    else if (event.type === "contextmenu") list.pick(id)
  }
  return (
    <div
      className={css["around"]}
      onContextMenuCapture={look}
      onPointerDownCapture={(event) => event.pointerType !== "mouse" && look(event)}
    >
      <ContextMenu label="Actions" items={() => itemsFor(pressed.current, { ...parts, isPhone: formNow() === "phone" })}>
        {children}
      </ContextMenu>
    </div>
  )
}

/** What items are made with. */
export interface MenuParts {
  readonly hub: HubModel
  readonly list: ListModel
  readonly actions: ListActions
  readonly open: Open
  readonly peek: (id: string) => void
  /** One thing is shown at a time, so that nothing opens beside another. */
  readonly isPhone: boolean
}

/** The items for sessions: what counts is how the first of them stands. */
export function itemsFor(ids: ReadonlyArray<string>, parts: MenuParts): ReadonlyArray<MenuItem> {
  const [id] = ids
  if (id === undefined) return []
  if (createOf(id) !== undefined) return offlineItems(id, parts.hub)
  const status = parts.hub.table.record(id).get()?.status
  return status === "archived" || status === "deleted" ? putAwayItems(ids, status, parts) : activeItems(ids, parts)
}

/** What has the focus after the menu is what opens then, not the row. */
const later = (run: () => void): void => void setTimeout(run, 50)

function activeItems(
  ids: ReadonlyArray<string>,
  { hub, list, actions, open, peek, isPhone }: MenuParts,
): ReadonlyArray<MenuItem> {
  const [id = ""] = ids
  const record = hub.table.record(id).get()
  const isPinned = record?.pinned === true
  const isUnread = hub.beside.unread.get().includes(id)
  const beside: ReadonlyArray<MenuItem> = [
    { title: "Open to the right", icon: "split", keys: "v", run: () => open.session(id, { split: "right" }) },
    { title: "Open below", icon: "splitDown", keys: "h", run: () => open.session(id, { split: "down" }) },
  ]
  const ofOne: ReadonlyArray<MenuItem> = [
    { title: "Open", keys: "Enter", run: () => open.session(id) },
    {
      title: record?.kind === "agent" ? "Peek and reply" : "Peek",
      icon: "inbox",
      keys: "Space",
      run: () => later(() => peek(id)),
    },
    ...(isPhone ? [] : beside),
    "line",
    { title: "Rename", icon: "edit", keys: "r", run: () => later(() => edit(id, "label")) },
    { title: "Edit tags", icon: "tag", keys: "t", run: () => later(() => edit(id, "tags")) },
  ]
  return [
    ...(ids.length === 1 ? ofOne : []),
    { title: isPinned ? "Unpin" : "Pin", icon: "pin", keys: "p", run: () => actions.pin(ids) },
    { title: isUnread ? "Mark as read" : "Mark as unread", icon: "unread", keys: "u", run: () => actions.unread(ids) },
    {
      title: list.get().snoozed.has(id) ? "Show again" : "Not now, for an hour",
      icon: "moon",
      keys: "s",
      run: () => actions.snooze(ids),
    },
    "line",
    { title: "Archive", icon: "archive", keys: "e", run: () => actions.archive(ids) },
    { title: "Move to the trash", icon: "trash", keys: "Delete", isDanger: true, run: () => actions.trash(ids) },
  ]
}

function putAwayItems(
  ids: ReadonlyArray<string>,
  status: "archived" | "deleted",
  { actions, open }: MenuParts,
): ReadonlyArray<MenuItem> {
  const place = status === "archived" ? "archive" : "trash"
  const [id = ""] = ids
  return [
    ...(ids.length === 1 ? [{ title: "Open", keys: "Enter", run: () => open.session(id) }] : []),
    { title: `Take out of the ${place}`, icon: "undo", keys: "e", run: () => actions.restore(ids) },
    ...(status === "archived"
      ? [{ title: "Move to the trash", icon: "trash", keys: "Delete", isDanger: true, run: () => actions.trash(ids) } as const]
      : []),
  ]
}

function offlineItems(id: string, { box, outbox }: HubModel): ReadonlyArray<MenuItem> {
  const create = createOf(id) ?? ""
  const hasFailed = outbox.get()?.items.find((item) => item.id === create)?.status === "failed"
  const leave = (): void => void (hasFailed ? box?.clear(create) : box?.cancel(create))
  return [
    ...(hasFailed ? [{ title: "Try again", icon: "restart", run: () => void box?.retry(create) } as const] : []),
    { title: "Do not create it", icon: "trash", isDanger: true, run: leave },
  ]
}
