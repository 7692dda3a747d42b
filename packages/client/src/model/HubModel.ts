/**
 * Everything that programs with a screen show of one hub: connection, table of sessions, views of the open ones, outbox
 * (docs/protocol/rules.md, U-1 to U-9). React, Svelte and others subscribe to its cells.
 *
 * Nothing is connected before something is held, so it can be made and read while a page is rendered on a server. Invariant: one
 * attachment for each session, however many hold it. What no one holds stays attached among the last few (C-36), so who comes back
 * finds it as it is; a turn continues without any of them.
 */
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import { Attachment } from "../Attachment.ts"
import { AttachmentCache } from "../AttachmentCache.ts"
import type { AttachmentCacheStats } from "../AttachmentCache.ts"
import type { Connection } from "../Connection.ts"
import { createOf } from "../outbox/item.ts"
import { SKIP_BYTES } from "../skipping.ts"
import type { ConnectionState } from "../state.ts"
import { BesideCells } from "./BesideCells.ts"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import { Desk } from "./Desk.ts"
import { Frames } from "./frames.ts"
import type { Schedule } from "./frames.ts"
import type { OutboxState } from "../outbox/Outbox.ts"
import type { Hub, OutboxLike } from "./Hub.ts"
import { SeenMarks } from "./SeenMarks.ts"
import { SessionTable } from "./SessionTable.ts"
import { SessionView } from "./SessionView.ts"
import { TraceTable } from "./TraceTable.ts"

/** How a model behaves; everything has a default. */
export interface HubModelOptions {
  /** When a frame is made: with the page's next one. */
  readonly schedule?: Schedule
  /** Opens an outbox for the hub, as `openOutbox` does; the model closes it. */
  readonly outbox?: (hub: Hub) => OutboxLike | Promise<OutboxLike>
  /** Milliseconds from the last one who let go of something to its end; 1 s, so that who comes back at once finds it as it is. */
  readonly linger?: number
  /** Most sessions that stay attached although no one holds them; 8. The one that was held least recently leaves first. */
  readonly hidden?: number
  /** false: the feed is not asked what sessions do now, nor for this person's marks. */
  readonly beside?: boolean
  /** What other clients of this person are shown beside the layout of this one. */
  readonly name?: string
  /** Colours of the page's terminals, as they are when it attaches: what programs ask for is answered with them (T-20). */
  readonly colors?: () => TerminalColors | undefined
  /** Views that are kept although no one holds them, with what they last showed; 32. */
  readonly kept?: number
}

/** Something that is there as long as it is held, and a little longer. */
interface Holding {
  count: number
  readonly end: () => void
  cancelEnd: () => void
}

const LINGER = 1000
const KEPT = 32
const CONNECTING: ConnectionState = Object.freeze({ _tag: "Connecting" })

/** The model of one hub. */
export class HubModel {
  readonly frames: Frames
  readonly table: SessionTable
  /** What sessions do now, and what this person has seen. */
  readonly beside: BesideCells
  readonly marks: SeenMarks
  /** Drafts, and the layout of this client. */
  readonly desk: Desk
  readonly traces: TraceTable
  readonly #make: () => Hub
  readonly #isOwn: boolean
  readonly #linger: number
  readonly #kept: number
  readonly #connection: Cell<ConnectionState>
  readonly #outbox: Cell<OutboxState | undefined>
  /** The least recently held first. */
  readonly #views = new Map<string, SessionView>()
  readonly #attached: AttachmentCache<SessionView>
  readonly #holdings = new Map<string, Holding>()
  /** Sessions that are not attached interactively, as the hub did not allow it. */
  readonly #readers = new Set<string>()
  readonly #readsOnly: Cell<boolean>
  readonly #openOutbox: HubModelOptions["outbox"]
  readonly #colors: HubModelOptions["colors"]
  #hub: Hub | undefined
  #box: OutboxLike | undefined
  #ends: ReadonlyArray<() => void> = []

  /** A function is called when something is first held; the hub that it makes is closed when nothing is held any more. */
  constructor(hub: Hub | (() => Hub), options: HubModelOptions = {}) {
    const { schedule, outbox, linger = LINGER, kept = KEPT, hidden, beside = true, name } = options
    const connection = (): Connection => this.hub.connection
    this.#openOutbox = outbox
    this.#colors = options.colors
    this.#make = typeof hub === "function" ? hub : () => hub
    this.#isOwn = typeof hub === "function"
    this.#linger = linger
    this.#kept = kept
    this.frames = new Frames(schedule)
    this.beside = new BesideCells(this.frames)
    this.marks = new SeenMarks(this.beside, connection)
    this.desk = new Desk(this.frames, connection, name)
    this.traces = new TraceTable(this.frames, connection)
    this.table = new SessionTable(this.frames, beside ? this.beside : undefined)
    this.#attached = new AttachmentCache({
      attach: (session) => this.#attach(session),
      open: (attachment, session) => this.#follow(attachment, session),
      ...(hidden === undefined ? {} : { hidden }),
    })
    // As on a server, so that the first rendering is the same.
    this.#connection = new Cell(this.frames, CONNECTING)
    this.#outbox = new Cell<OutboxState | undefined>(this.frames, undefined)
    this.#readsOnly = new Cell(this.frames, false)
  }

  /** Whether the credential of this page may only read; known once a session is attached. */
  get readsOnly(): Readable<boolean> {
    return this.#readsOnly
  }

  get connection(): Readable<ConnectionState> {
    return this.#connection
  }

  /** What is in the outbox; `undefined` without one. */
  get outbox(): Readable<OutboxState | undefined> {
    return this.#outbox
  }

  /** The outbox, once it is open. */
  get box(): OutboxLike | undefined {
    return this.#box
  }

  /** How many sessions are attached, and what became of them. */
  get attached(): AttachmentCacheStats {
    return this.#attached.stats
  }

  /** The hub, which is connected to now if it was not before. */
  get hub(): Hub {
    return (this.#hub ??= this.#begin())
  }

  /** The view of a session by its whole id; it shows something once it is held. */
  view(session: string): SessionView {
    const known = this.#views.get(session)
    if (known !== undefined) return known
    const made = new SessionView(this.frames, session)
    this.#views.set(session, made)
    for (const id of this.#views.keys()) {
      if (this.#views.size <= this.#kept) break
      if (id !== session && !this.#holdings.has(id) && this.#attached.peek(id) === undefined) this.#views.delete(id)
    }
    return made
  }

  /** Keeps the connection, until the function that is returned is called. */
  hold(): () => void {
    return this.#held("hub", () => {
      void this.hub
      return () => this.#end()
    })
  }

  /** Keeps the table of sessions up to date. */
  holdTable(): () => void {
    return this.#held("table", () => {
      this.table.start(this.hub.connection)
      return () => this.table.stop()
    })
  }

  /** Keeps a session attached; one that the outbox is to create is so once the hub has named it. */
  holdSession(session: string): () => void {
    const view = this.view(session)
    // Least recently held first.
    this.#views.delete(session)
    this.#views.set(session, view)
    if (createOf(session) !== undefined) return () => undefined
    return this.#held(session, () => this.#show(session))
  }

  /** Keeps it attached; as a viewer where the credential allows no more (U-15). */
  #show(session: string): () => void {
    let shown = this.#attached.show(session)
    const { status } = this.view(session)
    const stop = status.subscribe(() => {
      const now = status.get()
      if (now._tag === "Live" && this.#readers.has(session)) this.#readsOnly.set(true)
      if (now._tag !== "Ended" || now.error?.tag !== "SessionPermissionError" || this.#readers.has(session)) return
      this.#readers.add(session)
      shown.hide()
      shown = this.#attached.show(session)
    })
    return () => {
      stop()
      shown.hide()
    }
  }

  #attach(session: string): Attachment {
    const view = this.view(session)
    const colors = this.#colors?.()
    const mode = this.#readers.has(session) ? "viewer" : "interactive"
    const options = { session, mode, skipBehind: SKIP_BYTES, ...view.resume, ...view.size } as const
    return new Attachment(this.hub.connection, colors === undefined ? options : { ...options, colors })
  }

  #follow(attachment: Attachment, session: string): SessionView {
    const { connection } = this.hub
    const view = this.view(session)
    view.follow(attachment, {
      record: () => connection.call("sessions.get", { session }),
      events: (after, limit) => connection.call("log.events", { session, after, limit }),
    })
    return view
  }

  #held(name: string, begin: () => () => void): () => void {
    const holding = this.#holdings.get(name) ?? { count: 0, end: begin(), cancelEnd: () => undefined }
    holding.cancelEnd()
    holding.count += 1
    this.#holdings.set(name, holding)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      holding.count -= 1
      if (holding.count > 0) return
      const timer = setTimeout(() => {
        this.#holdings.delete(name)
        holding.end()
      }, this.#linger)
      holding.cancelEnd = () => clearTimeout(timer)
    }
  }

  #begin(): Hub {
    const hub = this.#make()
    const { connection } = hub
    this.#connection.set(connection.state)
    let isOver = false
    this.#ends = [connection.onState((state) => this.#connection.set(state)), () => (isOver = true)]
    const opened = (outbox: OutboxLike): void => {
      if (isOver) return outbox.close()
      const show = (): void => {
        this.#outbox.set(outbox.state)
        this.table.setOutbox(outbox.state.items)
      }
      this.#box = outbox
      show()
      this.#ends = [...this.#ends, outbox.listen(show), () => outbox.close()]
    }
    const opening = this.#openOutbox?.(hub)
    if (opening instanceof Promise) void opening.then(opened)
    else if (opening !== undefined) opened(opening)
    return hub
  }

  #end(): void {
    for (const end of this.#ends) end()
    this.#ends = []
    this.#box = undefined
    this.#attached.close()
    if (this.#isOwn) this.#hub?.close()
    this.#hub = undefined
  }
}
