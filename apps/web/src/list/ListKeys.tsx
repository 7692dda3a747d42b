/** The keys of the list, as commands of the registry (docs/protocol/app-rules.md, APP-22). */
import type { ReactElement } from "react"
import { useHub } from "@holdfast/react"
import { formNow } from "../app/media.ts"
import { useGo } from "../app/use-route.ts"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import { useOpen } from "../workspace/use-open.ts"
import { edit, focusRow } from "./editing.ts"
import type { FilterChange } from "./filter.ts"
import type { ListModel } from "./ListModel.ts"
import { usePeek } from "./peek.ts"
import { endSearch, searchList } from "./Search.tsx"
import { useList } from "./use-list.ts"
import { useListActions } from "./use-list-actions.ts"
import type { ListActions } from "./use-list-actions.ts"

/** Registers them. Those of a row count while one has the focus, so that Enter and Space stay with the buttons of the list. */
export function ListKeys({ isOnRow }: { readonly isOnRow: boolean }): ReactElement | null {
  const list = useList()
  const open = useOpen()
  const go = useGo()
  /** On a phone the list may be away. */
  const seen = (run: () => void) => (): void => {
    if (formNow() === "phone") go("/")
    run()
  }
  useCommands([...movingCommands(list), ...goingCommands(list, open.session), ...searchCommands(list, seen)])
  return isOnRow ? <RowKeys /> : null
}

function RowKeys(): null {
  const list = useList()
  const hub = useHub()
  const open = useOpen()
  const peek = usePeek()
  const onPicked = (run: (id: string) => void) => (): void => {
    const { picked } = list.get()
    if (picked !== undefined) run(picked)
  }
  const isPutAway = (): boolean => {
    const [id = ""] = list.targets
    const status = hub.table.record(id).get()?.status
    return status === "archived" || status === "deleted"
  }
  useCommands([
    ...openingCommands(onPicked, open.session, peek),
    ...changingCommands(list, useListActions(), isPutAway, onPicked),
    ...choosingCommands(list, onPicked),
  ])
  return null
}

type OnPicked = (run: (id: string) => void) => () => void

/** Picks the row some places further, with the focus. */
function move(list: ListModel, by: number): void {
  const id = list.move(by)
  if (id !== undefined && !focusRow(id)) requestAnimationFrame(() => focusRow(id))
}

function movingCommands(list: ListModel): ReadonlyArray<Command> {
  return [
    { id: "list.next", isMotion: true, title: "Move down the list", keys: ["j"], run: () => move(list, 1) },
    { id: "list.previous", isMotion: true, title: "Move up the list", keys: ["k"], run: () => move(list, -1) },
    {
      id: "list.next-row",
      isMotion: true,
      title: "Next row of the list",
      keys: ["ArrowDown"],
      when: "list",
      run: () => move(list, 1),
    },
    {
      id: "list.previous-row",
      isMotion: true,
      title: "Previous row of the list",
      keys: ["ArrowUp"],
      when: "list",
      run: () => move(list, -1),
    },
    {
      id: "list.first",
      isMotion: true,
      title: "First row of the list",
      keys: ["Home"],
      when: "list",
      run: () => move(list, -Infinity),
    },
    {
      id: "list.last",
      isMotion: true,
      title: "Last row of the list",
      keys: ["End"],
      when: "list",
      run: () => move(list, Infinity),
    },
  ]
}

function goingCommands(list: ListModel, open: (id: string) => void): ReadonlyArray<Command> {
  return Array.from({ length: 9 }, (_, at) => ({
    id: `list.go-${at + 1}`,
    title: `Open session ${at + 1} of the list`,
    isMotion: true,
    keys: [`g ${at + 1}`],
    run: () => {
      const id = list.ids[at]
      if (id !== undefined) open(id)
    },
  }))
}

function searchCommands(list: ListModel, seen: (run: () => void) => () => void): ReadonlyArray<Command> {
  const show = (id: string, title: string, change: FilterChange, words = ""): Command => ({
    id: `list.${id}`,
    title,
    words: `list sessions ${words}`,
    run: seen(() => list.setFilter(change)),
  })
  return [
    { id: "list.search", title: "Search the list", keys: ["/"], run: seen(searchList) },
    show("waiting", "Show what waits", { tab: "waiting", status: "active" }, "asks blocked tab"),
    show("working", "Show what works", { tab: "working", status: "active" }, "running busy tab"),
    show("unread", "Show what is unread", { tab: "unread", status: "active" }, "finished new tab"),
    show("archive", "Show the archive", { status: "archived" }),
    show("trash", "Show the trash", { status: "deleted" }, "deleted"),
    {
      id: "list.all",
      title: "Show all active sessions",
      keys: ["Escape"],
      when: "list",
      run: () => {
        if (list.get().chosen.size > 0) return list.choose([])
        endSearch()
        list.clear()
      },
    },
  ]
}

function openingCommands(
  onPicked: OnPicked,
  open: (id: string, options?: { readonly split?: "right" | "down" }) => void,
  peek: (id: string) => void,
): ReadonlyArray<Command> {
  return [
    { id: "list.open", title: "Open the session", keys: ["Enter"], when: "list", run: onPicked((id) => open(id)) },
    { id: "list.peek", title: "Peek and reply", keys: ["Space"], when: "list", run: onPicked(peek) },
    {
      id: "list.right",
      title: "Open to the right",
      keys: ["v"],
      when: "list",
      run: onPicked((id) => open(id, { split: "right" })),
    },
    { id: "list.below", title: "Open below", keys: ["h"], when: "list", run: onPicked((id) => open(id, { split: "down" })) },
  ]
}

function changingCommands(
  list: ListModel,
  actions: ListActions,
  isPutAway: () => boolean,
  onPicked: OnPicked,
): ReadonlyArray<Command> {
  /** The row below takes the place of what leaves. */
  const away = (run: (ids: ReadonlyArray<string>) => void) => (): void => {
    const { targets, ids } = list
    const next =
      ids.find((id, at) => at > ids.indexOf(targets.at(-1) ?? "") && !targets.includes(id)) ??
      ids.findLast((id) => !targets.includes(id))
    run(targets)
    list.pick(next)
    if (next !== undefined) requestAnimationFrame(() => focusRow(next))
  }
  const archive = (ids: ReadonlyArray<string>): void => (isPutAway() ? actions.restore(ids) : actions.archive(ids))
  return [
    { id: "list.archive-session", title: "Archive, or take out of the archive", keys: ["e"], when: "list", run: away(archive) },
    {
      id: "list.trash-session",
      title: "Move to the trash",
      keys: ["Delete", "$mod+Backspace"],
      when: "list",
      run: away(actions.trash),
    },
    { id: "list.pin", title: "Pin or unpin", keys: ["p"], when: "list", run: () => actions.pin(list.targets) },
    {
      id: "list.mark-unread",
      title: "Mark as unread or read",
      keys: ["u"],
      when: "list",
      run: () => actions.unread(list.targets),
    },
    { id: "list.snooze", title: "Not now, for an hour", keys: ["s"], when: "list", run: () => actions.snooze(list.targets) },
    { id: "list.rename", title: "Rename", keys: ["r", "F2"], when: "list", run: onPicked((id) => edit(id, "label")) },
    { id: "list.tag", title: "Edit tags", keys: ["t"], when: "list", run: onPicked((id) => edit(id, "tags")) },
  ]
}

function choosingCommands(list: ListModel, onPicked: OnPicked): ReadonlyArray<Command> {
  const extend = (by: number) => (): void => {
    const { picked } = list.get()
    if (picked !== undefined) list.choose([...list.get().chosen, picked])
    move(list, by)
    const next = list.get().picked
    if (next !== undefined) list.choose([...list.get().chosen, next])
  }
  return [
    {
      id: "list.choose",
      title: "Choose for an action together",
      keys: ["x"],
      when: "list",
      run: onPicked((id) => list.toggle(id)),
    },
    { id: "list.choose-all", title: "Choose all of the list", keys: ["$mod+a"], when: "list", run: () => list.choose(list.ids) },
    {
      id: "list.choose-down",
      title: "Choose the next one, too",
      isMotion: true,
      keys: ["Shift+ArrowDown", "Shift+J"],
      when: "list",
      run: extend(1),
    },
    {
      id: "list.choose-up",
      title: "Choose the previous one, too",
      isMotion: true,
      keys: ["Shift+ArrowUp", "Shift+K"],
      when: "list",
      run: extend(-1),
    },
  ]
}
