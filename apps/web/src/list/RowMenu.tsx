/** What can be done with sessions of the list, by right click, long touch, the menu key or the button of a row. */
import { useRef } from "react"
import type { ReactElement, SyntheticEvent } from "react"
import { useHub } from "@holdfast/react"
import type { HubModel } from "@holdfast/client/model"
import { formNow } from "../app/media.ts"
import { tellNotice } from "../app/notices.ts"
import { ContextMenu } from "../ui/Menu.tsx"
import type { MenuItem } from "../ui/menu-item.ts"
import { useOpen } from "../workspace/use-open.ts"
import type { Open } from "../workspace/use-open.ts"
import { afterOver, edit } from "./editing.ts"
import type { ListModel } from "./ListModel.ts"
import { createOf } from "./offline.ts"
import { usePeek } from "./peek.ts"
import { sessionActs } from "./session-acts.ts"
import type { ActState, SessionAct } from "./session-acts.ts"
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
  const record = parts.hub.table.record(id).get()
  const status = record === undefined || record.status === "offline" ? "active" : record.status
  const isOne = ids.length === 1
  const acts = sessionActs(ids, stateOf(id, status, parts), parts.actions, isOne ? (what) => edit(id, what) : undefined)
  return [...(isOne ? openingItems(id, status === "active", parts) : []), ...acts.flatMap(actItems)]
}

function stateOf(id: string, status: ActState["status"], { hub, list }: MenuParts): ActState {
  return {
    status,
    isPinned: hub.table.record(id).get()?.pinned === true,
    isUnread: hub.beside.unread.get().includes(id),
    isSnoozed: list.get().snoozed.has(id),
  }
}

function actItems({ id, title, keys, icon, isDanger, run }: SessionAct): ReadonlyArray<MenuItem> {
  const item: MenuItem = { title, keys: keys[0], icon, run, ...(isDanger === undefined ? {} : { isDanger }) }
  return id === "archive" && icon === "archive" ? ["line", item] : [item]
}

function openingItems(id: string, isActive: boolean, { hub, open, peek, isPhone }: MenuParts): ReadonlyArray<MenuItem> {
  const beside: ReadonlyArray<MenuItem> = [
    { title: "Open to the right", icon: "split", keys: "v", run: () => open.session(id, { split: "right" }) },
    { title: "Open below", icon: "splitDown", keys: "h", run: () => open.session(id, { split: "down" }) },
  ]
  const look: MenuItem = {
    title: hub.table.record(id).get()?.kind === "agent" ? "Peek and reply" : "Peek",
    icon: "inbox",
    keys: "Space",
    // What has the focus after the menu is what opens then, not the row.
    run: () => afterOver(() => peek(id)),
  }
  const opens: MenuItem = { title: "Open", keys: "Enter", run: () => open.session(id) }
  return isActive ? [opens, look, ...(isPhone ? [] : beside), "line"] : [opens]
}

function offlineItems(id: string, hub: HubModel): ReadonlyArray<MenuItem> {
  const { box, outbox } = hub
  const create = createOf(id) ?? ""
  const item = outbox.get()?.items.find((one) => one.id === create)
  const hasFailed = item?.status === "failed"
  const leave = (): void => {
    if (item === undefined) return
    import("../app/take-back-item.ts")
      .then((acts) => (hasFailed ? acts.dropItem : acts.takeBackItem)(hub, item, id))
      .catch((cause: Error) => tellNotice(`It stays as it is: ${cause.message}`))
  }
  return [
    ...(hasFailed ? [{ title: "Try again", icon: "restart", run: () => void box?.retry(create) } as const] : []),
    { title: "Do not create it", icon: "trash", isDanger: true, run: leave },
  ]
}
