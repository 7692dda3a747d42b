/**
 * The commands in groups, each loaded when one of its names is called: defining all of them takes longer than a short
 * command does.
 */
const GROUPS = [
  {
    names: ["new", "ls", "show", "rename", "tag", "pin", "unpin", "archive", "restore", "rm"],
    load: async () => (await import("./commands/sessions.ts")).sessionCommands,
  },
  {
    names: ["attach", "restart", "who", "detach", "send", "screen", "resize", "signal", "mark"],
    load: async () => (await import("./commands/terminals.ts")).terminalCommands,
  },
  {
    names: [
      "interrupt",
      "approve",
      "inbox",
      "queue",
      "tasks",
      "messages",
      "cd",
      "renew",
      "model",
      "mode",
      "agents",
      "rules",
      "trust",
      "import",
    ],
    load: async () => (await import("./commands/agents.ts")).agentCommands,
  },
  {
    names: ["log", "replay", "export"],
    load: async () => (await import("./commands/logs.ts")).logCommands,
  },
  {
    names: ["serve", "open", "link", "token", "runner", "config", "doctor"],
    load: async () => (await import("./commands/operations.ts")).operationCommands,
  },
] as const

/** Names of all commands. */
export const COMMAND_NAMES: ReadonlyArray<string> = GROUPS.flatMap(({ names }) => [...names])

/** The commands that arguments may mean: those of one group when they begin with a name, otherwise all. */
export async function commandsFor([first = ""]: ReadonlyArray<string>) {
  const group = GROUPS.find(({ names }) => names.some((name) => name === first))
  const groups = group === undefined ? GROUPS : [group]
  return (await Promise.all(groups.map(({ load }) => load()))).flat()
}
