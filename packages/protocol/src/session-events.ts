/**
 * Events about sessions and terminals, by `channel/type`: what this version writes, and how it reads what older ones wrote.
 *
 * `terminal/output` is stored as bytes and never takes this form inside the server.
 */
import type { AgentSpec } from "./agent/agent.ts"
import { flag, list, maybe, number, part, record, text, word, yes } from "./codec.ts"
import type { CREATORS } from "./creators.ts"
import { event } from "./event-row.ts"
import type { ForkedFrom } from "./forked-from.ts"
import type { BlockedKind, ProgramState, ProgramTask } from "./terminal-program.ts"
import type { LoggedTerminal, LostReason } from "./terminal-spec.ts"

const size = { cols: number, rows: number }

const program = {
  state: maybe(word<ProgramState>()),
  kind: maybe(word<BlockedKind>()),
  message: maybe(text),
  title: maybe(text),
  app: maybe(text),
  progress: maybe(number),
  task: maybe(text),
  tasks: maybe(list(part<ProgramTask>({ id: text, state: text }))),
}

/** The rows. */
export const SESSION_EVENTS = {
  "session/created": event({
    /** Name of the session's kind. */
    kind: text,
    label: text,
    /** No one chose the label: the first message will replace it. */
    unnamed: maybe(yes),
    tags: list(text),
    metadata: maybe(record(text)),
    owner: text,
    createdBy: maybe(word<(typeof CREATORS)[number]>()),
    /** The session whose messages it begins with. */
    forkedFrom: maybe(part<ForkedFrom>({ session: text, label: text, seq: number })),
    terminal: maybe(part<LoggedTerminal>({ command: text, cwd: text, ...size })),
    agent: maybe(part<AgentSpec>({ name: text, adapter: text, cwd: text })),
    /** Id of the child process that belongs to the session, chosen before it is started. */
    child: maybe(text),
    /** Generation of the runner that was asked to start the child. */
    runner: maybe(text),
  }),
  /** With `message` the label is that message's first line, and no one chose it. */
  "session/renamed": event({ label: text, message: maybe(text) }),
  "session/tagged": event({ tags: list(text) }),
  "session/pinned": event({ pinned: flag }),
  /** All metadata as it is from now on. */
  "session/annotated": event({ metadata: record(text) }),
  "session/archived": event({}),
  "session/restored": event({}),
  /** Moved to the trash; from `purgeAt` on it may be removed permanently. */
  "session/deleted": event({ purgeAt: number }),
  /** A named place in the log, shown on timelines and as a marker in asciicast files. */
  "session/marked": event({ text }),

  /** The command of an ended terminal is started again, in an empty terminal. The child's id is chosen before it starts. */
  "terminal/starting": event({ child: text, runner: text, ...size }),
  "terminal/started": event({ pid: number, ...size }),
  /** `text` if the bytes are valid UTF-8, otherwise `base64`; exactly one of the two. */
  "terminal/output": event({ text: maybe(text), base64: maybe(text) }),
  "terminal/resize": event(size),
  "terminal/title": event({ title: text }),
  /** All that the terminal's program reports of itself, its state having changed; without `state`, nothing any more. `task`: whose report it is. */
  "terminal/program": event(program),
  /** The same, with other words or another progress. */
  "terminal/progress": event(program),
  /** A shell's command began, or ended if there is `milliseconds`; `startedAt` in epoch milliseconds. */
  "terminal/command": event({
    line: maybe(text),
    startedAt: number,
    milliseconds: maybe(number),
    exitCode: maybe(number),
  }),
  /** Who may type: everyone (`free`) or one client (`single`), which holds the keyboard. `seat` is unique to it, even if others use its id. */
  "terminal/typist": event({
    mode: word<"free" | "single">(),
    client: maybe(text),
    name: maybe(text),
    seat: maybe(text),
  }),
  /** The child could not be started; nothing ran. */
  "terminal/failed": event({ tag: text, message: text }),
  "terminal/exit": event({ code: number, signal: maybe(text) }),
  "terminal/lost": event({ reason: word<LostReason>(), message: text }),

  /** Events up to and including `through` were removed; the checkpoint stands for them. */
  "system/trimmed": event({ through: number, bytes: number, reason: text }),
} as const
