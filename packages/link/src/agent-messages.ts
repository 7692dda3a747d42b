/**
 * What hub and runner say to each other about agents: the spec a child is started with, commands down, notes up. Each is
 * described once, as a codec from which its type and its reading follow.
 *
 * Commands are level-triggered and idempotent: the hub repeats them after every reconnect until a note in the journal
 * shows that they were carried out, and the runner carries each out once (docs/protocol/rules.md, A-2).
 *
 * What hub or runner acts on is checked; what they only pass on (chunks, parts of messages, what an agent reports about
 * itself) stays as it came, and is checked where it becomes events.
 */
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import { ask, failure, task } from "@holdfast/protocol/agent/agent-events"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { InputPart, Usage } from "@holdfast/protocol/agent/message"
import {
  anything,
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

/** How an agent's process is started. Paths are absolute; times are milliseconds. */
export const AgentStart = fields({
  adapter: oneOf("scripted", "claude", "acp"),
  /** Name in the configuration, for messages to people. */
  name: text,
  cwd: text,
  /** Added to what it inherits. */
  env: record(text),
  /** Checked by the adapter before; see its options file. */
  options: record(anything),
  /** The session's own directory; `logs/agent.log` in it takes the child's stderr. */
  directory: text,
  /** From an interrupt to the kill of the process group; and from the start to the first sign of life. */
  interruptGrace: whole,
  startTimeout: whole,
  /** Program of the agent, for adapters that start one by name. */
  program: maybe(fields({ command: text, args: list(text) })),
  /** The hub's own directories, which no file request of the agent may enter. */
  guarded: maybe(list(text)),
  /** Whether a person trusts the directory: only then what it brings (hooks, MCP servers, allow rules) runs. */
  trusted: maybe(flag),
  /** A person had the agent start over: it resumes nothing, also not what its options name. */
  anew: maybe(flag),
  /** How the agent signs in, where it must be told: the id of one of its ways (ACP's `authenticate`). */
  auth: maybe(text),
  /** What there is to continue from; absent for the first process of a session. */
  resume: maybe(
    fields({
      /** The agent's own id of the session. */
      native: maybe(text),
      /** File with the agent's own transcript: one line of JSON per entry batch, `{key, entries}`. */
      transcript: maybe(text),
      /** File with our messages as JSON, one per line, oldest first: for agents that cannot load. */
      history: maybe(text),
    }),
  ),
})
export type AgentStart = TypeOf<typeof AgentStart>

/** How a permission request ends for the agent. */
export const PermissionOutcome = variants(
  "type",
  fields({
    type: oneOf("answered"),
    optionId: text,
    allow: flag,
    answers: maybe(record(text)),
    message: maybe(text),
    /** In place of what the agent asked for. */
    subject: maybe(text),
    /** Who put that there. */
    by: maybe(text),
  }),
  fields({ type: oneOf("cancelled"), reason: text }),
)
export type PermissionOutcome = TypeOf<typeof PermissionOutcome>

/** A part of a message on its way to the agent; the bytes of a file that the hub keeps lie at `path`. */
export type DeliveredPart = InputPart & { readonly path?: string }

/** What the hub asks of a running agent. */
export const AgentInstruction = variants(
  "type",
  /** Hands a message over: a turn begins, or, with `steer`, it goes into the streaming turn. Once per message and turn. */
  fields({ type: oneOf("deliver"), messageId: text, turn: text, parts: list(part<DeliveredPart>({})), steer: flag }),
  /** Stops the turn; another one, or none, is left alone. After `interruptGrace` the process group is killed. */
  fields({ type: oneOf("interrupt"), turn: text }),
  /** Ends a permission request; one that is not open is left alone. */
  fields({ type: oneOf("answer"), requestId: text, outcome: PermissionOutcome }),
  /** Stops a background task; `task-ended` reports when it is done. */
  fields({ type: oneOf("stop-task"), taskId: text }),
  /** Changes model or mode; `info` reports when it is done. */
  fields({ type: oneOf("configure"), model: maybe(text), mode: maybe(text) }),
)
export type AgentInstruction = TypeOf<typeof AgentInstruction>

const turnEnd = {
  outcome: oneOf("completed", "interrupted", "error"),
  error: maybe(failure),
  usage: maybe(part<Usage>({})),
  model: maybe(text),
}

/** How a turn ended, as the agent sees it. */
export const TurnEnd = fields(turnEnd)
export type TurnEnd = TypeOf<typeof TurnEnd>

const info = part<AgentInfo>({})

/** What an agent's process did; each takes a position in its journal. `turn` is the turn it was told with `deliver`. */
export const AgentNote = variants(
  "type",
  /** It can take messages now. */
  fields({
    type: oneOf("ready"),
    pid: whole,
    resumed: oneOf("new", "resumed", "replayed"),
    native: maybe(text),
    info: maybe(info),
  }),
  /** It could not be started; the exit follows. */
  fields({ type: oneOf("failed"), tag: text, message: text }),
  fields({ type: oneOf("info"), info, native: maybe(text) }),
  /** The agent confirmed the message. */
  fields({ type: oneOf("taken"), messageId: text, turn: text }),
  /** The message certainly did not reach the agent. */
  fields({ type: oneOf("returned"), messageId: text, reason: text }),
  /** In order; at most `CHUNK_BATCH_BYTES` of JSON together unless one alone is longer. */
  fields({ type: oneOf("chunks"), turn: text, chunks: list(part<AgentChunk>({})) }),
  /** Exactly one per turn that was taken. Its open permission requests end with it, but for those that are `standing`. */
  fields({ type: oneOf("turn-ended"), turn: text, ...turnEnd, standing: maybe(list(text)) }),
  /** Without a turn it is of background work. */
  fields({ type: oneOf("asked"), turn: maybe(text), request: ask }),
  /** The agent took the answer, or took its question back. */
  fields({ type: oneOf("settled"), requestId: text, how: oneOf("taken", "withdrawn") }),
  /**
   * The provider's limit was met; `until` is epoch milliseconds, when it is known. `short`: too much was asked in a short
   * time, and it can be tried again soon. The turn's end follows.
   */
  fields({ type: oneOf("limited"), message: text, until: maybe(number), short: maybe(flag) }),
  /** The agent is at work although it reports nothing. */
  fields({ type: oneOf("alive") }),
  fields({ type: oneOf("task-started"), task }),
  fields({ type: oneOf("task-progress"), taskId: text, progress: text }),
  fields({ type: oneOf("task-ended"), taskId: text, outcome: oneOf("completed", "failed", "stopped"), summary: maybe(text) }),
  /** Entries for `resume.transcript`, under the agent's own key; at most 4 MiB of JSON. */
  fields({ type: oneOf("transcript"), key: text, entries: list(anything) }),
)
export type AgentNote = TypeOf<typeof AgentNote>

/** Longest `chunks` note, in characters of JSON. */
export const CHUNK_BATCH_BYTES = 64 * 1024
