/**
 * Finds the place of a runner's screen in the log.
 *
 * A screen knows a journal position. Where that lies inside a record, the rest of the record's bytes is written after
 * the screen, so that it stands for the whole record. A position that is not in the log yet is waited for, bounded.
 */
import * as Exit from "effect/Exit"
import { readRecord } from "@holdfast/protocol/record"
import type { CheckpointReply } from "@holdfast/link/messages"
import type { OpenSession } from "../session/OpenSession.ts"
import type { Snapshot } from "../session/SessionPart.ts"
import type { Place, Positions } from "../child/Positions.ts"

/** How long a position may take to come into the log, in milliseconds. */
const WAIT_MAX = 2000

const encoder = new TextEncoder()

interface Waiter {
  readonly positions: Positions
  readonly position: number
  readonly done: (place: Place | undefined) => void
  readonly timer: NodeJS.Timeout
}

/** Places the screens of one session. */
export class Locator {
  readonly #session: OpenSession
  #waiters: Array<Waiter> = []

  constructor(session: OpenSession) {
    this.#session = session
  }

  /** Positions were placed: those who waited for one continue. */
  placed(positions: Positions): void {
    if (this.#waiters.length === 0) return
    const ready = this.#waiters.filter((waiter) => waiter.positions === positions && positions.head >= waiter.position)
    this.#waiters = this.#waiters.filter((waiter) => !ready.includes(waiter))
    for (const waiter of ready) {
      clearTimeout(waiter.timer)
      waiter.done(positions.find(waiter.position))
    }
  }

  /** Answers everyone who waits with nothing. */
  forget(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) {
      clearTimeout(waiter.timer)
      waiter.done(undefined)
    }
  }

  /** Gives the screen with the seq it stands for, once that is durable; `undefined` when it has no place. */
  locate(reply: CheckpointReply, positions: Positions, done: (snapshot: Snapshot | undefined) => void): void {
    const session = this.#session
    this.#placeOf(reply.position, positions, (place) => {
      if (place === undefined) return done(undefined)
      session.whenDurable((durable) => {
        if (!durable) return done(undefined)
        const head = { cols: reply.cols, rows: reply.rows }
        const screen = encoder.encode(reply.screen)
        if (place.offset === place.size) return done({ seq: place.seq, head, screen })
        const range = { after: place.seq - 1, maxBytes: 1, maxRecords: 1 }
        session.context.fork(session.context.store.read(session.handle, range), (exit) => {
          const [record] = Exit.isSuccess(exit) ? exit.value.records : []
          if (record === undefined) return done(undefined)
          const rest = readRecord(record, 0).body.subarray(place.offset)
          done({ seq: place.seq, head, screen: Buffer.concat([screen, rest]) })
        })
      })
    })
  }

  #placeOf(position: number, positions: Positions, done: (place: Place | undefined) => void): void {
    if (position <= positions.head) return done(positions.find(position))
    const timer = setTimeout(() => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter)
      done(undefined)
    }, WAIT_MAX)
    const waiter: Waiter = { positions, position, done, timer }
    this.#waiters.push(waiter)
  }
}
