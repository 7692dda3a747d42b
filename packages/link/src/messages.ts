/**
 * Messages between hub and runner (docs/PROTOCOL.md, R-1 to R-20).
 *
 * A connection is a stream of frames: `u32 length of what follows | u8 type | body`, big endian. Control messages are
 * JSON (`FRAME_CONTROL`); output and input are binary, so that bytes are never transcoded. `child` is a number the
 * runner chose; ids are only in `start` and `welcome`.
 */
import type { TerminalSpec } from "@holdfast/protocol/terminal-spec"
import type { AgentCommand, AgentNote, AgentStart } from "./agent-messages.ts"

/** Frame types. */
export const FRAME_CONTROL = 1
/** Runner to hub: `u32 child | f64 position | f64 time | bytes`. */
export const FRAME_OUTPUT = 2
/**
 * Hub to runner: `u32 child | f64 number | u8 client length | client | bytes`. Number 0 is an input with a key, which stands in the
 * client's place.
 */
export const FRAME_INPUT = 3

/** Longest frame, in bytes; a longer one ends the connection. */
export const MAX_FRAME_BYTES = 8 * 1024 * 1024

/** What a runner knows of a child. Positions are those of its journal, dense from 1. */
export interface ChildStatus {
  readonly child: number
  readonly id: string
  readonly session: string
  readonly kind: string
  readonly state: "running" | "exited"
  readonly pid?: number
  /** Last position written, and the last the hub acknowledged. */
  readonly head: number
  readonly acknowledged: number
}

/** Things that happened to a child, in the same order as its output; they take positions of their own. */
export type JournalNote =
  | { readonly type: "started"; readonly pid: number; readonly cols: number; readonly rows: number }
  | { readonly type: "resize"; readonly cols: number; readonly rows: number }
  | { readonly type: "title"; readonly title: string }
  /** An input with a key went to the child; `hash` is that of its bytes. */
  | { readonly type: "input"; readonly key: string; readonly hash: string }
  | { readonly type: "exit"; readonly code: number; readonly signal?: string }
  /** `size`: characters of the note's JSON. */
  | { readonly type: "agent"; readonly note: AgentNote; readonly size: number }
  /** The screen after everything up to `position`; not stored in the log, kept as its checkpoint. */
  | {
      readonly type: "checkpoint"
      readonly position: number
      readonly cols: number
      readonly rows: number
      readonly screen: string
    }

/** Characters that an entry's note takes, about. */
export function noteSize(note: JournalNote): number {
  if (note.type === "checkpoint") return note.screen.length
  return note.type === "agent" ? note.size : 100
}

/** A refused request: the tag is that of a door error where there is one (`CommandNotFound`, `Busy`, …). */
export interface RunnerFailure {
  readonly tag: string
  readonly message: string
}

/** Messages from the hub. Those with `request` are answered by a `reply` with the same number. */
export type HubMessage =
  /** An observer supersedes nobody and may only ask for `status`, `drain` and `ping`. */
  | {
      readonly type: "hello"
      readonly versions: ReadonlyArray<number>
      readonly hub: string
      readonly hubEpoch: number
      readonly observer?: boolean
    }
  /** Starts a child; the same `id` again answers with the child that is there. */
  | {
      readonly type: "start"
      readonly request: number
      readonly id: string
      readonly session: string
      readonly kind: "terminal"
      readonly terminal: TerminalSpec
      /** What the child inherits, where it is not the runner's own environment. */
      readonly environment?: Readonly<Record<string, string>>
      readonly scrollback: number
    }
  | {
      readonly type: "start"
      readonly request: number
      readonly id: string
      readonly session: string
      readonly kind: "agent"
      readonly agent: AgentStart
      readonly environment?: Readonly<Record<string, string>>
    }
  /** A command for an agent; the answer says that the runner has it, the notes what became of it. */
  | { readonly type: "agent"; readonly request: number; readonly child: number; readonly command: AgentCommand }
  /** Sends entries after a position, and goes on with new ones. `credit` is how many unacknowledged bytes may be under way. */
  | { readonly type: "follow"; readonly child: number; readonly after: number; readonly credit: number }
  /** Everything up to `position` is durable in the log and may leave the journal. */
  | { readonly type: "ack"; readonly child: number; readonly position: number }
  | { readonly type: "resize"; readonly child: number; readonly cols: number; readonly rows: number }
  /** Colours of the viewer's terminal that counts: what the child's questions are answered with (T-20). */
  | { readonly type: "colors"; readonly child: number; readonly foreground: string; readonly background: string }
  | { readonly type: "signal"; readonly request: number; readonly child: number; readonly signal: string }
  /** Ends the child and everything it started: SIGHUP and SIGTERM, after `grace` milliseconds SIGKILL. */
  | { readonly type: "end"; readonly request: number; readonly child: number; readonly grace: number }
  /** Drops an ended child whose journal is acknowledged to its end. */
  | { readonly type: "forget"; readonly child: number }
  | { readonly type: "screen"; readonly request: number; readonly child: number }
  | { readonly type: "checkpoint"; readonly request: number; readonly child: number }
  | { readonly type: "status"; readonly request: number }
  /** No new children; the runner ends when its last child has ended and was forgotten. `now` ends the children too. */
  | { readonly type: "drain"; readonly request: number; readonly now: boolean; readonly grace: number }

/** The screen of a child after `position`. `cursor` is 0-based. */
export interface ScreenReply {
  readonly position: number
  readonly cols: number
  readonly rows: number
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean }
  readonly text: string
  readonly title: string
  readonly alternate: boolean
}

/** The screen of a child after `position` as escape sequences for an empty terminal of that size. */
export interface CheckpointReply {
  readonly position: number
  readonly cols: number
  readonly rows: number
  readonly screen: string
}

/** State of a runner. */
export interface RunnerStatus {
  readonly runner: string
  readonly pid: number
  readonly version: number
  readonly build: string
  readonly startedAt: number
  readonly draining: boolean
  readonly rss: number
  readonly children: ReadonlyArray<ChildStatus>
  readonly journal: { readonly memoryBytes: number; readonly diskBytes: number; readonly problem?: string }
}

/** What a reply can hold. */
export type ReplyValue =
  | { readonly type: "started"; readonly status: ChildStatus }
  | { readonly type: "screen"; readonly screen: ScreenReply }
  | { readonly type: "checkpoint"; readonly checkpoint: CheckpointReply }
  | { readonly type: "status"; readonly status: RunnerStatus }
  | { readonly type: "done" }

/** Messages from the runner. */
export type RunnerMessage =
  | {
      readonly type: "welcome"
      readonly version: number
      readonly runner: string
      readonly pid: number
      readonly build: string
      readonly draining: boolean
      readonly children: ReadonlyArray<ChildStatus>
    }
  /** The hello was not accepted; the connection ends. */
  | {
      readonly type: "refused"
      readonly reason: "version" | "superseded"
      readonly versions: ReadonlyArray<number>
      readonly message: string
    }
  | { readonly type: "reply"; readonly request: number; readonly value?: ReplyValue; readonly failure?: RunnerFailure }
  | {
      readonly type: "note"
      readonly child: number
      readonly position: number
      readonly time: number
      readonly note: JournalNote
    }
  /** Inputs of a client up to `number` went to the child, or `failure` says why this one did not; with a key (number 0) only failures. */
  | {
      readonly type: "input"
      readonly child: number
      readonly client: string
      readonly number: number
      readonly failure?: RunnerFailure
    }
  /** The journal cannot keep more (disk full, directory gone); the child is paused or the runner ends. With `child` it concerns that child's journal alone. */
  | { readonly type: "problem"; readonly tag: string; readonly message: string; readonly child?: number }

/** One entry of a child's journal. */
export type JournalEntry =
  | { readonly position: number; readonly time: number; readonly bytes: Uint8Array }
  | { readonly position: number; readonly time: number; readonly note: JournalNote }
