/**
 * Commands about sessions: new, ls, show, rename, tag, pin, unpin, archive, restore, rm.
 */
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { act, flag, json, many, onSession, session, sessions, text, whole } from "./parts.ts"

const terminal = Command.make(
  "terminal",
  {
    command: Argument.String("command").pipe(
      Argument.withDescription("Command and arguments, behind --; without one your shell"),
      Argument.variadic(),
    ),
    cwd: text("cwd", "Directory to start in; the present one without it"),
    env: many("env", "NAME=VALUE added to the command's environment; can be repeated"),
    cols: whole("cols", "Columns, 1 to 1000"),
    rows: whole("rows", "Rows, 1 to 1000"),
    term: text("term", "Terminal name; xterm-256color without it"),
    label: text("label", "Label people can read"),
    tags: many("tag", "Tag; can be repeated"),
    key: text("key", "Idempotency key: the same key again gives the same session"),
    attach: flag("attach", "Attach at once"),
    json,
  },
  (options) => act(async () => (await import("../sessions/create.ts")).create(options)),
).pipe(
  Command.withDescription("Open a terminal in a session and print its id"),
  Command.withExamples([
    { command: "holdfast new terminal --attach", description: "Your shell, attached" },
    { command: "holdfast new terminal --label build -- make -j4", description: "A command with a label" },
  ]),
)

const agent = Command.make(
  "agent",
  {
    words: Argument.String("name-and-message").pipe(
      Argument.withDescription(
        "Name of the agent, as agents lists it, then a first message, - for standard input; in quotes alone it goes to the default agent",
      ),
      Argument.variadic(),
    ),
    cwd: text("cwd", "Directory the agent works in; the present one without it"),
    options: many("option", "NAME=VALUE, an option of the agent, VALUE as JSON or as text; can be repeated"),
    env: many("env", "NAME=VALUE added to the agent's environment; can be repeated"),
    files: many("file", "File sent with the first message; can be repeated"),
    label: text("label", "Label people can read; the first message gives one without it"),
    tags: many("tag", "Tag; can be repeated"),
    key: text("key", "Idempotency key: the same key again gives the same session"),
    attach: flag("attach", "Attach at once"),
    json,
  },
  (options) => act(async () => (await import("../agent/create-agent.ts")).createAgent(options)),
).pipe(
  Command.withDescription("Open a session with an agent and print its id"),
  Command.withExamples([
    { command: "holdfast new agent --attach", description: "The default agent, attached" },
    {
      command: "holdfast new agent claude 'Why does the build fail?'",
      description: "An agent by name, with a first message, which names the session",
    },
  ]),
)

const create = Command.make("new", { attach: flag("attach", "Attach at once, as without it") }, () =>
  act(async () => (await import("../sessions/create.ts")).createShell()),
).pipe(Command.withDescription("Open a session; without more your shell, attached"), Command.withSubcommands([terminal, agent]))

const list = Command.make(
  "ls",
  {
    status: Flag.Literals("status", ["active", "archived", "deleted", "all"]).pipe(
      Flag.withDescription("Those with this status; all are the active and the archived ones; active without it"),
      Flag.optional,
    ),
    state: Flag.Literals("process", ["none", "starting", "running", "exited", "failed", "lost"]).pipe(
      Flag.withDescription("Only those whose process is so"),
      Flag.optional,
    ),
    tag: text("tag", "Only those with this tag"),
    q: text("find", "Only those whose label holds these words"),
    pinned: flag("pinned", "Only pinned ones"),
    sort: Flag.Literals("sort", ["active", "created", "updated", "label"]).pipe(
      Flag.withDescription("Order; last active first without it"),
      Flag.optional,
    ),
    limit: whole("limit", "At most this many"),
    all: flag("all", "Archived ones too, and all of them, also beyond 1000"),
    json,
  },
  ({ status, state, tag, q, pinned, sort, limit, all, json: asJson }) =>
    act(async () => {
      const { list: print } = await import("../sessions/list.ts")
      const query = {
        ...(Option.isNone(status) ? (all ? { status: "all" as const } : {}) : { status: status.value }),
        ...(Option.isNone(state) ? {} : { process: state.value }),
        ...(Option.isNone(sort) ? {} : { sort: sort.value }),
        ...(tag === undefined ? {} : { tag }),
        ...(q === undefined ? {} : { q }),
        ...(limit === undefined ? {} : { limit }),
        ...(pinned ? { pinned } : {}),
      }
      await print({ query, all, json: asJson })
    }),
).pipe(Command.withDescription("List active sessions, last active first"))

const request = text("request", "All of one permission request instead: its id, a unique part of it, or its place")

const show = Command.make(
  "show",
  { session, request, json },
  onSession(async (input) => {
    if (input.request === undefined) return (await import("../sessions/show.ts")).show(input.session, input.json)
    return (await import("../agent/permissions.ts")).showRequest(input.session, input.request, input.json)
  }),
).pipe(Command.withDescription("Show a session's record"))

const rename = Command.make(
  "rename",
  { session, label: Argument.String("label").pipe(Argument.withDescription("New label")), json },
  (input) =>
    act(async () => {
      const { sayTaken } = await import("../sessions/same-label.ts")
      await change([input.session], input.json, "renamed", async (api, id) => {
        const session = await api.update(id, { label: input.label })
        await sayTaken(input.label, api.list, session.id)
        return session
      })
    }),
).pipe(Command.withDescription("Give a session another label"))

const tag = Command.make(
  "tag",
  {
    session,
    tags: Argument.String("tag").pipe(Argument.withDescription("Tags to add"), Argument.variadic()),
    remove: many("remove", "Tag to take away; can be repeated"),
    json,
  },
  (input) =>
    act(async () => {
      const { changedTags } = await import("../sessions/change.ts")
      await change([input.session], input.json, "tagged", async (api, id) => {
        const { tags: now } = await api.get(id)
        return api.update(id, { tags: changedTags(now, input.tags, input.remove) })
      })
    }),
).pipe(Command.withDescription("Add tags to a session, or take them away"))

type Change = Parameters<(typeof import("../sessions/change.ts"))["changeSessions"]>[3]

const change = async (ids: ReadonlyArray<string>, asJson: boolean, done: string, how: Change): Promise<void> =>
  (await import("../sessions/change.ts")).changeSessions(ids, asJson, done, how)

const each = (name: string, about: string, done: string, how: Change) =>
  Command.make(name, { sessions, json }, (input) => act(() => change(input.sessions, input.json, done, how))).pipe(
    Command.withDescription(about),
  )

/** The commands. */
export const sessionCommands = [
  create,
  list,
  show,
  rename,
  tag,
  each("pin", "Pin sessions", "pinned", (api, id) => api.update(id, { pinned: true })),
  each("unpin", "Unpin sessions", "unpinned", (api, id) => api.update(id, { pinned: false })),
  each("archive", "Move sessions to the archive", "archived", (api, id) => api.archive(id)),
  each("restore", "Bring sessions back from the archive or the trash", "restored", (api, id) => api.restore(id)),
  each("rm", "End sessions and move them to the trash", "removed", (api, id) => api.remove(id)),
] as const
