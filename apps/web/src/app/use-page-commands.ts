/** The commands of the page itself. */
import { useEffect, useMemo, useRef } from "react"
import { useHub } from "@holdfast/react"
import type { Command } from "../commands/command.ts"
import { listenToKeys } from "../commands/listen.ts"
import { askPalette, keyMapIsOpen, paletteWish } from "../commands/palette-state.ts"
import { useCommands } from "../commands/use-commands.ts"
import { settingsCommands } from "../settings/settings-commands.ts"
import { focusedTab } from "../workspace/tabs.ts"
import { useOpen } from "../workspace/use-open.ts"
import { tellNotice, undoLast } from "./notices.ts"
import { themeChoice } from "./preferences.ts"
import { nextRegion } from "./regions.ts"
import { useGo } from "./use-route.ts"
import { visit, visitOwn } from "./visit.ts"
import { nextWaiting, useWaitingNow } from "./waiting.ts"

/** Registers them, and listens to keys. */
export function usePageCommands(): void {
  const { desk } = useHub()
  const go = useGo()
  const open = useOpen()
  const now = useWaitingNow()
  const waiting = useRef(now)
  useEffect(() => {
    waiting.current = now
  }, [now])
  useEffect(() => listenToKeys(() => focusedTab(desk.layout.latest)?.session), [desk])
  const all = useMemo((): ReadonlyArray<Command> => {
    const toWaiting = (by: 1 | -1) => (): void => {
      const own = focusedTab(desk.layout.latest)?.session
      if (visitOwn(own)) return
      const next = nextWaiting(waiting.current, own, by)
      if (next === undefined) return tellNotice("Nothing waits for you.")
      open.session(next)
      visit(next)
    }
    const toggle = (): void => {
      if (paletteWish.get() === undefined) askPalette()
      else paletteWish.set(undefined)
    }
    return [
      { id: "palette", title: "Find or do anything", keys: ["$mod+k", "F1"], when: "anywhere", run: toggle },
      { id: "keys", title: "Show all keys", keys: ["?"], run: () => keyMapIsOpen.set(true) },
      {
        id: "region.next",
        title: "Next part of the page",
        isMotion: true,
        keys: ["F6"],
        when: "anywhere",
        run: () => nextRegion(1),
      },
      {
        id: "region.previous",
        title: "Previous part of the page",
        isMotion: true,
        keys: ["Shift+F6"],
        when: "anywhere",
        run: () => nextRegion(-1),
      },
      { id: "waiting.next", title: "Next that waits for you", keys: ["F8"], when: "anywhere", run: toWaiting(1) },
      { id: "waiting.previous", title: "Previous that waits for you", keys: ["Shift+F8"], when: "anywhere", run: toWaiting(-1) },
      {
        id: "undo",
        title: "Undo what was done last",
        keys: ["z"],
        run: () => undoLast() || tellNotice("There is nothing to undo."),
      },
      { id: "session.new", title: "New session", words: "agent create start chat", keys: ["c"], run: () => go("/new") },
      { id: "recordings", title: "Recordings", run: () => go("/recordings") },
      {
        id: "settings",
        title: "Settings",
        words: "preferences options devices notifications fonts",
        keys: ["$mod+,"],
        when: "anywhere",
        run: () => go("/settings"),
      },
      ...settingsCommands(go),
      { id: "theme.dark", title: "Dark theme", words: "colours appearance", run: () => themeChoice.choose("dark") },
      { id: "theme.light", title: "Light theme", words: "colours appearance", run: () => themeChoice.choose("light") },
      { id: "theme.system", title: "Theme of the system", words: "colours appearance", run: () => themeChoice.choose("system") },
    ]
  }, [desk, go, open])
  useCommands(all)
}
