/** What `holdfast attach` was asked for. */

/** How to attach. */
export interface AttachCommand {
  readonly readOnly: boolean
  /** Take the keyboard: only this client types. */
  readonly take: boolean
  /** Send everyone else away. */
  readonly detachOthers: boolean
  /** End with the child's exit code. */
  readonly exitCode: boolean
  readonly clipboard: boolean
  readonly detachKey: string | undefined
  /** Seconds to wait for a hub that went away; 600. */
  readonly wait: number | undefined
}
