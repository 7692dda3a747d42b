/** Messages between the runner's loop and the emulators' thread. */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type { ReportedProgram, TerminalCommand } from "@holdfast/protocol/terminal-program"
import type { CheckpointReply, ScreenReply } from "@holdfast/link/messages"

/** One step for the emulator of a child, in the order of its output; `offset` and `length` are within the batch's bytes. */
export type EmulatorStep =
  | { readonly type: "open"; readonly child: number; readonly cols: number; readonly rows: number; readonly scrollback: number }
  | { readonly type: "feed"; readonly child: number; readonly position: number; readonly offset: number; readonly length: number }
  | { readonly type: "resize"; readonly child: number; readonly position: number; readonly cols: number; readonly rows: number }
  | { readonly type: "theme"; readonly child: number; readonly colors: TerminalColors }
  /** Reports what waits for its time, or drops what ends with the program that reported it. */
  | { readonly type: "settle" | "ended"; readonly child: number }
  | { readonly type: "screen" | "checkpoint"; readonly child: number; readonly request: number }
  | { readonly type: "close"; readonly child: number }

/** Steps and the bytes they refer to. */
export interface EmulatorBatch {
  readonly bytes: ArrayBuffer
  readonly steps: ReadonlyArray<EmulatorStep>
}

/** What the thread reports. */
export type EmulatorReport =
  | { readonly type: "answer"; readonly child: number; readonly data: string }
  | { readonly type: "title"; readonly child: number; readonly title: string }
  | { readonly type: "program"; readonly child: number; readonly program: ReportedProgram | undefined }
  | { readonly type: "command"; readonly child: number; readonly command: TerminalCommand }
  /** This many bytes of a child are dealt with. */
  | { readonly type: "parsed"; readonly child: number; readonly bytes: number }
  /** The bytes of a batch are dealt with; its buffer may be filled again. */
  | { readonly type: "returned"; readonly buffer: ArrayBuffer }
  | { readonly type: "screen"; readonly request: number; readonly screen: ScreenReply }
  | { readonly type: "checkpoint"; readonly request: number; readonly checkpoint: CheckpointReply }
  | { readonly type: "unavailable"; readonly request: number; readonly reason: string }
  /** The emulator of one child failed; its screen is not known from then on. */
  | { readonly type: "broken"; readonly child: number; readonly reason: string }
