/**
 * The part of a session that can be attached to: who reads it and who is attached. The parts of all kinds are made of it.
 *
 * Readers and viewers are made when they are needed: most sessions that work in the background have none.
 */
import type { DoingReader } from "@holdfast/core/doing/doing-reader"
import { refuseInput } from "@holdfast/core/decide"
import type { DoorError } from "@holdfast/protocol/errors"
import type { LogRecord } from "@holdfast/protocol/record"
import type { OpenSession } from "../session/OpenSession.ts"
import type { SessionPart, Snapshot } from "../session/SessionPart.ts"
import type { SessionTable } from "../session/SessionTable.ts"
import { Delivery } from "./Delivery.ts"
import { type Viewer, ViewerList } from "./ViewerList.ts"

/** What an attachment types into. */
export interface AttachedInput {
  /** Highest number of its seat that is settled. */
  readonly settled: number
  /** Takes an input; `settled` is called once, when it was taken or refused. */
  readonly send: (number: number, bytes: Uint8Array, settled: (error: DoorError | undefined) => void) => void
}

/** The sessions of a hub: each can be attached to, whatever its kind. */
export type Sessions = SessionTable<AttendedPart>

/** The part of a session that can be attached to. */
export abstract class AttendedPart implements SessionPart {
  readonly session: OpenSession
  #readers: Delivery | undefined
  #viewers: ViewerList | undefined

  constructor(session: OpenSession) {
    this.session = session
  }

  /** Who reads the session. */
  get delivery(): Delivery {
    this.#readers ??= new Delivery(this.session, this.session.context.reads, (done) => this.snapshot(done))
    return this.#readers
  }

  /** How many read the session. */
  get readerCount(): number {
    return this.#readers?.all.size ?? 0
  }

  /** Who is attached. */
  get viewers(): ViewerList {
    this.#viewers ??= this.makeViewers()
    return this.#viewers
  }

  /** The same, where anybody was attached since the session was opened. */
  get attached(): ViewerList | undefined {
    return this.#viewers
  }

  /** What an attachment of this viewer types into; a session that takes no input refuses it. */
  input({ seat }: Viewer): AttachedInput {
    return { settled: 0, send: (_number, _bytes, settled) => settled(refuseInput(this.session.state, seat)) }
  }

  /** Makes a reader of what the session does; a kind that has no words for it makes none. */
  makeDoing(): DoingReader | undefined {
    return undefined
  }

  appended(records: ReadonlyArray<LogRecord>): void {
    this.#readers?.publish(records)
    const { doing } = this.session.context
    if (doing.watched) doing.take(this, records)
  }

  stalled(): void {}

  resumed(): void {
    this.#readers?.reclaimed()
  }

  busy(): boolean {
    return this.readerCount > 0
  }

  gone(reason: string): void {
    this.session.context.doing.forget(this.session)
    this.#readers?.endAll(reason)
    this.#viewers?.stop()
  }

  /** Hands out what an attachment begins with, as of now or as near to now as possible; `undefined` when the data is damaged. */
  protected abstract snapshot(done: (snapshot: Snapshot | undefined) => void): void

  /** Makes the viewers. */
  protected makeViewers(): ViewerList {
    return new ViewerList()
  }
}
