/** Where a film comes from: a hub, or a file that holds a whole log. */
import type { MessagePage } from "@holdfast/protocol/agent/message"
import type { Event } from "@holdfast/protocol/event"
import type { Session } from "@holdfast/protocol/session"

/** What a film shows of its session's record. */
export type FilmRecord = Pick<Session, "createdAt" | "firstSeq" | "id" | "kind" | "label" | "lastSeq"> & {
  readonly terminal?: { readonly cols: number; readonly rows: number }
  readonly agent?: { readonly name: string }
}

/** A terminal at one moment, as escape sequences for an empty one of that size. */
export interface TerminalPicture {
  readonly cols: number
  readonly rows: number
  /** What is written, one after the other, and the sizes that it had in between; at the end it has the size above. */
  readonly pieces: ReadonlyArray<Uint8Array | { readonly cols: number; readonly rows: number }>
}

/** Events of these types only; their names are those of any channel. */
export interface FilmFilter {
  readonly channel?: ReadonlyArray<string>
  readonly type?: ReadonlyArray<string>
  readonly turn?: string
}

/** Events in order, and whether more follow now. */
export interface FilmPage {
  readonly events: ReadonlyArray<Event>
  readonly next: number
  readonly atHead: boolean
}

/** What a film is made of. All of it rejects with what reading rejects with. */
export interface FilmSource {
  /** Events after a seq. */
  readonly events: (after: number, limit: number, filter?: FilmFilter) => Promise<FilmPage>
  /** The last events before a seq that pass. */
  readonly before: (seq: number, limit: number, filter: FilmFilter) => Promise<ReadonlyArray<Event>>
  /** Messages of an agent before a seq, the last ones. */
  readonly messages: (before: number, limit: number) => Promise<MessagePage>
  /** What a terminal showed after an event. */
  readonly picture: (seq: number) => Promise<TerminalPicture>
}
