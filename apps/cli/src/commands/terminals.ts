/**
 * Commands about terminals: attach, send, screen, resize, signal, mark.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { act, flag, json, many, onSession, session, text, whole } from "./parts.ts"

const attach = Command.make(
  "attach",
  {
    session: session.pipe(Argument.optional, Argument.map(Option.getOrUndefined)),
    readOnly: Flag.Boolean("read-only").pipe(
      Flag.withAlias("viewer"),
      Flag.withDescription("Look on: type and size nothing"),
      Flag.withDefault(false),
      Flag.withoutNegation,
    ),
    take: flag("take", "Take the keyboard: nobody else types until you detach or release it"),
    detachOthers: flag("detach-others", "Detach everybody else"),
    exitCode: flag("exit-code", "End with the exit code of the session's command"),
    clipboard: flag("clipboard", "Let the session write to your clipboard"),
    detachKey: text(
      "detach-key",
      "Control key before d (detach), s (scroll and search), k (take the keyboard), r (redraw); ctrl-] without it, none for none",
    ),
    wait: whole("wait", "Seconds to wait for a hub that went away; 600 without it"),
  },
  ({ session, ...options }) =>
    act(async () => {
      const { attach } = await import("../attach/attach.ts")
      if (session !== undefined) {
        const { idOf } = await import("../sessions/whole-id.ts")
        return attach(options, async (connection) =>
          connection.call("Get", { session: await idOf(session, (name) => connection.call("Resolve", { name })) }),
        )
      }
      const { lastSession } = await import("../sessions/last-session.ts")
      return attach(options, (connection) => lastSession((query) => connection.call("List", query)))
    }),
).pipe(
  Command.withDescription("Work in a session, the last one when none is named; Ctrl-] d detaches"),
  Command.withExamples([{ command: "holdfast attach build --read-only", description: "Watch a session by its label" }]),
)

const send = Command.make(
  "send",
  {
    session,
    text: Argument.String("text").pipe(
      Argument.withDescription("What to type, or to say to an agent; - reads standard input for an agent"),
      Argument.variadic(),
    ),
    raw: flag("raw", "Terminals: do not press Enter behind the text"),
    keys: many(
      "press",
      "Terminals: key pressed behind the text instead of Enter: enter, tab, esc, up, f5, ctrl-c, alt-x; can be repeated",
    ),
    stdin: flag("stdin", "Send what comes on standard input, as it is"),
    mode: Flag.Literals("mode", ["queue", "steer", "interrupt", "reject"]).pipe(
      Flag.withDescription(
        "Agents, while a turn streams: wait, go into it, stop it and go first, or be refused; queue without it",
      ),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    files: many("file", "Agents: file to send along; can be repeated"),
    wait: flag("wait", "Agents: wait for the end of the turn and print the answer"),
    key: text("key", "Idempotency key: the same key again sends nothing"),
    json,
  },
  onSession(async (input) => (await import("../sessions/send.ts")).send(input)),
).pipe(
  Command.withDescription("Type into a session's terminal, or send its agent a message"),
  Command.withExamples([
    { command: "holdfast send build 'make test'", description: "Type a line" },
    { command: "holdfast send build --press ctrl-c", description: "Interrupt" },
    { command: "holdfast send work --wait 'What changed?'", description: "Ask an agent and print its answer" },
  ]),
)

const screen = Command.make(
  "screen",
  {
    session,
    color: flag("color", "With colours and other attributes, also into a pipe; on a terminal they are there without it"),
    scrollback: flag("scrollback", "With the lines above the screen, as far as the server has them"),
    json,
  },
  onSession(async (input) => (await import("../sessions/screen.ts")).screen(input)),
).pipe(Command.withDescription("Print what a viewer sees now"))

const cells = (name: string) => Argument.Int(name).pipe(Argument.withDescription(`${name}, 1 to 1000`))

const resize = Command.make(
  "resize",
  { session, cols: cells("cols"), rows: cells("rows") },
  onSession(async (input) => (await import("../sessions/terminal.ts")).resize(input.session, input.cols, input.rows)),
).pipe(Command.withDescription("Size a session's terminal"))

const signal = Command.make(
  "signal",
  {
    session,
    signal: Argument.String("signal").pipe(Argument.withDescription("INT, TERM, KILL, HUP, QUIT, USR1, USR2, CONT or STOP")),
  },
  onSession(async (input) => (await import("../sessions/terminal.ts")).signal(input.session, input.signal)),
).pipe(Command.withDescription("Send a signal to a session's processes"))

const mark = Command.make(
  "mark",
  { session, text: Argument.String("text").pipe(Argument.withDescription("Name of this place in the log")), json },
  onSession(async (input) => (await import("../sessions/terminal.ts")).mark(input.session, input.text, input.json)),
).pipe(Command.withDescription("Name this place in a session's log"))

const who = Command.make(
  "who",
  { session: session.pipe(Argument.optional, Argument.map(Option.getOrUndefined)), json },
  onSession(async (input) => (await import("../sessions/who.ts")).who(input.session, input.json)),
).pipe(Command.withDescription("Show who is attached, to a session or to any"))

const detach = Command.make(
  "detach",
  { session, json },
  onSession(async (input) => (await import("../sessions/who.ts")).detachAll(input.session, input.json)),
).pipe(Command.withDescription("Detach everybody from a session, which goes on"))

const restart = Command.make(
  "restart",
  { session, attach: flag("attach", "Attach at once"), json },
  onSession(async (input) => (await import("../sessions/restart.ts")).restart(input.session, input.attach, input.json)),
).pipe(Command.withDescription("Start an ended terminal's command again, in the same session"))

/** The commands. */
export const terminalCommands = [attach, restart, who, detach, send, screen, resize, signal, mark] as const
