/**
 * Messages between hub and runner (docs/protocol/rules.md, R-1 to R-20).
 *
 * A connection is a stream of frames: `u32 length of what follows | u8 type | body`, big endian. Control messages are
 * JSON (`FRAME_CONTROL`); output and input are binary, so that bytes are never transcoded. `child` is a number the
 * runner chose; ids are only in `start` and `welcome`. Each message is described once, as a codec from which its type and
 * its reading follow.
 */
import { failure } from "@holdfast/protocol/agent/agent-events"
import {
  fields,
  flag,
  list,
  maybe,
  number,
  oneOf,
  part,
  record,
  text,
  type TypeOf,
  variants,
  whole,
} from "@holdfast/protocol/codec"
import { SESSION_EVENTS } from "@holdfast/protocol/session-events"
import { AgentInstruction, AgentNote, AgentStart } from "./agent-messages.ts"
import { type FilesAnswers, FilesAsk } from "./file-messages.ts"

/** Frame types. */
export const FRAME_CONTROL = 1
/** Runner to hub: `u32 child | f64 position | f64 time | bytes`. */
export const FRAME_OUTPUT = 2
/**
 * Hub to runner: `u32 child | f64 number | u8 client length | client | bytes`. Number 0 is an input with a key, which stands in the
 * client's place.
 */
export const FRAME_CHILD_INPUT = 3

/** Longest frame, in bytes; a longer one ends the connection. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024

/** What a runner knows of a child. Positions are those of its journal, dense from 1. */
export const ChildStatus = fields({
  child: whole,
  id: text,
  session: text,
  kind: text,
  state: oneOf("running", "exited"),
  pid: maybe(whole),
  /** Last position written, and the last the hub acknowledged. */
  head: whole,
  acknowledged: whole,
})
export type ChildStatus = TypeOf<typeof ChildStatus>

const checkpoint = { position: whole, cols: whole, rows: whole, screen: text }

/** Things that happened to a child, in the same order as its output; they take positions of their own. */
export const JournalNote = variants(
  "type",
  fields({ type: oneOf("started"), pid: whole, cols: whole, rows: whole }),
  fields({ type: oneOf("resize"), cols: whole, rows: whole }),
  fields({ type: oneOf("title"), title: text }),
  /** All that the child's program reports of itself; `size`: characters of the note's JSON. */
  fields({ type: oneOf("program"), program: SESSION_EVENTS["terminal/program"].data, size: whole }),
  /** The last command of a shell that marks its commands. */
  fields({ type: oneOf("command"), command: SESSION_EVENTS["terminal/command"].data }),
  /** An input with a key went to the child; `hash` is that of its bytes. */
  fields({ type: oneOf("input"), key: text, hash: text }),
  fields({ type: oneOf("exit"), code: number, signal: maybe(text) }),
  /** `size`: characters of the note's JSON. */
  fields({ type: oneOf("agent"), note: AgentNote, size: whole }),
  /** The screen after everything up to `position`; not stored in the log, kept as its checkpoint. */
  fields({ type: oneOf("checkpoint"), ...checkpoint }),
)
export type JournalNote = TypeOf<typeof JournalNote>

/** Characters that an entry's note takes, about. */
export function noteSize(note: JournalNote): number {
  if (note.type === "checkpoint") return note.screen.length
  return note.type === "agent" || note.type === "program" ? note.size : 100
}

/** A refused request: the tag is that of a door error where there is one (`CommandNotFound`, `Busy`, …). */
export type RunnerFailure = TypeOf<typeof failure>

const start = { type: oneOf("start"), request: whole, id: text, session: text }

/** What a child inherits, where it is not the runner's own environment. */
const environment = maybe(record(text))

/** A terminal to start; the values of its variables included. */
const terminal = fields({
  command: text,
  args: list(text),
  cwd: text,
  env: record(text),
  cols: whole,
  rows: whole,
  term: text,
})

/** Messages from the hub. Those with `request` are answered by a `reply` with the same number. */
export const HubMessage = variants(
  "type",
  /** An observer supersedes no one and may only ask for `status` and `drain`. */
  fields({ type: oneOf("hello"), versions: list(whole), hub: text, hubEpoch: whole, observer: maybe(flag) }),
  /** Starts a child; the same `id` again answers with the child that is there. */
  variants(
    "kind",
    fields({ ...start, kind: oneOf("terminal"), terminal, environment, scrollback: whole }),
    fields({ ...start, kind: oneOf("agent"), agent: AgentStart, environment }),
  ),
  /** A command for an agent; the answer says that the runner has it, the notes what became of it. */
  fields({ type: oneOf("agent"), request: whole, child: whole, command: AgentInstruction }),
  /** Sends entries after a position, and continues with new ones. `credit` is how many unacknowledged bytes may be under way. */
  fields({ type: oneOf("follow"), child: whole, after: whole, credit: whole }),
  /** Everything up to `position` is durable in the log and may leave the journal. */
  fields({ type: oneOf("ack"), child: whole, position: whole }),
  fields({ type: oneOf("resize"), child: whole, cols: whole, rows: whole }),
  /** Colours of the viewer's terminal that counts: what the child's questions are answered with (T-20). */
  fields({ type: oneOf("colors"), child: whole, foreground: text, background: text }),
  fields({ type: oneOf("signal"), request: whole, child: whole, signal: text }),
  /** Ends the child and everything it started: SIGHUP and SIGTERM, after `grace` milliseconds SIGKILL. */
  fields({ type: oneOf("end"), request: whole, child: whole, grace: whole }),
  /** Drops an ended child whose journal is acknowledged to its end. */
  fields({ type: oneOf("forget"), child: whole }),
  fields({ type: oneOf("screen"), request: whole, child: whole }),
  fields({ type: oneOf("checkpoint"), request: whole, child: whole }),
  /** A question about files; concerns no child. */
  fields({ type: oneOf("files"), request: whole, files: FilesAsk }),
  fields({ type: oneOf("status"), request: whole }),
  /** No new children; the runner ends when its last child has ended and was forgotten. `now` ends the children too. */
  fields({ type: oneOf("drain"), request: whole, now: flag, grace: whole }),
)
export type HubMessage = TypeOf<typeof HubMessage>

/** The screen of a child after `position`. `cursor` is 0-based. */
export const ScreenReply = fields({
  position: whole,
  cols: whole,
  rows: whole,
  cursor: fields({ x: whole, y: whole, visible: flag }),
  text,
  title: text,
  alternate: flag,
})
export type ScreenReply = TypeOf<typeof ScreenReply>

/** The screen of a child after `position` as escape sequences for an empty terminal of that size. */
export const CheckpointReply = fields(checkpoint)
export type CheckpointReply = TypeOf<typeof CheckpointReply>

/** State of a runner. */
export const RunnerStatus = fields({
  runner: text,
  pid: whole,
  version: whole,
  build: text,
  startedAt: number,
  draining: flag,
  rss: number,
  children: list(ChildStatus),
  journal: fields({ memoryBytes: whole, diskBytes: whole, problem: maybe(text) }),
})
export type RunnerStatus = TypeOf<typeof RunnerStatus>

/** What a reply can hold. */
export const ReplyValue = variants(
  "type",
  fields({ type: oneOf("started"), status: ChildStatus }),
  fields({ type: oneOf("screen"), screen: ScreenReply }),
  fields({ type: oneOf("checkpoint"), checkpoint: CheckpointReply }),
  fields({ type: oneOf("status"), status: RunnerStatus }),
  /** As the question has it; passed on as it came. */
  fields({ type: oneOf("files"), files: part<FilesAnswers[FilesAsk["ask"]]>({}) }),
  fields({ type: oneOf("done") }),
)
export type ReplyValue = TypeOf<typeof ReplyValue>

/** Messages from the runner. */
export const RunnerMessage = variants(
  "type",
  fields({
    type: oneOf("welcome"),
    version: whole,
    runner: text,
    pid: whole,
    build: text,
    draining: flag,
    children: list(ChildStatus),
  }),
  /** The hello was not accepted; the connection ends. */
  fields({ type: oneOf("refused"), reason: oneOf("version", "superseded"), versions: list(whole), message: text }),
  fields({ type: oneOf("reply"), request: whole, value: maybe(ReplyValue), failure: maybe(failure) }),
  fields({ type: oneOf("note"), child: whole, position: whole, time: number, note: JournalNote }),
  /** Inputs of a client up to `number` went to the child, or `failure` says why this one did not; with a key (number 0) only failures. */
  fields({ type: oneOf("input"), child: whole, client: text, number: whole, failure: maybe(failure) }),
  /** The journal cannot keep more (disk full, directory gone); the child is paused or the runner ends. With `child` it concerns that child's journal alone. */
  fields({ type: oneOf("problem"), tag: text, message: text, child: maybe(whole) }),
)
export type RunnerMessage = TypeOf<typeof RunnerMessage>

/** One entry of a child's journal. */
export type JournalEntry =
  | { readonly position: number; readonly time: number; readonly bytes: Uint8Array }
  | { readonly position: number; readonly time: number; readonly note: JournalNote }
