/** The last events of a session in windows of several lengths, and the people at it (docs/protocol/rules.md, U-4). */
import type { Viewers } from "@holdfast/protocol/frame"
import { Cell } from "./cell.ts"
import type { Readable } from "./cell.ts"
import { EventWindow } from "./EventWindow.ts"
import type { Bounds, PresenceEvent, ReadEvents, StreamEvent } from "./EventWindow.ts"
import type { Frames } from "./frames.ts"

/** Someone who is attached. */
export type Viewer = Viewers["viewers"][number]

const NONE: ReadonlyArray<never> = Object.freeze([])

/** The events of one session. */
export class SessionEvents {
  readonly viewers: Cell<ReadonlyArray<Viewer>>
  readonly #frames: Frames
  readonly #windows = new Map<number, EventWindow>()
  /** Windows whose past could not be read. */
  readonly #unfilled = new Set<EventWindow>()
  #people: ReadonlyArray<Viewer> | undefined
  #read: ReadEvents | undefined

  constructor(frames: Frames) {
    this.#frames = frames
    this.viewers = new Cell<ReadonlyArray<Viewer>>(frames, NONE)
  }

  /** Whether someone wants them at all. */
  get isWanted(): boolean {
    return this.#windows.size > 0
  }

  /** From now on the log is read by `read`. */
  begin(read: ReadEvents): void {
    this.#read = read
  }

  /** The last `most` events. The first who asks has them read, up to the end of `bounds`. */
  last(most: number, bounds: Bounds | undefined): Readable<ReadonlyArray<StreamEvent>> {
    const known = this.#windows.get(most)
    if (known !== undefined) return known.events
    const made = new EventWindow(this.#frames, most)
    this.#windows.set(most, made)
    this.#fill(made, bounds)
    return made.events
  }

  /** Adds the next event, which is frozen. */
  tell(event: StreamEvent): void {
    for (const window of this.#windows.values()) window.push(event)
  }

  /** Reads the past again: what is there does not lead to what follows. */
  refill(bounds: Bounds): void {
    for (const window of this.#windows.values()) {
      window.clear()
      this.#fill(window, bounds)
    }
  }

  /** Reads the past where that failed. */
  retry(bounds: Bounds | undefined): void {
    for (const window of this.#unfilled) this.#fill(window, bounds)
  }

  /** Who is attached now, as of `seq`; who came and went is reported, but for this view's own `seat`. */
  people(viewers: ReadonlyArray<Viewer>, own: string | undefined, seq: number): void {
    const before = this.#people
    this.#people = viewers
    this.viewers.set(Object.freeze([...viewers]))
    if (before === undefined) return
    const report = (type: PresenceEvent["type"], some: ReadonlyArray<Viewer>, others: ReadonlyArray<Viewer>): void => {
      for (const { client, seat, name, mode } of some) {
        if (seat === own || others.some((one) => one.seat === seat)) continue
        const data = Object.freeze({ client, seat, name, mode })
        this.tell(Object.freeze({ seq, time: Date.now(), channel: "presence", type, data }))
      }
    }
    report("left", before, viewers)
    report("joined", viewers, before)
  }

  #fill(window: EventWindow, bounds: Bounds | undefined): void {
    if (this.#read === undefined || bounds === undefined) return
    this.#unfilled.delete(window)
    // The connection went away: what comes is shown, and the past is read when the view is live again.
    window.fill(this.#read, bounds).catch(() => this.#unfilled.add(window))
  }
}
