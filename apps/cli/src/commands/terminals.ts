/**
 * Commands about terminals and those who look at them.
 */
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import { act, flag, json, many, onSession, session, text, whole, word } from "./parts.ts"

const attach = Command.make(
  "attach",
  {
    session: session.pipe(Argument.optional, Argument.map(Option.getOrUndefined)),
    readOnly: Flag.Boolean("read-only").pipe(
      Flag.withAlias("viewer"),
      Flag.withDescription("Only watch: what you type and your window's size have no effect"),
      Flag.withDefault(false),
      Flag.withoutNegation,
    ),
    take: flag("take", "Take the keyboard: only you can type until you detach or release it"),
    detachOthers: flag("detach-others", "Detach everyone else"),
    exitCode: flag("exit-code", "Exit with the exit code of the session's command"),
    clipboard: flag("clipboard", "Allow the session to write to your clipboard"),
    detachKey: text(
      "detach-key",
      "Control key to press before d (detach), s (scroll and search), k (take the keyboard) or r (redraw); none disables it (default: ctrl-])",
    ),
    wait: whole("wait", "Seconds to wait for the hub to come back (default: 600)"),
  },
  ({ session, ...options }) =>
    act(async () => {
      const { attach } = await import("../attach/attach.ts")
      if (session !== undefined) {
        const { idOf } = await import("../sessions/whole-id.ts")
        return attach(options, async (connection) =>
          connection.call("sessions.get", {
            session: await idOf(session, (name) => connection.call("sessions.resolve", { name })),
          }),
        )
      }
      const { lastSession } = await import("../sessions/last-session.ts")
      return attach(options, (connection) => lastSession((query) => connection.call("sessions.list", query)))
    }),
).pipe(
  Command.withDescription("Attach to a session (default: the last active one); Ctrl-] d detaches"),
  Command.withExamples([{ command: "holdfast attach build --read-only", description: "Watch a session by its label" }]),
)

const send = Command.make(
  "send",
  {
    session,
    text: Argument.String("text").pipe(
      Argument.withDescription("Text to type, or a message for an agent; for an agent, - reads standard input"),
      Argument.variadic(),
    ),
    raw: flag("raw", "Terminals: do not press Enter after the text"),
    keys: many(
      "press",
      "Terminals: key to press after the text instead of Enter, such as enter, tab, esc, up, f5, ctrl-c or alt-x; repeatable",
    ),
    stdin: flag("stdin", "Send standard input unchanged"),
    mode: Flag.Literals("mode", ["queue", "steer", "interrupt", "reject"]).pipe(
      Flag.withDescription(
        "Agents, during a turn: queue the message, steer the turn with it, interrupt the turn for it, or reject it (default: queue)",
      ),
      Flag.optional,
      Flag.map(Option.getOrUndefined),
    ),
    files: many("file", "Agents: file to send with the message; repeatable"),
    wait: flag("wait", "Agents: wait for the end of the turn and print the answer"),
    key: text("key", "Idempotency key: repeating it sends nothing"),
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
    color: flag("color", "Include colours and other attributes in a pipe too; a terminal always gets them"),
    scrollback: flag("scrollback", "Include the lines above the screen that the server still has"),
    json,
  },
  onSession(async (input) => (await import("../sessions/screen.ts")).screen(input)),
).pipe(Command.withDescription("Print a session's current screen"))

const cells = (name: string) => Argument.Int(name).pipe(Argument.withDescription(`${name}, 1 to 1000`))

const resize = Command.make(
  "resize",
  { session, cols: cells("cols"), rows: cells("rows") },
  onSession(async (input) => (await import("../sessions/terminal.ts")).resize(input.session, input.cols, input.rows)),
).pipe(Command.withDescription("Resize a session's terminal"))

const signal = Command.make(
  "signal",
  {
    session,
    signal: word("signal", "INT, TERM, KILL, HUP, QUIT, USR1, USR2, CONT or STOP"),
  },
  onSession(async (input) => (await import("../sessions/terminal.ts")).signal(input.session, input.signal)),
).pipe(Command.withDescription("Send a signal to a session's processes"))

const mark = Command.make(
  "mark",
  { session, text: word("text", "Name for the current position in the log"), json },
  onSession(async (input) => (await import("../sessions/terminal.ts")).mark(input.session, input.text, input.json)),
).pipe(Command.withDescription("Mark the current position in a session's log"))

const who = Command.make(
  "who",
  { session: session.pipe(Argument.optional, Argument.map(Option.getOrUndefined)), json },
  onSession(async (input) => (await import("../sessions/who.ts")).who(input.session, input.json)),
).pipe(Command.withDescription("Show who is attached, to one session or to all"))

const detach = Command.make(
  "detach",
  { session, json },
  onSession(async (input) => (await import("../sessions/who.ts")).detachAll(input.session, input.json)),
).pipe(Command.withDescription("Detach everyone from a session; it keeps running"))

const restart = Command.make(
  "restart",
  { session, attach: flag("attach", "Attach immediately"), json },
  onSession(async (input) => (await import("../sessions/restart.ts")).restart(input.session, input.attach, input.json)),
).pipe(Command.withDescription("Restart an ended terminal's command in the same session"))

/** The commands. */
export const terminalCommands = [attach, restart, who, detach, send, screen, resize, signal, mark] as const
