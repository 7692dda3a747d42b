/**
 * The way of one webhook: it reads the notes of the store from its own durable cursor, sends what it wants one after the other,
 * and tries again what failed (docs/protocol/rules.md, Y-2 to Y-5). No other webhook waits for it.
 *
 * The cursor moves on once an event was delivered, or its failure is kept as a late delivery. A kill in between sends it again
 * under the same id.
 */
import type * as Effect from "effect/Effect"
import { type WebhookDelivery, type WebhookEvent, webhookEvent } from "@holdfast/protocol/webhook"
import type { KeptNote, Store } from "@holdfast/store/Store"
import { deliveryOf, type Kept, type KeptWebhook, type Late } from "./Kept.ts"
import { messageId, type NotedEvent, payloadOf } from "./payload.ts"
import type { Posted } from "./post.ts"

/** Notes of a page. */
const PAGE = 100
/** Deliveries that are tried again, after which the lane reads no more until one is settled; and those that were given up, of which the oldest go. */
const LATE_MAX = 1000
const DEAD_MAX = 1000
/** Failures in a row after which new events wait, and how long in milliseconds: at first, doubling, and at most. */
const PATIENCE = 5
const PAUSE_MIN = 1000
const PAUSE_MAX = 30_000
/** Successes that the log shows. */
const LOG_MAX = 100
/** Milliseconds until a lane looks again whose store could not be used. */
const STORE_PAUSE = 1000
/** Longest time that a timer can be set to, in milliseconds. */
const TIMER_MAX = 2 ** 31 - 1

/** What a lane needs. */
export interface LaneParts {
  readonly store: Store["Service"]
  readonly kept: Kept
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  /** Sends a body under an id. */
  readonly send: (kept: KeptWebhook, message: string, body: string, signal: AbortSignal) => Promise<Posted>
  /** Seconds until each further try. */
  readonly schedule: ReadonlyArray<number>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
}

/** The lane of one webhook. */
export class Lane {
  kept: KeptWebhook
  readonly #parts: LaneParts
  readonly #late: Map<string, Late>
  readonly #delivered: Array<WebhookDelivery> = []
  #isOpen = false
  #cursor = 0
  #moved = 0
  #reading = false
  #again = false
  #retrying = false
  /** It was reported that events were lost, and it has not read to the end since. */
  #hasLost = false
  readonly #stopping = new AbortController()
  #timer: ReturnType<typeof setTimeout> | undefined
  /** New events that failed in a row, and what ends the pause after them. */
  #failures = 0
  #pause: ReturnType<typeof setTimeout> | undefined

  constructor(parts: LaneParts, kept: KeptWebhook, late: ReadonlyArray<Late>) {
    this.#parts = parts
    this.kept = kept
    this.#late = new Map(late.map((one) => [one.message, one]))
  }

  /** Finds its place in the notes, and begins. */
  async open(): Promise<void> {
    const { run, store } = this.#parts
    this.#cursor = await run(store.openNotes(this.#reader))
    this.#moved = this.#cursor
    this.#isOpen = true
    this.#plan()
    this.wake()
  }

  /** How many deliveries are tried again, and how many were given up. */
  get counts(): { readonly retrying: number; readonly dead: number } {
    let retrying = 0
    for (const { nextAt } of this.#late.values()) if (nextAt !== undefined) retrying++
    return { retrying, dead: this.#late.size - retrying }
  }

  /** Ids of what is late. */
  get lateIds(): ReadonlyArray<string> {
    return [...this.#late.keys()]
  }

  /** The last deliveries, newest first. */
  get log(): ReadonlyArray<WebhookDelivery> {
    return [...this.#delivered, ...[...this.#late.values()].map(deliveryOf)].sort((a, b) => b.at - a.at)
  }

  /** There may be notes that it has not seen. Before it is open it has no place in them, and looks when it has. */
  wake(): void {
    this.#again = true
    if (!this.#isOpen || this.#reading || this.#pause !== undefined || !this.#goes) return
    this.#reading = true
    void this.#read().then(() => {
      this.#reading = false
      // Something came between the last look and now.
      if (this.#again) this.wake()
    })
  }

  /** Tries again at once what is late, one delivery or all; gives how many. */
  async retry(message: string | undefined): Promise<number> {
    const { kept, now, run } = this.#parts
    const chosen = [...this.#late.values()].filter((late) => message === undefined || late.message === message)
    for (const late of chosen) {
      const again = { ...late, tries: 0, nextAt: now() }
      await run(kept.putLate(this.#id, again))
      this.#late.set(late.message, again)
    }
    if (!this.kept.active) {
      this.kept = { ...this.kept, active: true }
      await run(kept.put(this.kept))
    }
    this.#plan()
    this.#resume()
    return chosen.length
  }

  /** Sends nothing any more; what is under way is cut off. */
  stop(): void {
    this.#stopping.abort()
    clearTimeout(this.#timer)
    clearTimeout(this.#pause)
  }

  get #stopped(): boolean {
    return this.#stopping.signal.aborted
  }

  get #id(): string {
    return this.kept.webhook.id
  }

  get #reader(): string {
    return `webhook/${this.#id}`
  }

  /** Whether it continues: it is not stopped, and its receiver is not gone. */
  get #goes(): boolean {
    return !this.#stopped && this.kept.active
  }

  /** Reads to the end, or as far as it may. */
  async #read(): Promise<void> {
    const { report, run, store } = this.#parts
    try {
      while (this.#again && this.#goes) {
        this.#again = false
        for (let isMore = true; isMore;) {
          const { notes, head, lost = 0 } = await run(store.notes(this.#cursor, PAGE))
          if (lost > 0) this.#sayLost(lost)
          for (const note of notes) {
            if (!this.#goes || this.#pause !== undefined || this.counts.retrying >= LATE_MAX) return
            const took = await this.#take(note)
            if (took === "stopped") return
            this.#cursor = note.number
            // What was sent is not sent again after a restart.
            if (took === "sent") await this.#move()
          }
          isMore = notes.length > 0
          if (!isMore) this.#cursor = Math.max(this.#cursor, head)
          if (!isMore) this.#hasLost = false
          // What no one wants costs no write of its own: a restart may look at some of it again.
          if (this.#cursor - this.#moved >= PAGE) await this.#move()
        }
      }
    } catch (cause) {
      if (this.#stopped) return
      report("a webhook could not read or keep what it sends", { webhook: this.#id, cause: String(cause) })
      setTimeout(() => this.wake(), STORE_PAUSE).unref()
    }
  }

  /** Reports that the oldest events are gone which it has not read: once, however many follow until it has read to the end. */
  #sayLost(lost: number): void {
    if (this.#hasLost) return
    this.#hasLost = true
    const fields = { webhook: this.#id, origin: originOf(this.kept), lost }
    this.#parts.report("a webhook is too far behind and lost its oldest events", fields)
  }

  async #move(): Promise<void> {
    const { run, store } = this.#parts
    await run(store.moveNotes(this.#reader, this.#cursor))
    this.#moved = this.#cursor
  }

  /** Sends an event if it is wanted; `stopped` when it is not known what became of it. */
  async #take(note: KeptNote): Promise<"sent" | "passed" | "stopped"> {
    const { kept, now, run, store } = this.#parts
    const { on, sessions, tags } = this.kept.webhook
    const type = webhookEvent(note.name)
    if (type === undefined || !on.includes(type)) return "passed"
    if (sessions?.some((id) => id === note.id) === false) return "passed"
    const payload = await run(payloadOf(store, type, note))
    if (payload === undefined || tags?.some((tag) => payload.record.tags.includes(tag)) === false) return "passed"
    const message = messageId(note)
    const posted = await this.#parts.send(this.kept, message, payload.body, this.#stopping.signal)
    if (this.#stopped) return "stopped"
    const { session, id, seq } = note
    const before = this.#late.get(message)
    if (posted.delivered) {
      await this.#settle({ session, id, seq }, type, before?.tries ?? 0, posted)
    } else {
      const late = this.#failed({ message, type, session, id, seq, tries: before?.tries ?? 0, at: now() }, posted)
      await run(kept.putLate(this.#id, late))
      await this.#add(late)
      if (++this.#failures >= PATIENCE) this.#rest()
    }
    return "sent"
  }

  /** New events wait for a while: a receiver that is away costs the hub a request now and then, not one for each event. */
  #rest(): void {
    const wait = Math.min(PAUSE_MAX, PAUSE_MIN * 2 ** (this.#failures - PATIENCE))
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      this.wake()
    }, wait).unref()
  }

  /** The receiver is there again, or someone says so. */
  #resume(): void {
    this.#failures = 0
    clearTimeout(this.#pause)
    this.#pause = undefined
    this.wake()
  }

  /** A delivery after a try that failed: tried again by the schedule, or given up. */
  #failed(late: Late, posted: Posted): Late {
    const { now, report, schedule } = this.#parts
    const wait = posted.status === 410 ? undefined : schedule[late.tries]
    const { status, problem, milliseconds, retryAfter = 0 } = posted
    const tries = late.tries + 1
    const { id, message, seq, session, type } = late
    const fields = { webhook: this.#id, origin: originOf(this.kept), delivery: message, tries, problem }
    report(wait === undefined ? "a delivery of a webhook was given up" : "a webhook could not be delivered", fields)
    return {
      id,
      message,
      seq,
      session,
      type,
      tries,
      at: now(),
      ...(status === undefined ? {} : { status }),
      ...(problem === undefined ? {} : { problem }),
      milliseconds,
      ...(wait === undefined ? {} : { nextAt: now() + Math.max(wait * (1 + Math.random() / 10), retryAfter) * 1000 }),
    }
  }

  /** Takes up a late delivery that is kept; a receiver that is gone gets nothing any more. */
  async #add(late: Late): Promise<void> {
    const { kept, run } = this.#parts
    this.#late.set(late.message, late)
    if (late.status === 410 && this.kept.active) {
      this.kept = { ...this.kept, active: false }
      await run(kept.put(this.kept))
    }
    const dead = [...this.#late.values()].filter(({ nextAt }) => nextAt === undefined)
    for (const { message } of dead.slice(0, Math.max(0, dead.length - DEAD_MAX))) await this.#forget(message)
    this.#plan()
  }

  async #forget(message: string): Promise<void> {
    const { kept, run } = this.#parts
    if (!this.#late.has(message)) return
    await run(kept.removeLate(this.#id, message))
    this.#late.delete(message)
  }

  /** A delivery that succeeded. */
  async #settle(event: NotedEvent, type: WebhookEvent, tries: number, posted: Posted): Promise<void> {
    const message = messageId(event)
    await this.#forget(message)
    if (this.#failures > 0) this.#resume()
    const { status, milliseconds } = posted
    this.#delivered.push({
      id: message,
      type,
      session: event.id,
      seq: event.seq,
      state: "delivered",
      tries: tries + 1,
      at: this.#parts.now(),
      ...(status === undefined ? {} : { status }),
      milliseconds,
    })
    if (this.#delivered.length > LOG_MAX) this.#delivered.shift()
  }

  /** Sets the timer to the next try. */
  #plan(): void {
    clearTimeout(this.#timer)
    const next = Math.min(...[...this.#late.values()].map(({ nextAt = Number.POSITIVE_INFINITY }) => nextAt))
    if (!this.#goes || this.#retrying || next === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => void this.#tryAgain(), Math.min(Math.max(0, next - this.#parts.now()), TIMER_MAX))
    this.#timer.unref()
  }

  async #tryAgain(): Promise<void> {
    const { now, report } = this.#parts
    this.#retrying = true
    try {
      const due = [...this.#late.values()].filter(({ nextAt = Number.POSITIVE_INFINITY }) => nextAt <= now())
      for (const late of due.sort((a, b) => (a.nextAt ?? 0) - (b.nextAt ?? 0))) {
        if (!this.#goes) return
        if (this.#late.get(late.message) === late) await this.#tryOne(late)
      }
    } catch (cause) {
      if (this.#stopped) return
      report("a webhook could not read or keep what it sends", { webhook: this.#id, cause: String(cause) })
      await new Promise((resolve) => setTimeout(resolve, STORE_PAUSE).unref())
    } finally {
      this.#retrying = false
      this.#plan()
      this.wake()
    }
  }

  async #tryOne(late: Late): Promise<void> {
    const { kept, run, send, store } = this.#parts
    const payload = await run(payloadOf(store, late.type, late))
    // What is not there any more is of no use to anyone.
    if (payload === undefined) return this.#forget(late.message)
    const posted = await send(this.kept, late.message, payload.body, this.#stopping.signal)
    if (this.#stopped) return
    if (posted.delivered) return this.#settle(late, late.type, late.tries, posted)
    const next = this.#failed(late, posted)
    await run(kept.putLate(this.#id, next))
    await this.#add(next)
  }
}

/** The receiver as it may stand in a log: a path or a query can hold a secret of its own. */
const originOf = ({ webhook }: KeptWebhook): string => new URL(webhook.url).origin
