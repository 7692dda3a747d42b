/**
 * Commands about the hub: serve, open, link, token, runner, config, doctor.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { act, flag, json, text, whole } from "./parts.ts"

const serve = Command.make(
  "serve",
  {
    port: whole("port", "Port; 4653 without it, 0 takes a free one"),
    host: text("host", "Address to listen on; 127.0.0.1 without it"),
    data: text("data", "Data directory"),
    store: text("store", "sqlite:PATH or memory:; SQLite in the data directory without it"),
    quiet: flag("quiet", "Print nothing but what goes wrong"),
  },
  (input) => act(async () => (await import("../operations/serve.ts")).serveHub(input)),
).pipe(Command.withDescription("Run the hub in the foreground; holdfast without a command does the same where none runs"))

const open = Command.make("open", { json }, (input) =>
  act(async () => (await import("../operations/open.ts")).open(input.json)),
).pipe(Command.withDescription("Open the hub in a browser"))

const link = Command.make("link", { json }, (input) =>
  act(async () => (await import("../operations/open.ts")).link(input.json)),
).pipe(Command.withDescription("Print a link that lets a browser in once"))

const tokens = () => import("../operations/tokens.ts")

const token = Command.make("token").pipe(
  Command.withDescription("Tokens for programs"),
  Command.withSubcommands([
    Command.make(
      "new",
      {
        name: Argument.String("name").pipe(Argument.withDescription("Name to know it by")),
        scope: Flag.Literals("scope", ["all", "write", "read"]).pipe(
          Flag.withDescription("Everything, everything but administration, or reading"),
          Flag.withDefault("write"),
        ),
        json,
      },
      (input) => act(async () => (await tokens()).newToken(input.name, input.scope, input.json)),
    ).pipe(Command.withDescription("Make a token and print its secret, this once")),
    Command.make("ls", { json }, (input) => act(async () => (await tokens()).listTokens(input.json))).pipe(
      Command.withDescription("List tokens without their secrets"),
    ),
    Command.make("revoke", { token: Argument.String("token").pipe(Argument.withDescription("Id or name")), json }, (input) =>
      act(async () => (await tokens()).revokeToken(input.token, input.json)),
    ).pipe(Command.withDescription("Revoke a token and close what it opened")),
    Command.make("rotate", { json }, (input) => act(async () => (await tokens()).rotate(input.json))).pipe(
      Command.withDescription("Replace the hub's own credential"),
    ),
  ]),
)

const runner = Command.make("runner").pipe(
  Command.withDescription("The processes that own what runs in sessions"),
  Command.withSubcommands([
    Command.make("status", { json }, (input) =>
      act(async () => (await import("../operations/runner.ts")).runnerStatus(input.json)),
    ).pipe(Command.withDescription("Show the runners")),
    Command.make("stop", { now: flag("now", "End what runs in them, too"), json }, (input) =>
      act(async () => (await import("../operations/runner.ts")).stopRunner(input.now, input.json)),
    ).pipe(Command.withDescription("Let the runners end with their last child")),
  ]),
)

const config = Command.make("config", { json }, (input) =>
  act(async () => (await import("../operations/config.ts")).config(input.json)),
).pipe(Command.withDescription("Show every setting in force and where it came from"))

const doctor = Command.make("doctor", { json }, (input) =>
  act(async () => (await import("../operations/doctor.ts")).doctor(input.json)),
).pipe(Command.withDescription("Check that everything is there, and say what to do"))

/** The commands. */
export const operationCommands = [serve, open, link, token, runner, config, doctor] as const
