/** Older output of a terminal, read from the log backwards, page by page. */

/** What a log says of a terminal's screen. */
export type PastPiece =
  | { readonly _tag: "Output"; readonly data: string | Uint8Array }
  | { readonly _tag: "Size"; readonly cols: number; readonly rows: number }
  /** The command is started again, in an empty terminal. */
  | { readonly _tag: "Start"; readonly cols: number; readonly rows: number }

/** An event as far as it is read here. */
interface PastEvent {
  readonly seq: number
  readonly time: number
  readonly type: string
  readonly data: unknown
}

/** A page of events, as the hub returns it. */
export interface EventsBefore {
  readonly events: ReadonlyArray<PastEvent>
  readonly firstSeq: number
  readonly before?: number | null
}

/** Reads the last events before a seq; with a type only those. */
export type ReadBefore = (before: number | "end", limit: number, type?: string) => Promise<EventsBefore>

/** A page as it is shown. */
export interface PastPage {
  readonly pieces: ReadonlyArray<PastPiece>
  /** Epoch milliseconds of its first event. */
  readonly since: number
  /** Characters or bytes of output. */
  readonly size: number
}

/** What is beyond the oldest page. */
export type PastEdge = "more" | "beginning" | "trimmed"

/** Most events of a page; the hub ends one at a megabyte. */
const PAGE = 5000

/** The past of one session. */
export class PastReader {
  readonly #read: ReadBefore
  /** The oldest first. */
  #pages: ReadonlyArray<PastPage> = []
  #before: number | "end" = "end"
  #edge: PastEdge = "more"
  #size: { readonly cols: number; readonly rows: number } | undefined

  constructor(read: ReadBefore) {
    this.#read = read
  }

  get pages(): ReadonlyArray<PastPage> {
    return this.#pages
  }

  get edge(): PastEdge {
    return this.#edge
  }

  /** The size that the terminal had where the oldest page begins; `undefined` where the log does not say. */
  get size(): { readonly cols: number; readonly rows: number } | undefined {
    return this.#size
  }

  /** Reads one more page; false when there is none. */
  async older(): Promise<boolean> {
    if (this.#edge !== "more") return false
    const { events, firstSeq, before } = await this.#read(this.#before, PAGE)
    this.#edge = before === null || before === undefined ? (firstSeq > 1 ? "trimmed" : "beginning") : "more"
    this.#before = before ?? 0
    const pieces = events.flatMap(pieceOf)
    const size = pieces.reduce((sum, piece) => sum + (piece._tag === "Output" ? piece.data.length : 0), 0)
    if (events.length > 0) this.#pages = [{ pieces, since: events[0]?.time ?? 0, size }, ...this.#pages]
    const [last] = typeof before === "number" ? (await this.#read(before, 1, "resize")).events : []
    this.#size = last === undefined ? undefined : sizeOf(last.data)
    return events.length > 0 || this.#edge === "more"
  }
}

/** What an event shows: nothing, or one piece. */
function pieceOf({ type, data }: PastEvent): ReadonlyArray<PastPiece> {
  if (type === "output") return [{ _tag: "Output", data: outputOf(data) }]
  const size = sizeOf(data)
  if (size === undefined) return []
  if (type === "starting") return [{ _tag: "Start", ...size }]
  return type === "started" || type === "resize" ? [{ _tag: "Size", ...size }] : []
}

function outputOf(data: unknown): string | Uint8Array {
  const { text, base64 } = data as { readonly text?: string; readonly base64?: string }
  return text ?? Uint8Array.from(atob(base64 ?? ""), (char) => char.charCodeAt(0))
}

function sizeOf(data: unknown): { readonly cols: number; readonly rows: number } | undefined {
  const { cols, rows } = data as { readonly cols?: unknown; readonly rows?: unknown }
  return typeof cols === "number" && typeof rows === "number" ? { cols, rows } : undefined
}

// oxlint-disable-next-line no-control-regex
const SCREEN = /\u001b\[\?(?:47|1047|1049)([hl])/

/** Whether output begins on the alternate screen: it leaves it before it enters it. */
export function beginsOnAlternate(pages: ReadonlyArray<PastPage>): boolean {
  for (const { pieces } of pages) {
    for (const piece of pieces) {
      if (piece._tag === "Start") return false
      const found = piece._tag === "Output" && typeof piece.data === "string" ? SCREEN.exec(piece.data) : null
      if (found !== null) return found[1] === "l"
    }
  }
  return false
}
