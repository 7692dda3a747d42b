/**
 * Commands about sessions as a whole.
 */
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { act, flag, json, many, onSession, session, sessions, text, whole, word } from "./parts.ts"

const terminal = Command.make(
  "terminal",
  {
    command: Argument.String("command").pipe(
      Argument.withDescription("Command and arguments, after -- (default: your shell)"),
      Argument.variadic(),
    ),
    cwd: text("cwd", "Directory to start in (default: the current one)"),
    env: many("env", "NAME=VALUE to add to the command's environment; repeatable"),
    cols: whole("cols", "Columns, 1 to 1000"),
    rows: whole("rows", "Rows, 1 to 1000"),
    term: text("term", "Terminal type, as in TERM (default: xterm-256color)"),
    label: text("label", "Human-readable label"),
    tags: many("tag", "Tag; repeatable"),
    metadata: many("metadata", "NAME=VALUE to note about the session; repeatable"),
    key: text("key", "Idempotency key: repeating it returns the same session"),
    attach: flag("attach", "Attach immediately"),
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
        "Agent's name (see: holdfast agents), then a first message, or - for standard input; a quoted message alone goes to the default agent",
      ),
      Argument.variadic(),
    ),
    cwd: text("cwd", "Directory the agent works in (default: the current one)"),
    options: many("option", "NAME=VALUE, an option for the agent, with VALUE as JSON or text; repeatable"),
    env: many("env", "NAME=VALUE to add to the agent's environment; repeatable"),
    files: many("file", "File to send with the first message; repeatable"),
    label: text("label", "Human-readable label (default: taken from the first message)"),
    tags: many("tag", "Tag; repeatable"),
    metadata: many("metadata", "NAME=VALUE to note about the session; repeatable"),
    key: text("key", "Idempotency key: repeating it returns the same session"),
    attach: flag("attach", "Attach immediately"),
    json,
  },
  (options) => act(async () => (await import("../agent/create-agent.ts")).createAgent(options)),
).pipe(
  Command.withDescription("Open a session with an agent and print its id"),
  Command.withExamples([
    { command: "holdfast new agent --attach", description: "The default agent, attached" },
    {
      command: "holdfast new agent claude 'Why does the build fail?'",
      description: "A named agent with a first message, which becomes the session's label",
    },
  ]),
)

const create = Command.make("new", { attach: flag("attach", "Attach immediately, which is the default") }, () =>
  act(async () => (await import("../sessions/create.ts")).createShell()),
).pipe(
  Command.withDescription("Open a session; without a subcommand, your shell, attached"),
  Command.withSubcommands([terminal, agent]),
)

const list = Command.make(
  "ls",
  {
    status: Flag.Literals("status", ["active", "archived", "deleted", "all"]).pipe(
      Flag.withDescription("Filter by status; all means active and archived (default: active)"),
      Flag.optional,
    ),
    state: Flag.Literals("process", ["none", "starting", "running", "exited", "failed", "lost"]).pipe(
      Flag.withDescription("Filter by process state"),
      Flag.optional,
    ),
    createdBy: Flag.Literals("created-by", ["desktop", "mobile", "cli", "program"]).pipe(
      Flag.withDescription("Filter by the kind of client that created the session"),
      Flag.optional,
    ),
    tag: text("tag", "Filter by tag"),
    metadata: many("metadata", "Filter by metadata, NAME=VALUE; repeatable"),
    q: text("find", "Filter by words in the label"),
    pinned: flag("pinned", "Show only pinned sessions"),
    unread: flag("unread", "Show only sessions with news that you have not seen"),
    sort: Flag.Literals("sort", ["active", "created", "updated", "label"]).pipe(
      Flag.withDescription("Sort order (default: active, most recent first)"),
      Flag.optional,
    ),
    limit: whole("limit", "Show at most this many"),
    all: flag("all", "List every session, archived ones included, without the limit of 1000"),
    json,
  },
  ({ status, state, createdBy, tag, metadata, q, pinned, unread, sort, limit, all, json: asJson }) =>
    act(async () => {
      const { list: print } = await import("../sessions/list.ts")
      const query = {
        ...(Option.isNone(status) ? (all ? { status: "all" as const } : {}) : { status: status.value }),
        ...(Option.isNone(state) ? {} : { process: state.value }),
        ...(Option.isNone(createdBy) ? {} : { createdBy: createdBy.value }),
        ...(Option.isNone(sort) ? {} : { sort: sort.value }),
        ...(tag === undefined ? {} : { tag }),
        ...(metadata.length === 0 ? {} : { metadata }),
        ...(q === undefined ? {} : { q }),
        ...(limit === undefined ? {} : { limit }),
        ...(pinned ? { pinned } : {}),
        ...(unread ? { unread } : {}),
      }
      await print({ query, all, json: asJson })
    }),
).pipe(Command.withDescription("List active sessions, last active first"))

const request = text("request", "Show one permission request in full: its id, a unique part of it, or the seq of its event")

const show = Command.make(
  "show",
  { session, request, json },
  onSession(async (input) => {
    if (input.request === undefined) return (await import("../sessions/show.ts")).show(input.session, input.json)
    return (await import("../agent/permissions.ts")).showRequest(input.session, input.request, input.json)
  }),
).pipe(Command.withDescription("Show a session's record"))

const rename = Command.make("rename", { session, label: word("label", "New label"), json }, (input) =>
  act(async () => {
    const { sayTaken } = await import("../sessions/same-label.ts")
    await change([input.session], input.json, "renamed", async (api, id) => {
      const session = await api.update(id, { label: input.label })
      await sayTaken(input.label, api.list, session.id)
      return session
    })
  }),
).pipe(Command.withDescription("Rename a session"))

const tag = Command.make(
  "tag",
  {
    session,
    tags: Argument.String("tag").pipe(Argument.withDescription("Tags to add"), Argument.variadic()),
    remove: many("remove", "Tag to remove; repeatable"),
    json,
  },
  (input) =>
    act(async () => {
      const { changedTags } = await import("../sessions/change.ts")
      if (input.tags.length === 0 && input.remove.length === 0) {
        const { usage } = await import("../failure.ts")
        throw usage("name a tag to add, or one to remove with --remove")
      }
      await change([input.session], input.json, "tagged", async (api, id) => {
        const { tags: now } = await api.get(id)
        return api.update(id, { tags: changedTags(now, input.tags, input.remove) })
      })
    }),
).pipe(Command.withDescription("Add tags to a session, or remove them"))

const metadata = Command.make(
  "metadata",
  {
    session,
    entries: Argument.String("entry").pipe(
      Argument.withDescription("NAME=VALUE to set (default: print what is there)"),
      Argument.variadic(),
    ),
    remove: many("remove", "Name of an entry to remove; repeatable"),
    json,
  },
  onSession(async (input) =>
    (await import("../sessions/metadata.ts")).metadata(input.session, input.entries, input.remove, input.json),
  ),
).pipe(Command.withDescription("Note something about a session by name and value, or print what was noted"))

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
  metadata,
  each("pin", "Pin sessions", "pinned", (api, id) => api.update(id, { pinned: true })),
  each("unpin", "Unpin sessions", "unpinned", (api, id) => api.update(id, { pinned: false })),
  each("archive", "Archive sessions", "archived", (api, id) => api.archive(id)),
  each("restore", "Restore sessions from the archive or the trash", "restored", (api, id) => api.restore(id)),
  each("rm", "End sessions and move them to the trash", "removed", (api, id) => api.remove(id)),
] as const
