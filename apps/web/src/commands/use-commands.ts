/** Registering commands from a component, and reading one. */
import { useEffect, useLayoutEffect, useState } from "react"
import { useStore } from "../ui/store.ts"
import type { Command } from "./command.ts"
import { commands } from "./registry.ts"

/** Registers commands for as long as the component is there; they may be made again at each rendering. */
export function useCommands(own: ReadonlyArray<Command>): void {
  const [owner] = useState(() => ({}))
  useLayoutEffect(() => commands.register(owner, own))
  useEffect(() => () => commands.remove(owner), [owner])
}

/** All commands, as the palette and the map of keys show them. */
export function useAllCommands(): ReadonlyArray<Command> {
  return useStore(commands.all)
}

/** What a command is called and which keys it has, for a menu or a tooltip; `undefined` while there is none of that id. */
export function useCommand(id: string, session?: string): Command | undefined {
  const all = useStore(commands.all)
  return all.some((command) => command.id === id) ? commands.find(id, session) : undefined
}
