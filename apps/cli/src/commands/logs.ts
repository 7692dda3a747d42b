/**
 * Commands about logs.
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
    limit: whole("limit", "Print at most this many events"),
    follow: flag("follow", "Keep printing new events; reconnects when the hub comes back"),
    channel: text("channel", "Only events of these channels, such as terminal; separated by commas"),
    type: text("type", "Only events of these types, such as exit; separated by commas"),
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
      Flag.withDescription("Playback speed as a factor; 0 shows everything at once"),
      Flag.withDefault(1),
      Flag.filter(
        (speed) => speed >= 0,
        () => "--speed must be 0 or more",
      ),
    ),
    from: whole("from", "Seq of the first event to play; earlier ones are drawn at once"),
    to: whole("to", "Seq of the last event to play"),
    idle: number("idle", "Longest pause in seconds; longer ones are shortened to it"),
  },
  onSession(async (input) => (await import("../log/replay.ts")).replay(input)),
).pipe(
  Command.withDescription("Play back a session's log at any speed"),
  Command.withExamples([
    { command: "holdfast replay build --speed 8 --idle 2", description: "Eight times as fast, with pauses of at most 2 s" },
  ]),
)

const exported = Command.make(
  "export",
  {
    session,
    format: Flag.Literals("format", ["cast", "html", "jsonl", "md"]).pipe(
      Flag.withDescription(
        "cast: asciicast version 3; html: a page that plays it anywhere; jsonl: one event per line; md: an agent's messages as Markdown (default: cast for terminals, md for agents)",
      ),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    html: flag("html", "The same as --format html"),
    output: Flag.String("output").pipe(
      Flag.withAlias("o"),
      Flag.withDescription("Output file; - is standard output"),
      Flag.withDefault("-"),
    ),
  },
  onSession(async ({ html, format, ...input }) =>
    (await import("../log/export.ts")).exportLog({ ...input, format: html ? "html" : format }),
  ),
).pipe(
  Command.withDescription("Export a session's log"),
  Command.withExamples([
    { command: "holdfast export build --html -o build.html", description: "A page that plays the session, without a server" },
  ]),
)

/** The commands. */
export const logCommands = [log, replay, exported] as const
