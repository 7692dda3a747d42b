/** The menu of a pane: commands of the registry that are about it, in groups. */
import type { Command } from "../commands/command.ts"
import { commands } from "../commands/registry.ts"
import type { IconName } from "../ui/icons.tsx"
import type { MenuItem } from "../ui/menu-item.ts"

/** Commands of the workspace by their ids, in the order of the menu. */
const OWN: ReadonlyArray<ReadonlyArray<string>> = [
  ["pane.split.right", "pane.split.down", "pane.zoom"],
  ["pane.close", "pane.close-others"],
]

/** Those that are in a menu of their own, below the first group. */
const MOVES: ReadonlyArray<string> = ["pane.move.left", "pane.move.right", "pane.move.up", "pane.move.down"]

/** What is done with the session itself, as in the menu of its row, with its signs. */
const SESSION: ReadonlyMap<string, IconName> = new Map([
  ["session.rename", "edit"],
  ["session.tags", "tag"],
  ["session.pin", "pin"],
  ["session.unread", "unread"],
  ["session.snooze", "moon"],
  ["session.archive", "archive"],
  ["session.trash", "trash"],
])

/**
 * The items: first what others have registered for the session, then what is done with the session, then what the workspace does with
 * its pane; on the phone it only closes it.
 */
export function paneMenu(session: string, isPhone = false): ReadonlyArray<MenuItem> {
  // Two panes may show one session.
  const ofSession = new Map<string, Command>()
  for (const command of commands.now()) if (command.session === session) ofSession.set(command.id, command)
  const own = new Set([...OWN.flat(), ...MOVES, ...SESSION.keys()])
  const about = [...ofSession.values()]
    // What answers a request is beside the request, which a menu does not show; what a field has by its keys alone is in no menu.
    .filter(({ id, target, when }) => target === undefined && when !== "composer" && !own.has(id))
    .map(itemOf)
  const acts = [...SESSION].flatMap(([id, icon]) => {
    const command = ofSession.get(id)
    if (command === undefined) return []
    return [{ ...itemOf(command), icon, ...(id === "session.trash" ? { isDanger: true } : {}) }]
  })
  const [first = [], ...groups] = (isPhone ? [["pane.close"]] : OWN).map(itemsOf)
  const moves = isPhone ? [] : itemsOf(MOVES)
  const move: ReadonlyArray<MenuItem> = moves.length === 0 ? [] : [{ title: "Move the pane", items: moves }]
  return [about, acts, [...first, ...move], ...groups]
    .filter((group) => group.length > 0)
    .flatMap((group, at) => (at === 0 ? group : ["line" as const, ...group]))
}

const itemsOf = (ids: ReadonlyArray<string>): ReadonlyArray<MenuItem> =>
  ids.flatMap((id) => {
    const command = commands.find(id)
    return command === undefined ? [] : [itemOf(command)]
  })

const itemOf = ({ title, run, keys }: Command): Exclude<MenuItem, "line"> => ({ title, run, keys: keys?.[0] })
