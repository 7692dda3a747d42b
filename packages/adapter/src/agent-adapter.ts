/**
 * The contract of an agent adapter: one kind of agent behind the same few verbs. `contract/` holds its suite.
 *
 * Adapters run in the runner's agents thread. Invariants: the sink is called in order, `ready` or `failed` first, `exit`
 * once and last; every taken turn ends with exactly one `turn-ended`, also when the process dies, before its `exit`; a
 * message that was handed in is `taken` or `returned`, or neither when that cannot be known; after `exit` no process of the
 * group and no descriptor is left. A clean end of the transport is not the end of a turn (trap:4): without the agent's own
 * word the turn ends as `error`. Lines from a child are bounded (`LINE_MAX`); what an agent sends and no one knows
 * becomes `data-unknown`, never an exception.
 */
import type { ChildExit } from "./adapter.ts"
import type { AgentInstruction, AgentNote, AgentStart } from "@holdfast/link/agent-messages"

/** Longest line of JSON that an agent may send, in bytes; a longer one ends the turn with an error, not the runner. */
export const LINE_MAX = 32 * 1024 * 1024

/** Where an agent's notes go. */
export interface AgentSink {
  readonly note: (note: AgentNote) => void
  readonly exit: (exit: ChildExit) => void
  /** Its process runs; once, before the first note. */
  readonly spawned?: (pid: number) => void
}

/** A running agent. */
export interface AgentHandle {
  /** Takes a command; each once, repeated ones do nothing. Never throws: what cannot be done is reported by a note. */
  readonly command: (command: AgentInstruction) => void
  /** Stops reading, so that the agent waits, and continues. */
  readonly pause: () => void
  readonly continue: () => void
  /** Ends the agent and all it started: asks, after `graceMillis` kills the process group; resolves when nothing is left. */
  readonly end: (graceMillis: number) => Promise<void>
}

/** One kind of agent. */
export interface AgentAdapter {
  readonly kind: AgentStart["adapter"]
  /** Starts an agent. Never throws: what goes wrong is reported by `failed` and `exit`. */
  readonly start: (start: AgentStart, environment: Readonly<Record<string, string>>, sink: AgentSink) => AgentHandle
}
