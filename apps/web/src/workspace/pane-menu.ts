/** The menu of a pane: commands of the registry that are about it, in groups. */
import { commands } from "../commands/registry.ts"
import type { MenuItem } from "../ui/menu-item.ts"

/** Commands of the workspace by their ids, in the order of the menu. */
const OWN: ReadonlyArray<ReadonlyArray<string>> = [
  ["pane.split.right", "pane.split.down", "pane.zoom"],
  ["pane.move.left", "pane.move.right", "pane.move.up", "pane.move.down"],
  ["pane.close", "pane.close-others"],
]

/** The items: first what others have registered for the session, then what the workspace does with its pane; on the phone it only closes it. */
export function paneMenu(session: string, isPhone = false): ReadonlyArray<MenuItem> {
  const own = new Set(OWN.flat())
  const about = commands
    .now()
    // What answers a request is beside the request, which a menu does not show; what a field has by its keys alone is in no menu.
    .filter(
      (command) =>
        command.session === session && command.target === undefined && command.when !== "composer" && !own.has(command.id),
    )
    .map((command) => itemOf(command.title, command.run, command.keys?.[0]))
  const groups = (isPhone ? [["pane.close"]] : OWN).map((ids) =>
    ids.flatMap((id) => {
      const command = commands.find(id)
      return command === undefined ? [] : [itemOf(command.title, command.run, command.keys?.[0])]
    }),
  )
  return [about, ...groups]
    .filter((group) => group.length > 0)
    .flatMap((group, at) => (at === 0 ? group : ["line" as const, ...group]))
}

const itemOf = (title: string, run: () => void, keys: string | undefined): Exclude<MenuItem, "line"> => ({ title, run, keys })
