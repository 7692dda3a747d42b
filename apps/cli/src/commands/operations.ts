/**
 * Commands about the hub itself.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { act, flag, json, many, text, whole, word } from "./parts.ts"

const serve = Command.make(
  "serve",
  {
    port: whole("port", "Port (default: 4653); 0 picks a free one"),
    host: text("host", "Address to listen on (default: 127.0.0.1)"),
    data: text("data", "Data directory"),
    store: text("store", "sqlite:PATH or memory: (default: SQLite in the data directory)"),
    quiet: flag("quiet", "Print only errors"),
  },
  (input) => act(async () => (await import("../operations/serve.ts")).serveHub(input)),
).pipe(Command.withDescription("Run the hub in the foreground; holdfast alone does the same when no hub is running"))

const open = Command.make("open", { json }, (input) =>
  act(async () => (await import("../operations/open.ts")).open(input.json)),
).pipe(Command.withDescription("Open the hub in a browser"))

const link = Command.make("link", { json }, (input) =>
  act(async () => (await import("../operations/open.ts")).link(input.json)),
).pipe(Command.withDescription("Print a link that signs in a browser once"))

const pair = Command.make(
  "pair",
  {
    name: Argument.String("name").pipe(
      Argument.withDescription("What the device is called (default: Phone)"),
      Argument.optional,
      Argument.map(Option.getOrUndefined),
    ),
    url: text(
      "url",
      "Address of the hub in the link, one of those that the hub answers at (default: the first that others reach)",
    ),
    scope: Flag.Literals("scope", ["all", "write", "read"]).pipe(
      Flag.withDescription("all: everything; write: everything except administration; read: reading only"),
      Flag.withDefault("write"),
    ),
    json,
  },
  (input) => act(async () => (await import("../operations/pair.ts")).pair(input)),
).pipe(Command.withDescription("Show a QR code and a link that sign in a phone once, as a device of its own"))

const tokens = () => import("../operations/tokens.ts")

const token = Command.make("token").pipe(
  Command.withDescription("Create, list and revoke access tokens of programs and devices"),
  Command.withSubcommands([
    Command.make(
      "new",
      {
        name: word("name", "Name to recognize it by"),
        scope: Flag.Literals("scope", ["all", "write", "read"]).pipe(
          Flag.withDescription("all: everything; write: everything except administration; read: reading only"),
          Flag.withDefault("write"),
        ),
        sessions: many("session", "Session that it is bound to: it sees and changes nothing else; repeatable"),
        expires: text("expires", "When it ends: a time from now such as 90m, 12h or 30d, or a date such as 2027-01-31"),
        json,
      },
      (input) => act(async () => (await tokens()).newToken(input)),
    ).pipe(Command.withDescription("Create a token and print its secret, which is shown only once")),
    Command.make("ls", { json }, (input) => act(async () => (await tokens()).listTokens(input.json))).pipe(
      Command.withDescription("List tokens without their secrets"),
    ),
    Command.make("rename", { token: word("token", "Id or name"), name: word("name", "New name"), json }, (input) =>
      act(async () => (await tokens()).renameToken(input.token, input.name, input.json)),
    ).pipe(Command.withDescription("Give a token or a device another name")),
    Command.make("revoke", { token: word("token", "Id or name"), json }, (input) =>
      act(async () => (await tokens()).revokeToken(input.token, input.json)),
    ).pipe(Command.withDescription("Revoke a token and close its connections")),
    Command.make("rotate", { json }, (input) => act(async () => (await tokens()).rotate(input.json))).pipe(
      Command.withDescription("Replace the hub's own credential"),
    ),
  ]),
)

const announce = Command.make(
  "announce",
  {
    words: Argument.String("text").pipe(
      Argument.withDescription("What to announce (default: list what is announced)"),
      Argument.variadic(),
    ),
    kind: Flag.Literals("kind", ["maintenance", "feature", "limits"]).pipe(
      Flag.withDescription("What it is about (default: maintenance)"),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    until: text("until", "When it ends: a time from now such as 90m or 12h, or a date such as 2027-01-31T18:00"),
    remove: text("remove", "Id of an announcement to remove"),
    json,
  },
  (input) => act(async () => (await import("../operations/announce.ts")).announce(input)),
).pipe(Command.withDescription("Announce something to everyone who uses the hub, or list what is announced"))

const runner = Command.make("runner").pipe(
  Command.withDescription("Show and stop the runners, the processes that own sessions' children"),
  Command.withSubcommands([
    Command.make("status", { json }, (input) =>
      act(async () => (await import("../operations/runner.ts")).runnerStatus(input.json)),
    ).pipe(Command.withDescription("Show the runners")),
    Command.make("stop", { now: flag("now", "End the processes of sessions too"), json }, (input) =>
      act(async () => (await import("../operations/runner.ts")).stopRunner(input.now, input.json)),
    ).pipe(Command.withDescription("Stop each runner when its last process ends")),
  ]),
)

const config = Command.make("config", { json }, (input) =>
  act(async () => (await import("../operations/config.ts")).config(input.json)),
).pipe(Command.withDescription("Show every setting's value and where it came from"))

const doctor = Command.make("doctor", { json }, (input) =>
  act(async () => (await import("../operations/doctor.ts")).doctor(input.json)),
).pipe(Command.withDescription("Check the installation and say how to fix what is wrong"))

/** The commands. */
export const operationCommands = [serve, open, link, pair, token, announce, runner, config, doctor] as const
