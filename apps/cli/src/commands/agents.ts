/**
 * Commands about agents: interrupt, approve, inbox, queue, tasks, messages, cd, renew, model, mode, agents, rules, trust, import.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { act, flag, json, many, onSession, session, text, whole } from "./parts.ts"

const queueModule = () => import("../agent/queue.ts")
const permissionModule = () => import("../agent/permissions.ts")

const item = Argument.String("message").pipe(
  Argument.withDescription("Place of the message in the queue, its id, or a unique part of the id"),
)

const interrupt = Command.make(
  "interrupt",
  { session, json },
  onSession(async (input) => (await queueModule()).interrupt(input.session, input.json)),
).pipe(Command.withDescription("Stop what an agent is doing; what it made is kept"))

const approve = Command.make(
  "approve",
  {
    session,
    request: Argument.String("request").pipe(
      Argument.withDescription("Id of the request as inbox prints it, or a unique part of it"),
    ),
    option: Argument.String("option").pipe(
      Argument.withDescription("Id, kind (allow_once, reject_once, …), place or label of the option"),
    ),
    remember: Flag.Literals("remember", ["session", "always"]).pipe(
      Flag.withDescription("Answer the same from now on: in this session, or in all"),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    rule: Flag.Literals("for", ["command", "commands", "file", "directory", "tool"]).pipe(
      Flag.withDescription(
        "What is remembered: exactly this command, commands that start with its first words, this file, files in its directory, every use of the tool; without it the narrowest",
      ),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    message: text("message", "Tell the agent why"),
    answers: many("answer", "Answer to a question: QUESTION=ANSWER, or the answer where there is one; can be repeated"),
    json,
  },
  onSession(async (input) => (await permissionModule()).approve(input)),
).pipe(
  Command.withDescription("Answer a permission request; the first answer counts"),
  Command.withExamples([
    { command: "holdfast approve work 3b14aa01 allow", description: "Allow this request once; inbox prints its id" },
    { command: "holdfast approve work 3b14aa01 allow --remember session", description: "And exactly this command from now on" },
    {
      command: "holdfast approve work 3b14aa01 allow --remember always --for commands",
      description:
        "And commands from this directory that start with the same words, with any option and on any file, in every session",
    },
  ]),
)

const inbox = Command.make("inbox", { follow: flag("follow", "Go on: print it again whenever it changes"), json }, (input) =>
  act(async () => (await import("../agent/inbox.ts")).inbox(input.follow, input.json)),
).pipe(Command.withDescription("List everything that waits for an answer, over all sessions"))

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
  Command.withDescription("The messages that wait for an agent"),
  Command.withSubcommands([
    Command.make(
      "ls",
      { session, json },
      onSession(async (input) => (await queueModule()).queueList(input.session, input.json)),
    ).pipe(Command.withDescription("List them in the order of delivery")),
    onItem("show", "Show all of one", (module, id, message, asJson) => module.queueShow(id, message, asJson)),
    Command.make(
      "edit",
      {
        session,
        message: item,
        text: Argument.String("text").pipe(Argument.withDescription("New text; - reads standard input"), Argument.atLeast(1)),
        json,
      },
      onSession(async (input) => (await queueModule()).queueEdit(input.session, input.message, input.text, input.json)),
    ).pipe(Command.withDescription("Replace the text of one")),
    onItem("rm", "Take one away", (module, id, message, asJson) => module.queueRemove(id, message, asJson)),
    Command.make(
      "move",
      { session, message: item, place: Argument.Int("place").pipe(Argument.withDescription("New place, from 1")), json },
      onSession(async (input) => (await queueModule()).queueMove(input.session, input.message, input.place, input.json)),
    ).pipe(Command.withDescription("Put one at another place")),
    onQueue("hold", "Let none start by itself", true),
    onQueue("release", "Let a held queue go on", false),
    onItem("again", "Send one again whose hand-over is uncertain", (module, id, message, asJson) =>
      module.queueResolve(id, message, "again", asJson),
    ),
    onItem("drop", "Drop one whose hand-over is uncertain", (module, id, message, asJson) =>
      module.queueResolve(id, message, "drop", asJson),
    ),
  ]),
)

const tasks = Command.make("tasks").pipe(
  Command.withDescription("What an agent runs in the background"),
  Command.withSubcommands([
    Command.make(
      "ls",
      { session, json },
      onSession(async (input) => (await import("../agent/tasks.ts")).tasksList(input.session, input.json)),
    ).pipe(Command.withDescription("List what runs")),
    Command.make(
      "stop",
      {
        session,
        task: Argument.String("task").pipe(Argument.withDescription("Place in the list, id, or a unique part of the id")),
        json,
      },
      onSession(async (input) => (await import("../agent/tasks.ts")).tasksStop(input.session, input.task, input.json)),
    ).pipe(Command.withDescription("Stop one; the agent and everything else run on")),
  ]),
)

const messages = Command.make(
  "messages",
  { session, limit: whole("limit", "Only the last so many"), json },
  onSession(async (input) => (await import("../agent/messages.ts")).messages(input.session, input.limit, input.json)),
).pipe(Command.withDescription("Print what was said in a session"))

const configured = (name: "model" | "mode", about: string) =>
  Command.make(
    name,
    { session, value: Argument.String(name).pipe(Argument.withDescription("Name as the agent has it; see show")), json },
    onSession(async (input) => (await queueModule()).configure(input.session, { [name]: input.value }, input.json)),
  ).pipe(Command.withDescription(about))

const changeDirectory = Command.make(
  "cd",
  {
    session,
    directory: Argument.String("directory").pipe(Argument.withDescription("Directory in which the agent continues")),
    json,
  },
  onSession(async (input) => (await import("../agent/renew.ts")).changeDirectory(input.session, input.directory, input.json)),
).pipe(Command.withDescription("Let an agent continue in another directory, as when its own is gone"))

const renew = Command.make(
  "renew",
  {
    session,
    before: text("before", "Leave out this message and what followed: its id, a unique part of it, or its place from 1"),
    json,
  },
  onSession(async (input) => (await import("../agent/renew.ts")).renew(input.session, input.before, input.json)),
).pipe(
  Command.withDescription("Let an agent begin anew from the transcript, as when a model refuses its own history"),
  Command.withExamples([
    { command: "holdfast renew work", description: "Begin anew with all that was said" },
    { command: "holdfast renew work --before 3b14aa01", description: "And without a message and what followed it" },
  ]),
)

const onAgent = (
  name: string,
  about: string,
  run: (module: typeof import("../agent/install-agent.ts")) => (agent: string, asJson: boolean) => Promise<void>,
) =>
  Command.make(
    name,
    { agent: Argument.String("agent").pipe(Argument.withDescription("Name, as agents lists it")), json },
    (input) => act(async () => run(await import("../agent/install-agent.ts"))(input.agent, input.json)),
  ).pipe(Command.withDescription(about))

const agents = Command.make("agents", { json }, (input) =>
  act(async () => (await import("../agent/agents-list.ts")).agentsList(input.json)),
).pipe(
  Command.withDescription("List the agents: configured, installed, and what is missing"),
  Command.withSubcommands([
    onAgent("install", "Fetch an agent from npm, in the version that is known to work", (module) => module.install),
    onAgent("rm", "Remove an agent that was fetched so", (module) => module.uninstall),
  ]),
)

const rulesModule = () => import("../agent/rules.ts")

const ofSession = Argument.String("session").pipe(
  Argument.withDescription("Session whose own rules are meant; without it those for all sessions"),
  Argument.optional,
  Argument.map(Option.getOrUndefined),
)

const rules = Command.make("rules").pipe(
  Command.withDescription("Answers to permission requests that are remembered"),
  Command.withSubcommands([
    Command.make(
      "ls",
      { session: ofSession, json },
      onSession(async (input) => (await rulesModule()).rulesList(input.session, input.json)),
    ).pipe(Command.withDescription("List them")),
    Command.make(
      "forget",
      { place: Argument.Int("rule").pipe(Argument.withDescription("Place in the list, from 1")), session: ofSession, json },
      onSession(async (input) => (await rulesModule()).rulesForget(input.place, input.session, input.json)),
    ).pipe(Command.withDescription("Forget one")),
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
      directory: Argument.String("directory").pipe(Argument.withDescription("On the hub's machine; from here if relative")),
      json,
    },
    (input) => act(async () => run(await trustModule(), input.directory, input.json)),
  ).pipe(Command.withDescription(about))

const trust = Command.make("trust").pipe(
  Command.withDescription("Directories whose hooks, MCP servers, rules and commands agents may run"),
  Command.withSubcommands([
    Command.make("ls", { json }, (input) => act(async () => (await trustModule()).trustList(input.json))).pipe(
      Command.withDescription("List them, and what waits for a word"),
    ),
    onDirectory("add", "Trust a directory and everything below it", (module, at, asJson) => module.trustSay(at, true, asJson)),
    onDirectory("refuse", "Never run what it brings, and do not ask again", (module, at, asJson) =>
      module.trustSay(at, false, asJson),
    ),
    onDirectory("revoke", "Take back what was said; from the next start on", (module, at, asJson) =>
      module.trustRevoke(at, asJson),
    ),
  ]),
)

const imports = Command.make(
  "import",
  {
    ids: Argument.String("id").pipe(
      Argument.withDescription("Id of a session of Claude Code, or its beginning"),
      Argument.atLeast(0),
    ),
    claude: flag("claude", "Sessions of Claude Code on the hub's machine"),
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
  Command.withDescription("Bring in sessions of Claude Code, to read and to go on with"),
  Command.withExamples([
    { command: "holdfast import --claude --ls", description: "See what there is" },
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
  configured("model", "Change an agent's model while it runs"),
  configured("mode", "Change an agent's mode while it runs"),
  agents,
  rules,
  trust,
] as const
