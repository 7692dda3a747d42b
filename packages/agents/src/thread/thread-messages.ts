/** Messages between the runner's loop and the agents' thread. */
import type { ChildExit } from "@holdfast/adapter/adapter"
import type { RunnerFailure } from "@holdfast/link/messages"
import type { AgentInstruction, AgentNote, AgentStart } from "@holdfast/link/agent-messages"

/** What the thread is asked, in order. */
export type AgentStep =
  | {
      readonly type: "start"
      readonly child: number
      readonly start: AgentStart
      readonly environment: Readonly<Record<string, string>>
    }
  | { readonly type: "command"; readonly child: number; readonly command: AgentInstruction }
  | { readonly type: "pause" | "continue"; readonly child: number }
  | { readonly type: "end"; readonly child: number; readonly request: number; readonly grace: number }
  /** Notes of this many characters went to the journal. */
  | { readonly type: "took"; readonly child: number; readonly size: number }

/** What the thread reports, in order. */
export type AgentThreadReport =
  /** `size`: characters of the note's JSON, about. */
  | { readonly type: "note"; readonly child: number; readonly note: AgentNote; readonly size: number }
  | { readonly type: "spawned"; readonly child: number; readonly pid: number }
  | { readonly type: "exit"; readonly child: number; readonly exit: ChildExit }
  | { readonly type: "ended"; readonly request: number; readonly failure?: RunnerFailure }
