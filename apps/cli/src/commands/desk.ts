/**
 * Commands about what you keep of sessions: up to where you have seen them, drafts, traces.
 */
import * as Option from "effect/Option"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { act, json, onSession, session, sessions } from "./parts.ts"

const desk = () => import("../operations/desk.ts")

/** The commands. */
export const deskCommands = [
  Command.make("seen", { sessions, json }, (input) =>
    act(async () => (await desk()).markSessions(input.sessions, false, input.json)),
  ).pipe(Command.withDescription("Mark sessions as seen")),
  Command.make("unread", { sessions, json }, (input) =>
    act(async () => (await desk()).markSessions(input.sessions, true, input.json)),
  ).pipe(Command.withDescription("Mark sessions as not seen, up to before their news")),
  Command.make(
    "draft",
    {
      session,
      text: Argument.String("text").pipe(
        Argument.withDescription("New text; empty to remove the draft, - reads standard input (default: print it)"),
        Argument.optional,
        Argument.map(Option.getOrUndefined),
      ),
      json,
    },
    onSession(async (input) => (await desk()).draft(input.session, input.text, input.json)),
  ).pipe(Command.withDescription("Print or change the draft of your next message to a session")),
  Command.make("drafts", { json }, (input) => act(async () => (await desk()).drafts(input.json))).pipe(
    Command.withDescription("List your drafts"),
  ),
  Command.make(
    "trace",
    { session, json },
    onSession(async (input) => (await desk()).trace(input.session, input.json)),
  ).pipe(Command.withDescription("Print when a session worked, waited and failed, in one line")),
] as const
