/** Events about agents, by `channel/type`: what this version writes, and how it reads what older ones wrote. */
import { anything, fields, flag, list, maybe, number, part, text, word, yes } from "../codec.ts"
import { event, eventOf } from "../event-row.ts"
import type { LostReason } from "../terminal-spec.ts"
import type { AgentInfo, Resumed } from "./agent.ts"
import type { Hold } from "./hold.ts"
import type { AlsoSends, InputPart, Message, TurnOutcome, Usage } from "./message.ts"
import type { PermissionAsk, PermissionDecision } from "./permission.ts"
import type { PermissionRule } from "./permission-rule.ts"
import type { QueuedMessage } from "./queue.ts"
import { TASK_TEXT_MAX } from "./task-limits.ts"
import type { TaskInfo, TaskOutcome } from "./task.ts"
import type { DirectoryTrust } from "./trust.ts"

/** Most characters that are kept of what an agent or its provider says about a failure or a limit. */
const WORDS_MAX = 4000

/** What went wrong: its tag, and words for people. */
export const failure = fields({ tag: text, message: text })

/** A background task as far as it is looked at. */
export const task = part<TaskInfo>({ id: text, kind: text, description: text })

/** A permission request as far as it is looked at. */
export const ask = part<PermissionAsk>({ id: text, tool: text, subject: text, options: list(anything) })

const inputParts = list(part<InputPart>({ type: text }))
const rule = part<PermissionRule>({ tool: text, allow: flag })

/** The rows. */
export const AGENT_EVENTS = {
  /** A runner was asked to start the agent's process. The child's id is chosen before it starts. `trusted`: with what its directory contains. */
  "session/agent-starting": event({ child: text, runner: text, trusted: maybe(yes) }),
  "session/agent-started": event({ pid: number, resumed: word<Resumed>(), native: maybe(text) }),
  /** What the agent reported about itself. */
  "session/agent-info": eventOf(part<AgentInfo & { readonly native?: string }>({ native: maybe(text) })),
  /** What the agent's directory contains that would run, and whether it may; the event's `by` is who decided. */
  "session/agent-directory": eventOf(part<DirectoryTrust>({ directory: text, state: text })),
  /** The agent's directory has changed; its next process starts there. */
  "session/agent-moved": event({ cwd: text }),
  /**
   * The agent's next process starts afresh, with our transcript as its context instead of its own. Messages from
   * `before` on, whose seq is `from`, up to here are left out.
   */
  "session/agent-renewed": event({ before: maybe(text), from: maybe(number) }),
  /** A person asked for it; `session/agent-info` reports when the agent has done it. */
  "session/agent-configured": event({ model: maybe(text), mode: maybe(text) }),
  /** The agent's process could not be started; nothing ran. */
  "session/agent-failed": event({ tag: text, message: text }, { cut: { message: WORDS_MAX } }),
  /** The agent's process is to end, and its running background tasks with it; later messages go to the next process. */
  "session/agent-ending": event({
    reason: word<"idle" | "limit" | "stopped" | "renewed">(),
    tasks: maybe(list(task)),
  }),
  /** The agent's process ended: unloaded because it was idle or over the limit, stopped, replaced, or by itself. */
  "session/agent-exited": event({
    code: number,
    signal: maybe(text),
    reason: word<"idle" | "limit" | "stopped" | "renewed" | "itself">(),
  }),
  "session/agent-lost": event({ reason: word<LostReason>(), message: text }),

  /** A turn begins; it ends with exactly one `turn/ended`. */
  "turn/started": event({ turn: text }),
  "turn/interrupting": event({ turn: text, reason: word<"person" | "message" | "stalled">() }),
  /** Nothing was heard from the agent since `since`, in epoch milliseconds; `turn/heard` reports the next sign of life. */
  "turn/silent": event({ turn: text, since: number }),
  "turn/heard": event({ turn: text }),
  "turn/ended": event(
    {
      turn: text,
      outcome: word<TurnOutcome>(),
      error: maybe(failure),
      usage: maybe(part<Usage>({})),
      model: maybe(text),
      /** Requests that outlive the turn, because they are about background work. */
      standing: maybe(list(text)),
    },
    { cut: { "error.message": WORDS_MAX } },
  ),

  /** A message waits; with `first`, ahead of the others. */
  "queue/added": event({
    item: part<QueuedMessage>({ id: text, parts: inputParts, status: text, by: text }),
    first: maybe(flag),
  }),
  "queue/edited": event({ messageId: text, parts: inputParts }),
  "queue/removed": event({ messageId: text }),
  "queue/reordered": event({ order: list(text) }),
  /** Handed to the agent's process. It leaves the queue with `queue/taken`. */
  "queue/sent": event({ messageId: text, turn: text, steer: maybe(flag) }),
  /** The agent confirmed it; a `message/added` accompanies it. */
  "queue/taken": event({ messageId: text, turn: text }),
  /** It did not reach the agent, and waits again. */
  "queue/returned": event({ messageId: text, reason: text }),
  /** The agent died between hand-over and confirmation. */
  "queue/uncertain": event({ messageId: text }),
  "queue/held": eventOf(part<Hold>({ reason: text }), { cut: { message: WORDS_MAX } }),
  /** `alsoSends`: the messages that were waiting when a message released the queue. */
  "queue/released": event({ alsoSends: maybe(part<AlsoSends>({ count: number, first: text })) }),

  /** A message of the transcript: a person's once the agent took it, an assistant's once its turn ended. */
  "message/added": event({ message: part<Message>({ id: text, role: text, parts: list(anything) }) }),

  "permission/asked": event(
    {
      request: ask,
      /** Absent for a request about background work. */
      turn: maybe(text),
      expiresAt: maybe(number),
    },
    { cut: { "request.title": 4000, "request.subject": 256 * 1024 } },
  ),
  "permission/answered": event({
    requestId: text,
    decision: part<PermissionDecision>({ optionId: text, allow: flag, by: text }),
  }),
  "permission/expired": event({ requestId: text }),
  "permission/cancelled": event({ requestId: text, reason: text }),
  /** The agent has the answer. */
  "permission/taken": event({ requestId: text }),
  /** An answer is remembered for this session, or for all. */
  "permission/remembered": event({ rule, scope: word<"session" | "always">() }),
  /** The server stores a rule for all sessions that an answer in this one made. */
  "permission/kept": event({ rule }),
  /** A rule of this session was forgotten. */
  "permission/forgotten": event({ rule }),

  /** The agent runs something in the background, until `task/ended`. When the agent's process ends, so do all its tasks. */
  "task/started": event({ task }, { cut: { "task.description": TASK_TEXT_MAX } }),
  "task/progress": event({ taskId: text, progress: text }, { cut: { progress: TASK_TEXT_MAX } }),
  /** A person asked to stop it; `task/ended` reports when it has stopped. */
  "task/stopping": event({ taskId: text }),
  "task/ended": event({ taskId: text, outcome: word<TaskOutcome>(), summary: maybe(text) }, { cut: { summary: TASK_TEXT_MAX } }),

  /** Entries of the agent's own transcript, so that it can continue in another process and on another machine. */
  "system/transcript": event({ key: text, encoding: word<"zstd">(), entries: number, base64: text }),
} as const
