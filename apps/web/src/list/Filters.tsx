/** What the list is limited to: the menu that does it, and what is in force. */
import type { ReactElement } from "react"
import { IconButton } from "../ui/Button.tsx"
import { Icon } from "../ui/icons.tsx"
import { Menu } from "../ui/Menu.tsx"
import type { MenuItem } from "../ui/menu-item.ts"
import { facetsOf, LIMITS } from "./filter.ts"
import type { Limit, ListFilter } from "./filter.ts"
import type { ListModel } from "./ListModel.ts"
import { useList, useListState } from "./use-list.ts"
import css from "./filters.module.css"

const TITLES: Readonly<Record<Limit, string>> = {
  kind: "Kind",
  agent: "Agent",
  tag: "Tag",
  directory: "Directory",
  since: "Active since",
}

/** Values that have words of their own, by the limit. */
const WORDS: Readonly<Partial<Record<Limit, Readonly<Record<string, string>>>>> = {
  kind: { agent: "Agents", terminal: "Terminals" },
  since: { today: "Today", week: "The last 7 days", month: "The last 30 days" },
}

const STATUSES = [
  ["active", "Active sessions"],
  ["archived", "Archive"],
  ["deleted", "Trash"],
] as const satisfies ReadonlyArray<readonly [ListFilter["status"], string]>

/** A limit's value as it is shown. */
const shown = (limit: Limit, value: string): string => WORDS[limit]?.[value] ?? value

/** Values are counted when the menu is opened. */
function itemsOf(list: ListModel): ReadonlyArray<MenuItem> {
  const { filter } = list.get()
  const facets = facetsOf(list.sessions.flatMap((session) => (session.status === filter.status ? [session] : [])))
  const limits = LIMITS.flatMap((limit): ReadonlyArray<MenuItem> => {
    const values = facets[limit]
    if (values.length < 2 && filter[limit] === undefined) return []
    const items = values.map(({ value, count }) => ({
      title: `${shown(limit, value)} · ${count}`,
      isChecked: filter[limit] === value,
      run: () => list.setFilter({ [limit]: filter[limit] === value ? undefined : value }),
    }))
    return [{ title: TITLES[limit], items }]
  })
  return [
    ...STATUSES.map(([status, title]) => ({
      title,
      isChecked: filter.status === status,
      run: () => list.setFilter({ status }),
    })),
    ...(limits.length === 0 ? [] : (["line"] as const)),
    ...limits,
  ]
}

/** The menu with everything that the list can be limited to. */
export function FilterMenu(): ReactElement {
  const list = useList()
  const { filter } = useListState()
  const isLimited = filter.status !== "active" || LIMITS.some((limit) => filter[limit] !== undefined)
  return (
    <Menu
      label="Filter the list"
      items={() => itemsOf(list)}
      trigger={
        <button
          type="button"
          className={css["filter"]}
          aria-label="Filter the list"
          title="Filter the list"
          data-on={isLimited || undefined}
        >
          <Icon name="filter" />
        </button>
      }
    />
  )
}

/** What the list is limited to now, each with a way to end that. */
export function FilterChips(): ReactElement | null {
  const list = useList()
  const { filter } = useListState()
  const status = STATUSES.find(([name]) => name === filter.status && name !== "active")
  const limits = LIMITS.flatMap((limit) => {
    const value = filter[limit]
    if (value === undefined) return []
    const words = shown(limit, value)
    return [[limit, limit === "since" ? `${TITLES.since}: ${words.toLowerCase()}` : words] as const]
  })
  if (status === undefined && limits.length === 0) return null
  return (
    <div className={css["chips"]}>
      {status === undefined ? null : <Chip text={status[1]} end={() => list.setFilter({ status: "active" })} />}
      {limits.map(([limit, text]) => (
        <Chip key={limit} text={text} end={() => list.setFilter({ [limit]: undefined })} />
      ))}
    </div>
  )
}

function Chip({ text, end }: { readonly text: string; readonly end: () => void }): ReactElement {
  return (
    <span className={css["chip"]}>
      <bdi>{text}</bdi>
      <IconButton label={`Do not limit the list to ${text}`} icon="close" onClick={end} />
    </span>
  )
}
