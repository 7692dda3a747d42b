/** Commands that begin sessions: a terminal where the person is, and one for each agent that there is. */
import { useSession } from "@holdfast/react"
import { tellNotice } from "../app/notices.ts"
import { useGo } from "../app/use-route.ts"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import { useFocusedSession } from "../list/use-focused-session.ts"
import { useAgents } from "./agents.ts"
import { terminalRequest } from "./request.ts"
import { useStart } from "./use-start.ts"
import { useWish } from "./wish.ts"

/** Registers them. */
export function NewCommands(): null {
  const focused = useFocusedSession()
  const { session } = useSession(focused ?? "")
  const { start } = useStart()
  const { choose } = useWish()
  const agents = useAgents()
  const go = useGo()
  const directory =
    session === undefined || session.status === "offline" ? undefined : (session.agent?.cwd ?? session.terminal?.cwd)
  const open = (where: string) => (): void => {
    start(terminalRequest(where)).catch((cause: Error) => tellNotice(cause.message))
  }
  const home: Command = { id: "session.new-terminal", title: "New terminal", words: "shell", run: open("") }
  const here: ReadonlyArray<Command> =
    directory === undefined
      ? [{ ...home, keys: ["Shift+C"] }]
      : [
          {
            ...home,
            id: "session.new-terminal-here",
            title: `New terminal in ${directory}`,
            keys: ["Shift+C"],
            run: open(directory),
          },
          home,
        ]
  const ofAgents = agents
    .filter(({ installed }) => installed)
    .map(({ name, title }): Command => ({
      id: `session.new.${name}`,
      title: `New session with ${title}`,
      words: "agent chat",
      run: () => {
        choose({ agent: name })
        go("/new")
      },
    }))
  useCommands([...here, ...ofAgents])
  return null
}
