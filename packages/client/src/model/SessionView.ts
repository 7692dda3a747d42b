/**
 * One session as programs with a screen follow it: its record, transcript, last events and screen, in cells
 * (docs/protocol/rules.md, U-1 to U-6).
 *
 * It is there before it is attached, so that a page can be rendered with it, on a server too. What it shows stays when its
 * attachment ends, and the next one continues from its cursor. Invariant: everything it shows is of the same seq.
 */
import { decodeRecord } from "@holdfast/protocol/record"
import type { RecordView } from "@holdfast/protocol/record"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { Session } from "@holdfast/protocol/session"
import type { Attachment } from "../Attachment.ts"
import { HoldfastError } from "../errors.ts"
import type { Item } from "../items.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import type { ReadEvents, StreamEvent } from "./EventWindow.ts"
import type { Frames } from "./frames.ts"
import { RecordCells } from "./RecordCells.ts"
import type { TurnState } from "./RecordCells.ts"
import { Screens } from "./Screens.ts"
import type { Screen } from "./Screens.ts"
import { SessionEvents } from "./SessionEvents.ts"
import type { Viewer } from "./SessionEvents.ts"
import { Transcript } from "./Transcript.ts"
import type { SavedTranscript } from "./Transcript.ts"

/** How a view stands to its session. */
export type ViewStatus =
  /** Not attached yet, or what was missed is being read. */
  | { readonly _tag: "Attaching" }
  /** Shows everything there is. */
  | { readonly _tag: "Live" }
  /** The connection is away; it resumes automatically. */
  | { readonly _tag: "Away" }
  /** Nothing follows: with the reason, unless this client ended it. */
  | { readonly _tag: "Ended"; readonly error: HoldfastError | undefined }

/** What a view asks the hub for beside its attachment. */
export interface ViewReads {
  readonly record: () => Promise<Session>
  readonly events: ReadEvents
}

/** A view as plain JSON. */
export interface SavedView {
  readonly seq: number
  readonly log: string
  readonly record: Session
  readonly transcript: SavedTranscript
}

/** A size in cells, where one is known. */
export interface ViewSize {
  readonly cols?: number
  readonly rows?: number
}

const ATTACHING: ViewStatus = Object.freeze({ _tag: "Attaching" })
const LIVE: ViewStatus = Object.freeze({ _tag: "Live" })
const AWAY: ViewStatus = Object.freeze({ _tag: "Away" })

/** One session. */
export class SessionView {
  readonly id: string
  readonly transcript: Transcript
  readonly #status: Cell<ViewStatus>
  readonly #record: RecordCells
  readonly #events: SessionEvents
  readonly #screens = new Screens(() => this.#attachment?.refresh())
  #attachment: Attachment | undefined
  #reads: ViewReads | undefined
  /** Last seq that is shown, and the log that it is of. */
  #seq: number | undefined
  #log: string | undefined
  #size: ViewSize = {}

  constructor(frames: Frames, id: string) {
    this.id = id
    this.transcript = new Transcript(frames)
    this.#status = new Cell<ViewStatus>(frames, ATTACHING)
    this.#record = new RecordCells(frames)
    this.#events = new SessionEvents(frames)
  }

  get status(): Readable<ViewStatus> {
    return this.#status
  }

  /** The record as of the last event shown; `undefined` before the first attach. */
  get record(): Readable<Session | undefined> {
    return this.#record.record
  }

  get queue(): Readable<ReadonlyArray<QueueItem>> {
    return this.#record.queue
  }

  /** Why the queue does not continue by itself. */
  get hold(): Readable<Hold | undefined> {
    return this.#record.hold
  }

  /** Requests that no one has answered. */
  get permissions(): Readable<ReadonlyArray<PermissionRequest>> {
    return this.#record.permissions
  }

  get turn(): Readable<TurnState> {
    return this.#record.turn
  }

  /** Who is attached, this client included. */
  get viewers(): Readable<ReadonlyArray<Viewer>> {
    return this.#events.viewers
  }

  /** The last `most` events. The first who asks has them read. */
  events(most: number): Readable<ReadonlyArray<StreamEvent>> {
    return this.#events.last(most, this.#record.latest)
  }

  /** What it is attached by now. */
  get attachment(): Attachment | undefined {
    return this.#attachment
  }

  /** Where an attachment continues what is shown; nothing for a terminal, which begins with its screen. */
  get resume(): { readonly after?: number; readonly log?: string } {
    const [after, log] = [this.#seq, this.#log]
    return after === undefined || log === undefined || this.#record.latest?.kind !== "agent" ? {} : { after, log }
  }

  /** What is needed to continue in another page, as plain JSON; `undefined` for a terminal, and before the first attach. */
  save(): SavedView | undefined {
    const [record, log, seq, transcript] = [this.#record.latest, this.#log, this.#seq, this.transcript.save()]
    if (record === undefined || log === undefined || seq === undefined || transcript === undefined) return undefined
    return { seq, log, record, transcript }
  }

  /** Shows what `save` returned; the next attachment continues from there. */
  restore({ seq, log, record, transcript }: SavedView): void {
    this.#seq = seq
    this.#log = log
    this.#record.begin(record)
    this.transcript.restore(transcript)
  }

  /** Takes the items of an attachment from now on, which was made with what `resume` said. */
  follow(attachment: Attachment, reads: ViewReads): void {
    this.#attachment = attachment
    this.#reads = reads
    this.#events.begin(reads.events)
    if (this.resume.after === undefined) this.#record.begin(undefined)
    this.#screens.begin()
    this.#status.set(ATTACHING)
    const own = (item: Item): void | Promise<void> => (this.#attachment === attachment ? this.#take(item) : undefined)
    attachment.consume(own).catch((cause: unknown) => {
      if (this.#attachment !== attachment) return
      const error = cause instanceof HoldfastError ? cause : new HoldfastError("ProtocolBroken", String(cause))
      this.#status.set({ _tag: "Ended", error })
    })
  }

  /** The size that fits where the terminal is shown; asked for at every attach. */
  get size(): ViewSize {
    return this.#size
  }

  /** Asks for a size of the terminal. */
  resize(cols: number, rows: number): void {
    if (this.#size.cols === cols && this.#size.rows === rows) return
    this.#size = { cols, rows }
    this.#attachment?.resize(cols, rows)
  }

  /** Shows the terminal on a screen until the function that is returned is called. */
  show(screen: Screen): () => void {
    return this.#screens.add(screen)
  }

  #take(item: Item): void | Promise<void> {
    switch (item._tag) {
      case "Event":
        return this.#event(item.record)
      case "Attached":
        return this.#attached(item.session, item.log)
      case "Snapshot":
        return this.#snapshot(item)
      case "Synced":
        this.#status.set(LIVE)
        return this.#events.retry(this.#record.latest)
      case "Viewers":
        return this.#events.people(item.viewers, this.#attachment?.seat, this.#seq ?? 0)
      case "Dropped":
        return this.#status.set(AWAY)
      case "Ended":
        this.#status.set(Object.freeze({ _tag: "Ended", error: item.error }))
    }
  }

  #attached(session: Session, log: string): void {
    this.#log = log
    this.#status.set(ATTACHING)
    // What is shown goes up to the cursor: the events after it make its record that of the hub.
    if (this.#record.latest === undefined) {
      this.#record.begin(session)
      this.#events.refill(session)
    }
    const { cols, rows } = this.#size
    // It may have been measured after the attach was asked for.
    if (cols !== undefined && rows !== undefined) this.#attachment?.resize(cols, rows)
    this.#screens.attached(this.#attachment?.cursor !== undefined)
  }

  #snapshot(item: Extract<Item, { readonly _tag: "Snapshot" }>): void | Promise<void> {
    const { seq, kind, screen, reason } = item
    this.#seq = seq
    if (reason !== "fresh" || seq > (this.#record.seq ?? seq)) this.#renew(seq)
    if (kind !== "agent") return this.#screens.snapshot(item)
    this.transcript.snapshot(screen, seq)
  }

  /** The events up to `seq` do not come: what was made of those before is to be read. */
  #renew(seq: number): void {
    const reads = this.#reads
    if (reads === undefined) return
    this.#record.renew(seq, reads.record, () => {
      if (reads === this.#reads && this.#record.latest !== undefined) this.#events.refill(this.#record.latest)
    })
  }

  #event(record: RecordView): void | Promise<void> {
    this.#seq = record.seq
    if (record.time !== undefined) {
      this.#record.applyOutput(record.seq, record.time)
      if (this.#events.isWanted) this.#events.tell(Object.freeze(decodeRecord(record)))
      return this.#screens.output(record.body)
    }
    const event = Object.freeze(decodeRecord(record))
    this.#record.apply(event)
    this.transcript.apply(event)
    this.#events.tell(event)
    return event.channel === "terminal" ? this.#screens.event(event) : undefined
  }
}
