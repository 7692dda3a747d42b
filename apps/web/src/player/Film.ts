/**
 * A film: where it is in its log, how it plays, and what it shows next (docs/protocol/app-rules.md, APP-73, APP-74).
 *
 * One thing at a time: what is to be shown waits for what is being shown, and of several places that are asked for meanwhile only the
 * last one is gone to. The clock is given, so that a film can be played without one.
 */
import type { Event } from "@holdfast/protocol/event"
import { moved, speedBeside } from "./film-clock.ts"
import type { FilmSource } from "./film-source.ts"
import type { Stage } from "./stage.ts"

/** How a film stands. */
export interface FilmState {
  readonly status: "paused" | "playing" | "going"
  /** The last event that is shown, and the moment, in epoch milliseconds. */
  readonly seq: number
  readonly time: number
  readonly speed: number
  readonly skipsPauses: boolean
  /** Nothing follows. */
  readonly isAtEnd: boolean
  readonly error: Error | undefined
}

/** Calls back at the next frame; gives what takes that back. */
export type NextFrame = (frame: (now: number) => void) => () => void

/** Events that are read ahead, at a place that was gone to and while it plays. */
const NEXT = 20
const AHEAD = 500
const ENOUGH = 100

const nextFrame: NextFrame = (frame) => {
  const id = requestAnimationFrame(frame)
  return () => cancelAnimationFrame(id)
}

/** Where a film begins: its time, in epoch milliseconds, and the first event that the log still has, 1 when absent. */
export interface FilmBegin {
  readonly time: number
  readonly first?: number
}

/** A film of one session. */
export class Film {
  readonly #source: FilmSource
  readonly #stage: Stage
  readonly #frame: NextFrame
  readonly #listeners = new Set<() => void>()
  #state: FilmState
  #ahead: ReadonlyArray<Event> = []
  #isAheadAtHead = false
  #reading: Promise<void> | undefined
  /** Where to go once what is under way has ended. */
  #wanted: number | undefined
  #going: Promise<void> | undefined
  #isPlaying = false
  #isAdvancing = false
  #isGrowing = false
  #cancel: (() => void) | undefined
  #last = 0
  readonly #begin: number
  readonly #first: number
  /** When the last event that is shown was written. */
  #shownAt: number

  constructor(source: FilmSource, stage: Stage, begin: FilmBegin, frame: NextFrame = nextFrame) {
    this.#source = source
    this.#stage = stage
    this.#frame = frame
    this.#begin = begin.time
    this.#first = begin.first ?? 1
    this.#shownAt = begin.time
    this.#state = {
      status: "paused",
      seq: 0,
      time: begin.time,
      speed: 1,
      skipsPauses: true,
      isAtEnd: false,
      error: undefined,
    }
  }

  readonly get = (): FilmState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Goes to an event; settles once it is shown, or once the film is somewhere else. */
  seek(seq: number): Promise<void> {
    // What was removed from a log cannot be gone to; what stands for it can.
    this.#wanted = Math.max(this.#first - 1, Math.floor(seq))
    this.#going ??= this.#goAll().finally(() => {
      this.#going = undefined
    })
    return this.#going
  }

  /** Shows the next event, or what there was before the last one. */
  async step(to: 1 | -1): Promise<void> {
    this.pause()
    await this.#going
    if (to === -1) {
      const [before] = await this.#source.before(this.#state.seq, 1, {})
      return this.seek(before?.seq ?? 0)
    }
    await this.#readAhead()
    await this.#next()
    this.#tell()
  }

  play(): void {
    if (this.#isPlaying) return
    this.#isPlaying = true
    this.#last = 0
    if (this.#going === undefined) this.#set({ status: "playing", error: undefined })
    this.#schedule()
  }

  pause(): void {
    this.#isPlaying = false
    this.#cancel?.()
    this.#cancel = undefined
    if (this.#going === undefined) this.#set({ status: "paused" })
  }

  setSpeed(speed: number): void {
    this.#set({ speed })
  }

  faster(step: 1 | -1): void {
    this.setSpeed(speedBeside(this.#state.speed, step))
  }

  setSkipsPauses(skipsPauses: boolean): void {
    this.#set({ skipsPauses })
  }

  /** Whether more may follow: then a film that plays waits at its end, and else it stands still there. */
  setGrowing(isGrowing: boolean): void {
    this.#isGrowing = isGrowing
  }

  /** The log has grown: what follows is played. */
  grew(): void {
    if (!this.#isAheadAtHead) return
    this.#isAheadAtHead = false
    this.#set({ isAtEnd: false })
  }

  /** Ends it. */
  stop(): void {
    this.pause()
    this.#listeners.clear()
  }

  async #goAll(): Promise<void> {
    while (this.#wanted !== undefined) {
      const seq = this.#wanted
      this.#wanted = undefined
      this.#set({ status: "going", error: undefined })
      try {
        await this.#go(seq)
      } catch (cause) {
        this.#set({ error: cause instanceof Error ? cause : new Error(String(cause)) })
      }
    }
    this.#last = 0
    this.#set({ status: this.#isPlaying ? "playing" : "paused" })
  }

  async #go(seq: number): Promise<void> {
    await this.#reading
    const [[at]] = await Promise.all([this.#source.before(seq + 1, 1, {}), this.#stage.show(seq)])
    this.#ahead = []
    this.#isAheadAtHead = false
    this.#shownAt = at?.time ?? this.#begin
    this.#set({ seq: at?.seq ?? 0, time: this.#shownAt, isAtEnd: false })
    await this.#readAhead()
    const [next] = this.#ahead
    if (next?.from !== undefined && next.from <= seq) {
      const share = (seq - next.from + 1) / (next.seq - next.from + 1)
      this.#put({ time: this.#shownAt + Math.max(0, next.time - this.#shownAt) * share })
    }
    this.#tell()
  }

  /** Reads the next events where few are there. */
  #readAhead(): Promise<void> {
    if (this.#isAheadAtHead || this.#ahead.length >= ENOUGH) return this.#reading ?? Promise.resolve()
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  async #read(): Promise<void> {
    const after = this.#ahead.at(-1)?.seq ?? this.#state.seq
    const page = await this.#source.events(after, this.#isPlaying ? AHEAD : NEXT)
    await this.#stage.prepare(page.events)
    this.#ahead = [...this.#ahead, ...page.events]
    this.#isAheadAtHead = page.atHead
    this.#put({ isAtEnd: this.#ahead.length === 0 && page.atHead })
  }

  #schedule(): void {
    if (!this.#isPlaying || this.#isAdvancing) return
    this.#cancel?.()
    this.#cancel = this.#frame((now) => {
      const elapsed = this.#last === 0 ? 0 : Math.min(1000, now - this.#last)
      this.#last = now
      this.#isAdvancing = true
      this.#advance(elapsed).then(
        () => {
          this.#isAdvancing = false
          if (this.#state.isAtEnd && !this.#isGrowing) this.pause()
          else this.#tell()
          this.#schedule()
        },
        (cause: unknown) => {
          this.#isAdvancing = false
          this.pause()
          this.#set({ error: cause instanceof Error ? cause : new Error(String(cause)) })
        },
      )
    })
  }

  /** Plays for some milliseconds of the clock. */
  async #advance(elapsed: number): Promise<void> {
    if (this.#going !== undefined) return
    let left = elapsed
    for (;;) {
      if (this.#ahead.length === 0 && !this.#isAheadAtHead) await this.#readAhead()
      else if (this.#ahead.length < ENOUGH) void this.#readAhead().catch(() => undefined)
      const [next] = this.#ahead
      if (next === undefined) return this.#put({ isAtEnd: true })
      // What is folded took its time: it is no pause.
      const isPause = next.type !== "folded"
      const to = moved(this.#state.time, next.time, left, { ...this.#state, skipsPauses: this.#state.skipsPauses && isPause })
      if (to.time < next.time) {
        this.#stage.approach(next, (to.time - this.#shownAt) / Math.max(1, next.time - this.#shownAt))
        return this.#put({ time: to.time })
      }
      await this.#next()
      if (!this.#isPlaying || this.#going !== undefined) return
      left = to.left
    }
  }

  /** Shows the next event. */
  async #next(): Promise<void> {
    const [next, ...rest] = this.#ahead
    if (next === undefined) return this.#put({ isAtEnd: this.#isAheadAtHead })
    this.#ahead = rest
    await this.#stage.apply(next)
    this.#shownAt = Math.max(this.#shownAt, next.time)
    this.#put({ seq: next.seq, time: Math.max(this.#state.time, next.time), isAtEnd: rest.length === 0 && this.#isAheadAtHead })
  }

  #set(change: Partial<FilmState>): void {
    this.#put(change)
    this.#tell()
  }

  /** Without telling, as long as more changes at once. */
  #put(change: Partial<FilmState>): void {
    this.#state = { ...this.#state, ...change }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
