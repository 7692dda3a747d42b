/** Commands that begin sessions: a terminal where the person is, and one for each agent that there is. */
import { useSession } from "@holdfast/react"
import { tellNotice } from "../app/notices.ts"
import { useGo } from "../app/use-route.ts"
import type { Command } from "../commands/command.ts"
import { useCommands } from "../commands/use-commands.ts"
import { useFocusedSession } from "../list/use-focused-session.ts"
import { useAgents } from "./agents.ts"
import { type CreateInput, terminalRequest } from "./request.ts"
import { type Start, useStart } from "./use-start.ts"
import { useWish } from "./wish.ts"

/** Starts a session where nothing else says why there is none. */
export async function startTold(start: Start["start"], request: CreateInput): Promise<void> {
  const problem = await start(request)
  if (problem !== undefined) tellNotice(`Not started: ${problem}`)
}

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
    void startTold(start, terminalRequest(where))
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
