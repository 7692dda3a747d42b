/**
 * What an attachment is asked for.
 */

/** What to attach to and how. */
export interface AttachOptions {
  /** Id, unique prefix or suffix, or label. */
  readonly session: string
  /** Cursor of an earlier attachment: the last seq it had. 0 replays the log; absent begins with a snapshot. */
  readonly after?: number
  /** `log` that the cursor came from. */
  readonly log?: string
  readonly mode: "interactive" | "viewer"
  readonly cols?: number
  readonly rows?: number
}
