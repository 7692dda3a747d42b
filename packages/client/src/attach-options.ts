/**
 * What an attachment is asked for.
 */

import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { given } from "./given.ts"

/** What to attach to and how. */
export interface AttachOptions {
  /** Id, unique prefix or suffix, or label. */
  readonly session: string
  /** Cursor of an earlier attachment: the last seq it had. 0 replays the log; absent begins with a snapshot. */
  readonly after?: number
  /** `log` that the cursor came from. */
  readonly log?: string
  /** `viewer` is read-only: it neither types nor sizes the terminal. */
  readonly mode: "interactive" | "viewer"
  /**
   * Of a terminal: bytes that may wait for the consumer, at most 640 KiB. With more than that it continues from a snapshot of the
   * screen as it is now. Every event is handed out when absent.
   */
  readonly skipBehind?: number
  /** Detaches when it is aborted. */
  readonly signal?: AbortSignal
  readonly cols?: number
  readonly rows?: number
  /** Session that this viewer's own terminal is in, which must not come to show itself. */
  readonly within?: string
  /** Colours of this viewer's terminal, each as `#rrggbb`. */
  readonly colors?: TerminalColors
  /** Variables of the viewer's login, for terminals that are opened later. */
  readonly environment?: Readonly<Record<string, string>>
}

/** What each attach of an attachment says alike. */
export type FixedOptions = Pick<AttachOptions, "mode" | "within" | "environment" | "colors">

/** The options that each attach says alike. */
export function fixedOptions({ mode, within, environment, colors }: AttachOptions): FixedOptions {
  return { mode, ...given({ within, environment, colors }) }
}
