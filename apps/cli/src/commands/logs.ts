/**
 * Commands about logs: log, replay, export.
 */
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { flag, json, number, onSession, session, text, whole } from "./parts.ts"

const log = Command.make(
  "log",
  {
    session,
    after: Flag.Int("after").pipe(Flag.withDescription("Only events after this seq"), Flag.withDefault(0)),
    limit: whole("limit", "At most this many events"),
    follow: flag("follow", "Go on with what happens; comes back by itself when the hub does"),
    channel: text("channel", "Only events of this channel, such as terminal, or of several with commas between"),
    type: text("type", "Only events of this type, such as exit, or of several with commas between"),
    raw: flag("raw", "Only terminal output, byte for byte"),
    json,
  },
  onSession(async (input) => (await import("../log/log.ts")).log(input)),
).pipe(Command.withDescription("Print a session's events"))

const replay = Command.make(
  "replay",
  {
    session,
    speed: Flag.Finite("speed").pipe(
      Flag.withDescription("Times as fast as it happened; 0 shows everything at once"),
      Flag.withDefault(1),
      Flag.filter(
        (speed) => speed >= 0,
        () => "--speed must be 0 or more",
      ),
    ),
    from: whole("from", "First event of the film, as seq; what lies before is drawn at once"),
    to: whole("to", "Last event of the film, as seq"),
    idle: number("idle", "Longest pause in seconds; longer ones are cut to it"),
  },
  onSession(async (input) => (await import("../log/replay.ts")).replay(input)),
).pipe(
  Command.withDescription("Play a session like a film"),
  Command.withExamples([
    { command: "holdfast replay build --speed 8 --idle 2", description: "Eight times as fast, no pause over 2 s" },
  ]),
)

const exported = Command.make(
  "export",
  {
    session,
    format: Flag.Literals("format", ["cast", "jsonl", "md"]).pipe(
      Flag.withDescription(
        "asciicast version 2, every event as a line of JSON, or an agent's messages as Markdown; cast for terminals and md for agents without it",
      ),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    output: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("File; - is standard output"),
      Flag.withDefault("-"),
    ),
  },
  onSession(async (input) => (await import("../log/export.ts")).exportLog(input)),
).pipe(Command.withDescription("Export a session's log"))

/** The commands. */
export const logCommands = [log, replay, exported] as const
