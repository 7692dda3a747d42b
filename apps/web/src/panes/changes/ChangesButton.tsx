/** Opens the changes of a session from its title line, its menu, the palette and by key; where there are none, it says why (APP-62). */
import { useCallback } from "react"
import type { ReactElement } from "react"
import { useConnection, useHub } from "@holdfast/react"
import { useNotice } from "../../app/notices.ts"
import { useCommands } from "../../commands/use-commands.ts"
import { CommandButton } from "../../ui/Button.tsx"
import { useOpen } from "../../workspace/use-open.ts"
import { noteBranch } from "./branches.ts"

const ID = "changes.open"

interface ChangesButtonProps {
  readonly session: string
  /** Whether there is room for the button; the command is there without it. */
  readonly isShown: boolean
}

/** The button. */
export function ChangesButton({ session, isShown }: ChangesButtonProps): ReactElement | null {
  const hub = useHub()
  const tell = useNotice()
  const { pane } = useOpen()
  const { isConnected } = useConnection()
  const run = useCallback(async (): Promise<void> => {
    // Without Git or a repository there is nothing that a pane could show.
    const found = isConnected ? await hub.hub.connection.call("changes.list", { session }).catch(() => undefined) : undefined
    if (found !== undefined) noteBranch(session, found)
    if (found?.available === false && found.reason !== "NoBase") tell(found.message)
    else pane("changes", session)
  }, [hub, isConnected, pane, session, tell])
  useCommands([{ id: ID, title: "Show what changed", keys: ["d"], session, when: "pane", run: () => void run() }])
  return isShown ? <CommandButton command={ID} session={session} icon="changes" /> : null
}
