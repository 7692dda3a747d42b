/**
 * Events about sessions and terminals, by `channel/type`: what this version writes, and how it reads what older ones wrote.
 *
 * `terminal/output` is stored as bytes and never takes this form inside the server.
 */
import type { AgentSpec } from "./agent/agent.ts"
import { flag, list, maybe, number, part, text, word, yes } from "./codec.ts"
import { event } from "./event-row.ts"
import type { LoggedTerminal, LostReason } from "./terminal-spec.ts"

const size = { cols: number, rows: number }

/** The rows. */
export const SESSION_EVENTS = {
  "session/created": event({
    /** Name of the session's kind. */
    kind: text,
    label: text,
    /** Nobody chose the label: the first message gives another. */
    unnamed: maybe(yes),
    tags: list(text),
    owner: text,
    terminal: maybe(part<LoggedTerminal>({ command: text, cwd: text, ...size })),
    agent: maybe(part<AgentSpec>({ name: text, adapter: text, cwd: text })),
    /** Id of the child process that belongs to the session, chosen before it is started. */
    child: maybe(text),
    /** Generation of the runner that was asked to start the child. */
    runner: maybe(text),
  }),
  /** `message`: the message whose first line the label is; nobody chose it. */
  "session/renamed": event({ label: text, message: maybe(text) }),
  "session/tagged": event({ tags: list(text) }),
  "session/pinned": event({ pinned: flag }),
  "session/archived": event({}),
  "session/restored": event({}),
  /** Soft delete; `purgeAt` is when the purge may take it for good. */
  "session/deleted": event({ purgeAt: number }),
  /** A named place in the log, shown on timelines and as a marker in asciicast files. */
  "session/marked": event({ text }),

  /** An ended process is started again, in a terminal that is empty; the child is chosen before it is started. */
  "terminal/starting": event({ child: text, runner: text, ...size }),
  "terminal/started": event({ pid: number, ...size }),
  /** `text` when the bytes are whole UTF-8, otherwise `base64`; exactly one of the two. */
  "terminal/output": event({ text: maybe(text), base64: maybe(text) }),
  "terminal/resize": event(size),
  "terminal/title": event({ title: text }),
  /** Who may type: everybody (`free`) or one client (`single`), with the client that holds it; `seat` is its alone, also when others have its id. */
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

  /** Everything up to and including `through` left the log; the checkpoint stands for it. */
  "system/trimmed": event({ through: number, bytes: number, reason: text }),
} as const
