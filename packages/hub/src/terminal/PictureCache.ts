/**
 * Pictures of terminals' pasts, made on the way when one was drawn again: who looks at one moment soon looks at others near it.
 * Bounded in bytes; those of the session that was looked at longest ago leave first.
 */
import type { Picture } from "./PastScreens.ts"

/** A picture of a moment. */
export interface PictureAt extends Picture {
  readonly seq: number
  /** When the last event before it was written, in epoch milliseconds. */
  readonly time: number
}

/** Most bytes of all pictures. */
const MOST_BYTES = 32 * 1024 * 1024

/** What a picture costs beside its screen, in bytes. */
const OVERHEAD = 200

interface Kept {
  /** By rising seqs. */
  readonly pictures: Array<PictureAt>
  bytes: number
}

/** The pictures that are kept. */
export class PictureCache {
  /** By the identity of their log, that looked at last at the end. */
  readonly #logs = new Map<string, Kept>()
  #bytes = 0

  /** The last picture at or before a seq. */
  before(log: string, seq: number): PictureAt | undefined {
    const kept = this.#logs.get(log)
    if (kept === undefined) return undefined
    this.#logs.delete(log)
    this.#logs.set(log, kept)
    return kept.pictures.findLast((picture) => picture.seq <= seq)
  }

  /** Keeps one. */
  keep(log: string, picture: PictureAt): void {
    const kept = this.#logs.get(log) ?? { pictures: [], bytes: 0 }
    this.#logs.set(log, kept)
    const place = kept.pictures.findLastIndex(({ seq }) => seq <= picture.seq)
    if (kept.pictures[place]?.seq === picture.seq) return
    kept.pictures.splice(place + 1, 0, picture)
    const bytes = picture.screen.length + OVERHEAD
    kept.bytes += bytes
    this.#bytes += bytes
    for (const [oldest, { bytes: freed }] of this.#logs) {
      if (this.#bytes <= MOST_BYTES) break
      this.#logs.delete(oldest)
      this.#bytes -= freed
    }
  }
}
