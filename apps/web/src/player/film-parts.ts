/** A film with the stage that its session needs, and the moments of its log. */
import { AgentStage } from "./AgentStage.ts"
import { Film } from "./Film.ts"
import type { NextFrame } from "./Film.ts"
import type { FilmRecord, FilmSource } from "./film-source.ts"
import { MOMENT_CHANNELS, MOMENT_TYPES, MomentReader } from "./moments.ts"
import type { Moment } from "./moments.ts"
import { TerminalStage } from "./TerminalStage.ts"

/** What a player shows. */
export interface FilmParts {
  readonly film: Film
  readonly stage: TerminalStage | AgentStage
}

/** Makes the film of a session. */
export function makeFilm(source: FilmSource, record: FilmRecord, frame?: NextFrame): FilmParts {
  const stage = record.kind === "agent" ? new AgentStage(source) : new TerminalStage(source)
  return { stage, film: new Film(source, stage, { time: record.createdAt, first: record.firstSeq }, frame) }
}

/** Events of a page. */
const PAGE = 5000

/** Moments that a list has at most. */
const MOST = 20_000

/** Reads moments after a seq; gives those that are there so far after each page. */
export class MomentFollower {
  readonly #source: FilmSource
  readonly #reader = new MomentReader()
  #after = 0
  #reading: Promise<void> | undefined
  #moments: ReadonlyArray<Moment> = []
  readonly #listeners = new Set<() => void>()

  constructor(source: FilmSource) {
    this.#source = source
  }

  readonly get = (): ReadonlyArray<Moment> => this.#moments

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Reads what there is now; rejects with what reading rejects with. */
  read(): Promise<void> {
    this.#reading ??= this.#readOn().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #readOn(): Promise<void> {
    for (;;) {
      const filter = { channel: MOMENT_CHANNELS, type: MOMENT_TYPES }
      const { events, next, atHead } = await this.#source.events(this.#after, PAGE, filter)
      const found = events.flatMap((event) => this.#reader.take(event) ?? [])
      this.#after = Math.max(this.#after, next, events.at(-1)?.seq ?? 0)
      if (found.length > 0) {
        this.#moments = [...this.#moments, ...found].slice(-MOST)
        for (const listener of this.#listeners) listener()
      }
      if (atHead) return
    }
  }
}
