/** What a pane can do with the history of its session: the commands that fork and play it. */
import { useMemo } from "react"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import { useOpen } from "../workspace/use-open.ts"
import { useFork } from "./use-fork.ts"

/** Stands in the frame of a session's pane. */
export function SessionHistory({ session, kind }: { readonly session: string; readonly kind: string }): null {
  const open = useOpen()
  const fork = useFork()
  useCommands(
    useMemo((): ReadonlyArray<Command> => {
      const play = { id: "session.play", title: "Play the recording", session, run: () => open.pane("player", session) }
      const forked = { id: "session.fork", title: "Fork the session", session, run: () => void fork(session) }
      return kind === "agent" ? [forked, play] : [play]
    }, [fork, kind, open, session]),
  )
  return null
}
