/**
 * The commands in groups, each loaded when one of its names is called: defining all of them takes longer than a short
 * command does.
 */
const GROUPS = [
  {
    group: "Sessions",
    names: ["new", "ls", "show", "rename", "tag", "metadata", "pin", "unpin", "archive", "restore", "rm"],
    load: async () => (await import("./commands/sessions.ts")).sessionCommands,
  },
  {
    group: "Terminals and viewers",
    names: ["attach", "restart", "who", "detach", "send", "screen", "resize", "signal", "mark"],
    load: async () => (await import("./commands/terminals.ts")).terminalCommands,
  },
  {
    group: "Agents",
    names: [
      "interrupt",
      "approve",
      "inbox",
      "queue",
      "tasks",
      "messages",
      "cd",
      "renew",
      "fork",
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
    group: "Files",
    names: ["files", "changes", "diff"],
    load: async () => (await import("./commands/files.ts")).fileCommands,
  },
  {
    group: "Logs",
    names: ["log", "replay", "export"],
    load: async () => (await import("./commands/logs.ts")).logCommands,
  },
  {
    group: "Your own",
    names: ["seen", "unread", "draft", "drafts", "trace"],
    load: async () => (await import("./commands/desk.ts")).deskCommands,
  },
  {
    group: "Webhooks",
    names: ["webhook"],
    load: async () => (await import("./commands/webhooks.ts")).webhookCommands,
  },
  {
    group: "The hub",
    names: ["serve", "open", "link", "pair", "token", "announce", "runner", "config", "doctor"],
    load: async () => (await import("./commands/operations.ts")).operationCommands,
  },
] as const

/** Names of all commands. */
export const COMMAND_NAMES: ReadonlyArray<string> = GROUPS.flatMap(({ names }) => [...names])

/** The commands that arguments may mean: those of one group when they begin with a name, otherwise all, by their groups. */
export async function commandsFor([first = ""]: ReadonlyArray<string>) {
  const called = GROUPS.find(({ names }) => names.some((name) => name === first))
  const groups = called === undefined ? GROUPS : [called]
  return Promise.all(groups.map(async ({ group, load }) => ({ group, commands: await load() })))
}
