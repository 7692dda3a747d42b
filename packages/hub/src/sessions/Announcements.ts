/**
 * What the hub announces to everyone (docs/protocol/rules.md, X-30): kept in the store, given to every watcher of the feed at
 * once, and to later ones until it ends. A watcher is always given all that are in force, so that nothing of it needs a cursor.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { ANNOUNCEMENTS_MAX, type Announcement, type AnnouncementRequest } from "@holdfast/protocol/announcement"
import { AnnouncementNotFound, Busy, type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import type { Store, StoreError } from "@holdfast/store/Store"
import type { Principal } from "../Hub.ts"
import { bodyHash, keptKey } from "../session/command.ts"
import { newId } from "../session/new-id.ts"
import { keyConflict, storeProblem } from "../session/store-problem.ts"

const PREFIX = "announcement/"

/** Longest time that a timer can be set to, in milliseconds. */
const TIMER_MAX = 2 ** 31 - 1

/** An announcement as it is kept, with the key that made it. */
interface Kept {
  readonly shown: Announcement
  readonly key?: { readonly name: string; readonly hash: string }
}

/** What they need of the hub. `now` gives epoch milliseconds. */
export interface AnnouncementParts {
  readonly store: Store["Service"]
  readonly now: () => number
  readonly report: (message: string, fields: Readonly<Record<string, string>>) => void
  readonly run: (effect: Effect.Effect<void>) => void
}

/** The announcements of one hub. */
export class Announcements {
  readonly #parts: AnnouncementParts
  readonly #kept = new Map<string, Kept>()
  readonly #listeners = new Set<(announcements: ReadonlyArray<Announcement>) => void>()
  readonly #turn = Semaphore.makeUnsafe(1)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(parts: AnnouncementParts) {
    this.#parts = parts
  }

  /** Takes them from the store; those that ended meanwhile are dropped. */
  get load(): Effect.Effect<void, StoreError> {
    return Effect.map(this.#parts.store.settings(PREFIX), (settings) => {
      for (const { value } of settings) {
        const kept = JSON.parse(value) as Kept
        this.#kept.set(kept.shown.id, kept)
      }
      this.#dropEnded()
      this.#setTimer()
    })
  }

  /** Those that are in force, oldest first. */
  get list(): ReadonlyArray<Announcement> {
    const now = this.#parts.now()
    return [...this.#kept.values()].flatMap(({ shown }) => (isOver(shown, now) ? [] : [shown]))
  }

  /** Calls back with all that are in force when that changes, until the returned function is called. */
  listen(listener: (announcements: ReadonlyArray<Announcement>) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Makes one; durable before anyone is given it. */
  create({ key, ...request }: AnnouncementRequest, by: Principal): Effect.Effect<Announcement, DoorError> {
    const { now, store } = this.#parts
    const made = Effect.gen({ self: this }, function* () {
      const name = key === undefined ? undefined : keptKey(by, key)
      const hash = bodyHash(request)
      const before = [...this.#kept.values()].find((kept) => name !== undefined && kept.key?.name === name)
      if (before !== undefined) return before.key?.hash === hash ? before.shown : yield* keyConflict(key ?? "")
      const { until } = request
      if (until !== undefined && !(Number.isSafeInteger(until) && until > now()))
        return yield* new Unprocessable({ message: "until must be a time to come, in whole epoch milliseconds", field: "until" })
      if (this.list.length >= ANNOUNCEMENTS_MAX) {
        const message = `there are ${ANNOUNCEMENTS_MAX} announcements; remove one first`
        return yield* new Busy({ message, retryAfter: 60 })
      }
      const shown: Announcement = { id: newId(now()), ...request, createdAt: now(), by: by.name }
      const kept: Kept = name === undefined ? { shown } : { shown, key: { name, hash } }
      yield* store.putSetting(`${PREFIX}${shown.id}`, JSON.stringify(kept)).pipe(Effect.mapError(storeProblem))
      this.#kept.set(shown.id, kept)
      this.#changed()
      return shown
    })
    return Effect.uninterruptible(this.#turn.withPermit(made))
  }

  /** Removes one before it ends. */
  remove(announcementId: string): Effect.Effect<{ readonly removed: boolean }, DoorError> {
    const removed = Effect.gen({ self: this }, function* () {
      if (!this.list.some(({ id }) => id === announcementId)) {
        const message = "no announcement has this id; list them with announcements.list"
        return yield* new AnnouncementNotFound({ message, announcementId })
      }
      yield* this.#parts.store.putSetting(`${PREFIX}${announcementId}`, undefined).pipe(Effect.mapError(storeProblem))
      this.#kept.delete(announcementId)
      this.#changed()
      return { removed: true }
    })
    return Effect.uninterruptible(this.#turn.withPermit(removed))
  }

  /** Ends the timer. */
  close(): void {
    clearTimeout(this.#timer)
  }

  #changed(): void {
    const { list } = this
    for (const listener of this.#listeners) listener(list)
    this.#setTimer()
  }

  #setTimer(): void {
    clearTimeout(this.#timer)
    const ends = [...this.#kept.values()].flatMap(({ shown: { until } }) => (until === undefined ? [] : [until]))
    if (ends.length === 0) return
    const wait = Math.min(Math.max(1, Math.min(...ends) - this.#parts.now()), TIMER_MAX)
    this.#timer = setTimeout(() => (this.#dropEnded() ? this.#changed() : this.#setTimer()), wait)
    this.#timer.unref()
  }

  /** Forgets those that are over; whether there were any. */
  #dropEnded(): boolean {
    const { now, report, run, store } = this.#parts
    const over = [...this.#kept.values()].filter(({ shown }) => isOver(shown, now()))
    for (const { shown } of over) {
      this.#kept.delete(shown.id)
      // What the store does not let go of now is dropped at the next start.
      const forgotten = store.putSetting(`${PREFIX}${shown.id}`, undefined)
      run(
        forgotten.pipe(
          Effect.catch(({ message }) =>
            Effect.sync(() => report("an announcement that is over was not removed", { cause: message })),
          ),
        ),
      )
    }
    return over.length > 0
  }
}

/** Takes the announcements from the store, for as long as the scope is open. */
export function openAnnouncements(parts: AnnouncementParts): Effect.Effect<Announcements, StoreError, Scope.Scope> {
  return Effect.acquireRelease(
    Effect.suspend(() => {
      const announcements = new Announcements(parts)
      return Effect.as(announcements.load, announcements)
    }),
    (announcements) => Effect.sync(() => announcements.close()),
  )
}

const isOver = ({ until = Number.POSITIVE_INFINITY }: Announcement, now: number): boolean => until <= now
