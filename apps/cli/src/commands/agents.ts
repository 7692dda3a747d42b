/**
 * Commands about agents.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { act, flag, json, many, onSession, session, text, whole, word } from "./parts.ts"

const queueModule = () => import("../agent/queue.ts")
const permissionModule = () => import("../agent/permissions.ts")

const item = word("message", "The message's position in the queue, its id, or a unique part of the id")

const interrupt = Command.make(
  "interrupt",
  { session, json },
  onSession(async (input) => (await queueModule()).interrupt(input.session, input.json)),
).pipe(Command.withDescription("Stop an agent's turn; its partial work is kept"))

const approve = Command.make(
  "approve",
  {
    session,
    request: word("request", "The request's id, as holdfast inbox prints it, or a unique part of it"),
    option: word("option", "Id, kind (allow_once, reject_once, …), position or label of the option"),
    remember: Flag.Literals("remember", ["session", "always"]).pipe(
      Flag.withDescription("Apply this answer to future requests, in this session or in all"),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    rule: Flag.Literals("for", ["command", "commands", "file", "directory", "tool"]).pipe(
      Flag.withDescription(
        "What --remember covers: this exact command, commands with the same first words, this file, files in its directory, or every use of the tool (default: the narrowest)",
      ),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    message: text("message", "Reason to give the agent"),
    subject: text("edit", "Allow this command in place of the one that the agent asked for, if it takes an edited one"),
    answers: many("answer", "Answer to a question: QUESTION=ANSWER, or just the answer if there is one question; repeatable"),
    json,
  },
  onSession(async (input) => (await permissionModule()).approve(input)),
).pipe(
  Command.withDescription("Answer a permission request; the first answer wins"),
  Command.withExamples([
    { command: "holdfast approve work 3b14aa01 allow", description: "Allow this request once; holdfast inbox prints its id" },
    {
      command: "holdfast approve work 3b14aa01 allow --remember session",
      description: "Also allow this exact command from now on",
    },
    {
      command: "holdfast approve work 3b14aa01 allow --remember always --for commands",
      description:
        "Also allow commands from this directory with the same first words, with any options and files, in every session",
    },
  ]),
)

const inbox = Command.make(
  "inbox",
  { follow: flag("follow", "Keep running, and print the list again whenever it changes"), json },
  (input) => act(async () => (await import("../agent/inbox.ts")).inbox(input.follow, input.json)),
).pipe(Command.withDescription("List everything waiting for an answer, across all sessions"))

const onItem = (
  name: string,
  about: string,
  run: (queue: Awaited<ReturnType<typeof queueModule>>, session: string, message: string, asJson: boolean) => Promise<void>,
) =>
  Command.make(
    name,
    { session, message: item, json },
    onSession(async (input) => run(await queueModule(), input.session, input.message, input.json)),
  ).pipe(Command.withDescription(about))

const onQueue = (name: string, about: string, hold: boolean) =>
  Command.make(
    name,
    { session, json },
    onSession(async (input) => (await queueModule()).queueHold(input.session, hold, input.json)),
  ).pipe(Command.withDescription(about))

const queue = Command.make("queue").pipe(
  Command.withDescription("List and change the messages queued for an agent"),
  Command.withSubcommands([
    Command.make(
      "ls",
      { session, json },
      onSession(async (input) => (await queueModule()).queueList(input.session, input.json)),
    ).pipe(Command.withDescription("List queued messages in the order of delivery")),
    onItem("show", "Show a queued message in full", (module, id, message, asJson) => module.queueShow(id, message, asJson)),
    Command.make(
      "edit",
      {
        session,
        message: item,
        text: Argument.String("text").pipe(Argument.withDescription("New text; - reads standard input"), Argument.atLeast(1)),
        json,
      },
      onSession(async (input) => (await queueModule()).queueEdit(input.session, input.message, input.text, input.json)),
    ).pipe(Command.withDescription("Replace a queued message's text")),
    onItem("rm", "Remove a queued message", (module, id, message, asJson) => module.queueRemove(id, message, asJson)),
    Command.make(
      "move",
      { session, message: item, place: Argument.Int("place").pipe(Argument.withDescription("New position, from 1")), json },
      onSession(async (input) => (await queueModule()).queueMove(input.session, input.message, input.place, input.json)),
    ).pipe(Command.withDescription("Move a queued message to another position")),
    Command.make(
      "send",
      {
        session,
        message: item,
        interrupt: flag(
          "interrupt",
          "Stop the streaming turn first (default: send into it, or next if the agent cannot take it)",
        ),
        json,
      },
      onSession(async (input) =>
        (await queueModule()).queueSend(input.session, input.message, input.interrupt ? "interrupt" : "steer", input.json),
      ),
    ).pipe(Command.withDescription("Send a queued message now, even if the queue is held")),
    onQueue("hold", "Hold the queue until it is released", true),
    onQueue("release", "Release a held queue", false),
    onItem("again", "Resend a message that the agent may not have received", (module, id, message, asJson) =>
      module.queueResolve(id, message, "again", asJson),
    ),
    onItem("drop", "Drop a message that the agent may not have received", (module, id, message, asJson) =>
      module.queueResolve(id, message, "drop", asJson),
    ),
  ]),
)

const tasks = Command.make("tasks").pipe(
  Command.withDescription("List and stop an agent's background tasks"),
  Command.withSubcommands([
    Command.make(
      "ls",
      { session, json },
      onSession(async (input) => (await import("../agent/tasks.ts")).tasksList(input.session, input.json)),
    ).pipe(Command.withDescription("List the running tasks")),
    Command.make(
      "stop",
      {
        session,
        task: word("task", "Position in the list, id, or a unique part of the id"),
        json,
      },
      onSession(async (input) => (await import("../agent/tasks.ts")).tasksStop(input.session, input.task, input.json)),
    ).pipe(Command.withDescription("Stop one task; the agent and its other tasks keep running")),
  ]),
)

const messages = Command.make(
  "messages",
  { session, limit: whole("limit", "Show only the last N messages"), json },
  onSession(async (input) => (await import("../agent/messages.ts")).messages(input.session, input.limit, input.json)),
).pipe(Command.withDescription("Print a session's messages"))

const configured = (name: "model" | "mode", about: string) =>
  Command.make(
    name,
    {
      session,
      value: word(name, "The agent's own name for it (see: holdfast show)"),
      json,
    },
    onSession(async (input) => (await queueModule()).configure(input.session, { [name]: input.value }, input.json)),
  ).pipe(Command.withDescription(about))

const changeDirectory = Command.make(
  "cd",
  {
    session,
    directory: word("directory", "Directory to continue in"),
    json,
  },
  onSession(async (input) => (await import("../agent/renew.ts")).changeDirectory(input.session, input.directory, input.json)),
).pipe(Command.withDescription("Move an agent to another directory, for example when its own was removed"))

const renew = Command.make(
  "renew",
  {
    session,
    before: text("before", "Leave out this message and everything after it: its id, a unique part of it, or its position from 1"),
    json,
  },
  onSession(async (input) => (await import("../agent/renew.ts")).renew(input.session, input.before, input.json)),
).pipe(
  Command.withDescription("Restart an agent from the transcript, for example when the model rejects its history"),
  Command.withExamples([
    { command: "holdfast renew work", description: "Restart from the whole transcript" },
    { command: "holdfast renew work --before 3b14aa01", description: "Restart without a message and everything after it" },
  ]),
)

const fork = Command.make(
  "fork",
  {
    session,
    through: text("through", "Last message to take over: its id, a unique part of it, or its position from 1"),
    before: text("before", "First message to leave out, named likewise"),
    label: text("label", "Label of the new session"),
    json,
  },
  onSession(async ({ session: id, json: asJson, ...wanted }) => (await import("../agent/fork.ts")).fork(id, wanted, asJson)),
).pipe(
  Command.withDescription("Create a session whose agent continues from the messages of another"),
  Command.withExamples([
    { command: "holdfast fork work", description: "Continue from everything said so far, beside the session" },
    { command: "holdfast fork work --before 3b14aa01", description: "Try another way from before a message" },
  ]),
)

const onAgent = (
  name: string,
  about: string,
  run: (module: typeof import("../agent/install-agent.ts")) => (agent: string, asJson: boolean) => Promise<void>,
) =>
  Command.make(name, { agent: word("agent", "The agent's name (see: holdfast agents)"), json }, (input) =>
    act(async () => run(await import("../agent/install-agent.ts"))(input.agent, input.json)),
  ).pipe(Command.withDescription(about))

const agents = Command.make("agents", { json }, (input) =>
  act(async () => (await import("../agent/agents-list.ts")).agentsList(input.json)),
).pipe(
  Command.withDescription("List the agents: configured, installed, and anything they lack"),
  Command.withSubcommands([
    onAgent("install", "Install an agent from npm, in the version known to work", (module) => module.install),
    onAgent("rm", "Remove an agent installed this way", (module) => module.uninstall),
  ]),
)

const rulesModule = () => import("../agent/rules.ts")

const ofSession = word("session", "Session whose own rules to use (default: the rules for all sessions)").pipe(
  Argument.optional,
  Argument.map(Option.getOrUndefined),
)

const rules = Command.make("rules").pipe(
  Command.withDescription("List and forget remembered answers to permission requests"),
  Command.withSubcommands([
    Command.make(
      "ls",
      { session: ofSession, json },
      onSession(async (input) => (await rulesModule()).rulesList(input.session, input.json)),
    ).pipe(Command.withDescription("List the rules")),
    Command.make(
      "forget",
      { place: Argument.Int("rule").pipe(Argument.withDescription("Position in the list, from 1")), session: ofSession, json },
      onSession(async (input) => (await rulesModule()).rulesForget(input.place, input.session, input.json)),
    ).pipe(Command.withDescription("Forget a rule")),
  ]),
)

const trustModule = () => import("../agent/trust.ts")
const onDirectory = (
  name: string,
  about: string,
  run: (module: Awaited<ReturnType<typeof trustModule>>, directory: string, asJson: boolean) => Promise<void>,
) =>
  Command.make(
    name,
    {
      directory: word("directory", "Directory on the hub's machine; a relative path starts at the current directory"),
      json,
    },
    (input) => act(async () => run(await trustModule(), input.directory, input.json)),
  ).pipe(Command.withDescription(about))

const trust = Command.make("trust").pipe(
  Command.withDescription("Choose the directories whose hooks, MCP servers, rules and commands agents may run"),
  Command.withSubcommands([
    Command.make("ls", { json }, (input) => act(async () => (await trustModule()).trustList(input.json))).pipe(
      Command.withDescription("List the decisions, and the directories waiting for one"),
    ),
    onDirectory("add", "Trust a directory and everything below it", (module, at, asJson) => module.trustSay(at, true, asJson)),
    onDirectory("refuse", "Never run a directory's hooks, servers and commands, and do not ask again", (module, at, asJson) =>
      module.trustSay(at, false, asJson),
    ),
    onDirectory("revoke", "Withdraw a decision; takes effect at an agent's next start", (module, at, asJson) =>
      module.trustRevoke(at, asJson),
    ),
  ]),
)

const imports = Command.make(
  "import",
  {
    ids: Argument.String("id").pipe(
      Argument.withDescription("Id of a Claude Code session, or its first characters"),
      Argument.atLeast(0),
    ),
    claude: flag("claude", "Import Claude Code sessions on the hub's machine"),
    ls: flag("ls", "List what can be imported"),
    all: flag("all", "Import everything"),
    json,
  },
  (input) =>
    act(async () => {
      const { importableList, importClaude } = await import("../agent/import-claude.ts")
      return input.ls ? importableList(input.json) : importClaude(input.ids, input.all, input.json)
    }),
).pipe(
  Command.withDescription("Import Claude Code sessions, to read or to continue"),
  Command.withExamples([
    { command: "holdfast import --claude --ls", description: "List the sessions that can be imported" },
    { command: "holdfast import --claude 1a2b3c4d", description: "Import one" },
  ]),
)

/** The commands. */
export const agentCommands = [
  imports,
  interrupt,
  approve,
  inbox,
  queue,
  tasks,
  messages,
  changeDirectory,
  renew,
  fork,
  configured("model", "Change a running agent's model"),
  configured("mode", "Change a running agent's mode"),
  agents,
  rules,
  trust,
] as const
