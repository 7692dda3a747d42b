/**
 * Pictures of terminals' pasts, made on the way when one was drawn again: who looks at one moment soon looks at others near it.
 * Bounded in bytes; those of the session that was looked at longest ago leave first, and of a session alone those that have others nearby.
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
  /** What they cost. */
  bytes: number
}

/** The pictures that are kept. */
export class PictureCache {
  /** By the identity of their log, that looked at last at the end. */
  readonly #logs = new Map<string, Kept>()
  readonly #most: number
  #bytes = 0

  /** `most`: bytes of all pictures. */
  constructor(most = MOST_BYTES) {
    this.#most = most
  }

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
    kept.bytes += cost(picture)
    this.#bytes += cost(picture)
    for (const oldest of this.#logs.keys()) {
      if (this.#bytes <= this.#most) return
      if (oldest !== log) this.#only(oldest, () => false)
    }
    while (this.#bytes > this.#most) {
      const least = nearest(kept.pictures)
      this.#bytes -= kept.pictures.splice(least, 1).reduce((sum, gone) => sum + cost(gone), 0)
    }
    kept.bytes = this.#bytes
  }

  /** Forgets the pictures before a seq: what was trimmed is not drawn from them. */
  forget(log: string, before: number): void {
    this.#only(log, ({ seq }) => seq >= before)
  }

  #only(log: string, stays: (picture: PictureAt, at: number) => boolean): void {
    const kept = this.#logs.get(log)
    if (kept === undefined) return
    const pictures = kept.pictures.filter(stays)
    const bytes = pictures.reduce((sum, picture) => sum + cost(picture), 0)
    this.#bytes += bytes - kept.bytes
    if (pictures.length === 0) this.#logs.delete(log)
    else this.#logs.set(log, { pictures, bytes })
  }
}

/** Which picture leaves the smallest gap; the last one never. */
function nearest(pictures: ReadonlyArray<PictureAt>): number {
  let [least, smallest] = [0, Number.POSITIVE_INFINITY]
  for (let at = 0; at < pictures.length - 1; at++) {
    const gap = (pictures[at + 1]?.seq ?? 0) - (pictures[at - 1]?.seq ?? 0)
    if (gap < smallest) [least, smallest] = [at, gap]
  }
  return least
}

const cost = ({ screen }: PictureAt): number => screen.length + OVERHEAD
