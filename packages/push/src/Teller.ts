/**
 * Finds out what is to be told: reads the notes of the store from a durable cursor, waits a moment, and looks at what the session
 * is then and at who has seen it (docs/protocol/rules.md, PN-3, PN-4).
 *
 * A visible page moves its person's mark to what it shows, so who looks at a session is told nothing of it; a page that
 * is merely open, or was cut off, moves no mark.
 */
import * as Effect from "effect/Effect"
import { PUSH_EVENTS, type Told, whatToTell } from "@holdfast/protocol/push-notice"
import type { Session } from "@holdfast/protocol/session"
import type { KeptNote, Store } from "@holdfast/store/Store"
import { type Device, OLD } from "./Device.ts"

/** Reader of notes, of which there is one for all devices, as long as there is a device. */
const READER = "push"

/** Notes of a page. */
const PAGE = 100

/** Milliseconds in which pages say what they show: they gather marks for one second. */
export const LOOK_FOR = 3000

/** Sessions and persons of which it is remembered what was told last. */
const TOLD_MAX = 10_000

/** Milliseconds until it looks again at a store that could not be used. */
const STORE_PAUSE = 1000

/** What is needed. */
export interface TellerParts {
  readonly store: Store["Service"]
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  readonly devices: () => ReadonlyMap<string, ReadonlyArray<Device>>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly lookFor: number
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

interface Pending {
  since: number
  last: number
  /** Number of its first note: the cursor stays before it. */
  number: number
}

/** The one that tells. */
export class Teller {
  readonly #parts: TellerParts
  /** What is looked at in a moment, by session. */
  readonly #pending = new Map<string, Pending>()
  /** What is looked at now, or waits for a device to have it. */
  readonly #telling = new Set<Pending>()
  /** Sessions that are looked at now, one after the other, so that the newest is told last. */
  readonly #looking = new Set<string>()
  readonly #told = new Map<string, string>()
  #unlisten: (() => void) | undefined
  #cursor = 0
  #moved = 0
  #isOpen = false
  #isReading = false
  #again = false
  #isStopped = false
  /** It waits before it looks at the store again. */
  #pause: ReturnType<typeof setTimeout> | undefined

  constructor(parts: TellerParts) {
    this.#parts = parts
  }

  /** Begins, when there is a device: at the present, or where the hub was before. Ends when there is none. */
  switch(isOn: boolean): void {
    if (isOn === (this.#unlisten !== undefined) || this.#isStopped) return
    if (isOn) {
      this.#unlisten = this.#parts.store.onNotes(() => this.#wake())
      return this.#wake()
    }
    this.#unlisten?.()
    this.#unlisten = undefined
    this.#isOpen = false
    this.#pending.clear()
    this.#telling.clear()
    // Notes that stay because the store refuses are bounded, and go at the next end.
    void this.#parts.run(Effect.ignore(this.#parts.store.moveNotes(READER, undefined)))
  }

  /** Ends for good, as the hub stops; the next one continues here. */
  stop(): void {
    this.#isStopped = true
    this.#unlisten?.()
  }

  get #goes(): boolean {
    return this.#unlisten !== undefined && !this.#isStopped
  }

  #wake(): void {
    this.#again = true
    if (this.#isReading || this.#pause !== undefined || !this.#goes) return
    this.#isReading = true
    void this.#read().then(() => {
      this.#isReading = false
      if (this.#again) this.#wake()
    })
  }

  async #read(): Promise<void> {
    const { report, run, store } = this.#parts
    try {
      if (!this.#isOpen) this.#cursor = this.#moved = await run(store.openNotes(READER))
      this.#isOpen = true
      while (this.#again && this.#goes) {
        this.#again = false
        for (let isMore = true; isMore && this.#goes;) {
          const { notes, head } = await run(store.notes(this.#cursor, PAGE))
          for (const note of notes) this.#take(note)
          this.#cursor = notes.at(-1)?.number ?? Math.max(this.#cursor, head)
          isMore = notes.length > 0
        }
        if (this.#cursor - this.#moved >= PAGE) await this.#move()
      }
    } catch (cause) {
      if (!this.#goes) return
      report("notifications could not read what happened", { cause: String(cause) })
      this.#pause = setTimeout(() => {
        this.#pause = undefined
        this.#wake()
      }, STORE_PAUSE).unref()
    }
  }

  #take({ id, name, number, seq }: KeptNote): void {
    if (!PUSH_EVENTS.has(name)) return
    const pending = this.#pending.get(id)
    if (pending !== undefined) return void (pending.last = seq)
    this.#plan(id, { since: seq, last: seq, number })
  }

  /** Looks at a session in a moment. */
  #plan(id: string, pending: Pending, wait = this.#parts.lookFor): void {
    this.#pending.set(id, pending)
    setTimeout(() => void this.#tell(id), wait).unref()
  }

  async #tell(id: string): Promise<void> {
    const pending = this.#pending.get(id)
    if (pending === undefined || !this.#goes) return
    if (this.#looking.has(id)) return this.#plan(id, pending)
    // What happens from here on is another one.
    this.#pending.delete(id)
    this.#telling.add(pending)
    this.#looking.add(id)
    try {
      const sent = await this.#look(id, pending).finally(() => this.#looking.delete(id))
      await Promise.all(sent)
      this.#telling.delete(pending)
      await this.#move()
    } catch (cause) {
      this.#telling.delete(pending)
      if (!this.#goes) return
      this.#parts.report("notifications could not read what happened", { cause: String(cause) })
      const newer = this.#pending.get(id)
      if (newer === undefined) this.#plan(id, pending, STORE_PAUSE)
      else Object.assign(newer, { since: pending.since, number: pending.number })
    }
  }

  /** Looks at a session, and sends what is to be told; gives what settles once that is delivered or kept. */
  async #look(id: string, { since, last }: Pending): Promise<ReadonlyArray<Promise<void>>> {
    const { run, store } = this.#parts
    const session = await run(
      store.get(id).pipe(Effect.catchTags({ NoSuchSession: () => Effect.undefined, DataDamaged: () => Effect.undefined })),
    )
    const told = session === undefined ? undefined : whatToTell(session, since)
    return session === undefined || told === undefined ? [] : this.#tellAll(session, told, last)
  }

  async #tellAll({ id }: Session, { notice, seq, state }: Told, last: number): Promise<ReadonlyArray<Promise<void>>> {
    const { devices, now, run, store } = this.#parts
    const sent: Array<Promise<void>> = []
    if (now() - notice.time > OLD) return sent
    for (const [person, own] of devices()) {
      const wanting = own.filter((device) => device.wants(id, notice.reason))
      const key = `${person} ${id}`
      if (wanting.length === 0 || this.#told.get(key) === state) continue
      if (((await run(store.seenOf(person, [id]))).get(id) ?? 0) >= (seq ?? last)) continue
      this.#remember(key, state)
      for (const device of wanting) sent.push(device.send(notice))
    }
    return sent
  }

  #remember(key: string, state: string): void {
    this.#told.delete(key)
    this.#told.set(key, state)
    const [oldest] = this.#told.size > TOLD_MAX ? this.#told.keys() : []
    if (oldest !== undefined) this.#told.delete(oldest)
  }

  /** What was told is not told again after a restart. */
  async #move(): Promise<void> {
    const { run, store } = this.#parts
    const before = [...this.#pending.values(), ...this.#telling].map(({ number }) => number - 1)
    const to = Math.min(this.#cursor, ...before)
    if (!this.#goes || to <= this.#moved) return
    await run(store.moveNotes(READER, to))
    this.#moved = to
  }
}
