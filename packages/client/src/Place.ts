/** Where an attachment stands, over its reconnects: what each attach says, and what its answer says of it. */
import type { Session } from "@holdfast/protocol/session"
import type { AttachOptions } from "./attach-options.ts"
import { fixedOptions } from "./attach-options.ts"
import type { FixedOptions } from "./attach-options.ts"
import type { CommandAnswer, CommandPayload } from "./calls.ts"
import { given } from "./given.ts"

/** The place of one attachment. */
export class Place {
  readonly fixed: FixedOptions
  /** The session as of the last attach. */
  session: Session | undefined
  /** Name of the session, its id since the first attach. */
  target: string
  /** Last seq taken in. */
  cursor: number | undefined
  /** Identity of the log that the cursor is of. */
  log: string | undefined
  seat: string | undefined
  size: { readonly cols: number; readonly rows: number } | undefined
  /** What the hub last reported; what it does not know after a restart. */
  gaveSize: boolean | undefined

  constructor(options: AttachOptions) {
    this.fixed = fixedOptions(options)
    this.target = options.session
    this.cursor = options.after
    this.log = options.log
    if (options.cols !== undefined && options.rows !== undefined) this.size = { cols: options.cols, rows: options.rows }
  }

  /** What the next attach says. */
  get payload(): CommandPayload<"Attach"> {
    const { cursor, log, gaveSize } = this
    const place = { after: cursor, log: cursor === undefined ? undefined : log, gaveSize }
    return { session: this.target, ...this.fixed, ...this.size, ...given(place) }
  }

  /** The hub answered. */
  attached({ session, log, seat }: CommandAnswer<"Attach">): void {
    this.session = session
    this.target = session.id
    this.log = log
    this.seat = seat
  }
}
