/**
 * The hub's side of one connection to a runner (docs/protocol/rules.md, R-2 to R-18).
 *
 * Events come by callback, in the order in which the runner sent them, on the event loop of the caller; a callback must
 * not throw. After `closed` nothing else is called and every outstanding request is rejected with `RunnerGone`.
 */
import type { CheckpointReply, ChildStatus, JournalEntry, RunnerFailure, RunnerStatus, ScreenReply } from "./messages.ts"
import type { FilesAnswers, FilesAsk } from "./file-messages.ts"
import type { TerminalSpec } from "@holdfast/protocol/terminal-spec"
import type { AgentInstruction, AgentStart } from "./agent-messages.ts"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"

/** The runner could not be connected to, or did not answer `hello` in time. */
export class RunnerUnreachable extends Error {
  readonly _tag = "RunnerUnreachable"
}

/** The runner did not accept the hello: no common version, or a newer hub has it. */
export class RunnerRefused extends Error {
  readonly _tag = "RunnerRefused"
  readonly reason: "version" | "superseded"
  /** Versions the runner speaks. */
  readonly versions: ReadonlyArray<number>
  constructor(reason: "version" | "superseded", versions: ReadonlyArray<number>, message: string) {
    super(message)
    this.reason = reason
    this.versions = versions
  }
}

/** The connection ended before the answer came: what was asked may or may not have been carried out. */
export class RunnerGone extends Error {
  readonly _tag = "RunnerGone"
}

/** The runner refused a request; `tag` is that of a door error where there is one. */
export class RequestRefused extends Error {
  readonly _tag = "RequestRefused"
  readonly tag: string
  readonly failure: RunnerFailure
  constructor(failure: RunnerFailure) {
    super(failure.message)
    this.tag = failure.tag
    this.failure = failure
  }
}

/** Why a connection ended. `superseded`: a newer hub took the runner over; `malformed`: one side sent nonsense. */
export interface RunnerClosed {
  readonly reason: "closed" | "lost" | "superseded" | "malformed"
  readonly message: string
}

/** What a connection reports. */
export interface RunnerEvents {
  /** The next journal entry of a followed child: output bytes or a note, positions dense. The bytes are the receiver's to keep. */
  readonly entry: (child: number, entry: JournalEntry) => void
  /** Inputs of `client` up to `number` are settled: they went to the child, or `failure` says why this one did not. */
  readonly input: (child: number, client: string, number: number, failure: RunnerFailure | undefined) => void
  /** The runner is in trouble (disk full, directory gone), or one child's journal is damaged. */
  readonly problem: (tag: string, message: string, child: number | undefined) => void
  readonly closed: (closed: RunnerClosed) => void
}

/** What the runner said at `hello`. `runner` is its generation. */
export interface RunnerWelcome {
  readonly version: number
  readonly runner: string
  readonly pid: number
  readonly build: string
  readonly draining: boolean
  readonly children: ReadonlyArray<ChildStatus>
}

/** A terminal to be started. `id` is chosen by the hub; the same one again gives the child that is there. */
export interface StartTerminal {
  readonly id: string
  readonly session: string
  readonly terminal: TerminalSpec
  /** What the child inherits; the runner's own environment when absent. */
  readonly environment?: Readonly<Record<string, string>>
  /** Lines of scrollback in checkpoints. */
  readonly scrollback: number
}

/** An agent to be started; ids as with terminals. */
export interface StartAgent {
  readonly id: string
  readonly session: string
  readonly agent: AgentStart
  /** As with a terminal. */
  readonly environment?: Readonly<Record<string, string>>
}

/** An open connection. Every promise rejects with `RequestRefused` or `RunnerGone`. */
export interface RunnerConnection {
  readonly welcome: RunnerWelcome
  readonly start: (request: StartTerminal) => Promise<ChildStatus>
  /** Starts an agent's child; its process is reported by the note `ready`, or `failed` says why there is none. */
  readonly startAgent: (request: StartAgent) => Promise<ChildStatus>
  /** Hands a command to an agent; repeated ones are carried out once. Resolves when the runner has it. */
  readonly commandAgent: (child: number, command: AgentInstruction) => Promise<void>
  /**
   * Asks for the entries after `after`, which the hub has durably, and for new ones; at most `credit` unacknowledged
   * bytes are under way (one entry always may be). It acknowledges `after` too.
   */
  readonly follow: (child: number, after: number, credit: number) => void
  /** Everything up to `position` is durable in the log and may leave the journal. */
  readonly ack: (child: number, position: number) => void
  /** Sends input; `number` only grows per client, or is 0 and `client` a key. The answer is the `input` event; a refused number is settled, a new try takes a new one. */
  readonly input: (child: number, client: string, number: number, bytes: Uint8Array) => void
  readonly resize: (child: number, cols: number, rows: number) => void
  /** Tells the colours of the viewer's terminal that counts. */
  readonly colors: (child: number, colors: TerminalColors) => void
  /** Sends a signal by name (`SIGINT`) to the process group in the foreground of the child's terminal. */
  readonly signal: (child: number, signal: string) => Promise<void>
  /** Ends the child and everything it started; resolves once all of it is gone. `grace` in milliseconds. */
  readonly end: (child: number, grace: number) => Promise<void>
  /** Drops an ended child whose journal is acknowledged to its end (or is damaged). */
  readonly forget: (child: number) => void
  readonly screen: (child: number) => Promise<ScreenReply>
  readonly checkpoint: (child: number) => Promise<CheckpointReply>
  /** Asks about files; concerns no child. */
  readonly files: <A extends FilesAsk>(ask: A) => Promise<FilesAnswers[A["ask"]]>
  readonly status: () => Promise<RunnerStatus>
  /** No new children; with `now` the children end too. */
  readonly drain: (now: boolean, grace: number) => Promise<void>
  /** Ends the connection; children run on. `closed` is called with the reason `closed`. */
  readonly close: () => void
}

/** Where to connect and as whom. */
export interface ConnectOptions {
  /** Path of the runner's socket. */
  readonly socket: string
  /** Id of this hub, and a number that grows with every start of a hub on this data directory. */
  readonly hub: string
  readonly hubEpoch: number
  /** Only asks for `status` and `drain`, and supersedes no one (`holdfast runner status`). */
  readonly observer?: boolean
  readonly events: RunnerEvents
  /** Milliseconds to wait for `welcome`; default 5000. */
  readonly timeout?: number
}
