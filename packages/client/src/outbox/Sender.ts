/**
 * Sends what is in a box while it is this one's turn (docs/protocol/rules.md, C-50 to C-57).
 *
 * An item is marked as sent in the store before it is sent, and settled there before the next of its session is: so whoever
 * has the turn next continues exactly where this one stopped. Of an item that was on its way it sends the same again, under the
 * same key.
 */
import { decodeError, HoldfastError } from "../errors.ts"
import { backoffDelay, defaultBackoff } from "../timers.ts"
import type { Timers } from "../timers.ts"
import type { Box } from "./Box.ts"
import { later, sessionOf, unhindered } from "./item.ts"
import type { OutboxFailure, OutboxItem } from "./item.ts"
import { judge, outdated, plan } from "./plan.ts"
import type { OutboxSend } from "./send.ts"
import type { Turn, Turns } from "./turns.ts"

/** What a sender is doing, beside the items. */
export interface SenderState {
  /** It has the turn. */
  readonly isSending: boolean
  /** The hub cannot be reached; nothing is lost, and it tries again by itself. */
  readonly isAway: boolean
  /** Why the hub refuses this client. Nothing is sent before `wake`. */
  readonly refused: OutboxFailure | undefined
}

/** Longest time of one try; what sends has shorter ones of its own. */
const TRY_MOST = 180_000

/** A timer that is longer than about 25 days runs out at once. */
const PAUSE_MOST = 3600 * 1000

/** Sends items one after the other. */
export class Sender {
  readonly #box: Box
  readonly #turns: Turns
  readonly #send: OutboxSend
  readonly #clock: Timers
  readonly #changed: () => void
  readonly #closed = new AbortController()
  /** Items on their way, and what gives them up. */
  readonly #busy = new Map<string, AbortController>()
  #isRunning = false
  #isSending = false
  #refused: OutboxFailure | undefined
  /** Tries in a row that met no hub, and when the next may be. */
  #misses = 0
  #awayUntil = 0
  #isWoken = false
  #woken: () => void = () => undefined

  constructor(box: Box, turns: Turns, send: OutboxSend, clock: Timers, changed: () => void) {
    this.#box = box
    this.#turns = turns
    this.#send = send
    this.#clock = clock
    this.#changed = changed
  }

  get state(): SenderState {
    return { isSending: this.#isSending, isAway: this.#misses > 0, refused: this.#refused }
  }

  /** Something in the box changed: looks whether there is something to do. */
  look(): void {
    this.#isWoken = true
    this.#woken()
    if (!this.#isRunning) void this.#run()
  }

  /** The hub may be there again, or accept this client again: tries now. */
  wake(): void {
    this.#awayUntil = 0
    this.#refused = undefined
    this.look()
  }

  /** Gives up an item that is on its way. */
  abandon(id: string): void {
    this.#busy.get(id)?.abort()
  }

  close(): void {
    this.#closed.abort()
    this.#abandonAll()
  }

  get #isOver(): boolean {
    return this.#closed.signal.aborted || this.#refused !== undefined
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    while (!this.#isOver && this.#plan().open) {
      const turn = await this.#turns.take(this.#closed.signal, () => this.#abandonAll())
      this.#isSending = !this.#isOver
      this.#changed()
      // What cannot be read is as it was last known; sending it again would repeat nothing.
      await this.#box.load().catch(() => undefined)
      await this.#hold(turn)
      this.#isSending = false
      turn.release()
      this.#changed()
    }
    this.#isRunning = false
  }

  /** Sends until nothing is left, or the turn is over. */
  async #hold(turn: Turn): Promise<void> {
    while (!this.#isOver && (await turn.isHeld())) {
      this.#isWoken = false
      const { send, settle, next, open } = this.#plan()
      if (settle.length > 0) {
        await this.#box.write(settle.map((item) => ({ item })))
        continue
      }
      const wait = this.#awayUntil - this.#clock.now()
      // A longer one than the longest comes from a clock that was set back.
      const isAway = wait > 0 && wait <= defaultBackoff.most
      if (!isAway) for (const item of send) void this.#try(item, turn)
      if (!open) break
      await this.#pause(isAway && send.length > 0 ? Math.min(this.#awayUntil, next ?? Infinity) : next)
    }
    await this.#box.write(outdated(this.#box.items).map((item) => ({ item: later(item, {}), gone: true })))
  }

  #plan(): ReturnType<typeof plan> {
    return plan(this.#box.items, new Set(this.#busy.keys()), this.#clock.now())
  }

  /** Waits until something happens, or until a time. */
  #pause(until: number | undefined): Promise<void> {
    if (this.#isWoken) return Promise.resolve()
    return new Promise((resolve) => {
      const ms = Math.min(Math.max(0, (until ?? Infinity) - this.#clock.now()), PAUSE_MOST)
      const cancel = until === undefined ? undefined : this.#clock.after(ms, () => this.#woken())
      this.#woken = () => {
        cancel?.()
        resolve()
      }
    })
  }

  async #try(item: OutboxItem, turn: Turn): Promise<void> {
    const giveUp = new AbortController()
    this.#busy.set(item.id, giveUp)
    const sent = later(item, { status: "processing", sent: true })
    const [isMine] = await this.#box.write([{ item: sent }])
    if (isMine === true && (await turn.isHeld()) && !giveUp.signal.aborted) {
      const late = new HoldfastError("TimedOut", `no answer within ${TRY_MOST / 1000} s`)
      const cancel = this.#clock.after(TRY_MOST, () => giveUp.abort(late))
      const next = await this.#outcome(sent, item.sent, giveUp.signal)
      cancel()
      if (next !== undefined) await this.#box.write([{ item: next }])
    }
    this.#busy.delete(item.id)
    this.look()
  }

  /** Sends an item; gives its next state, or nothing when it is no longer this one's to say. */
  async #outcome(item: OutboxItem, again: boolean, signal: AbortSignal): Promise<OutboxItem | undefined> {
    const { id, input, operation } = item
    const session = operation === "sessions.create" ? {} : { session: sessionOf(this.#box.items, item.session) }
    const key = operation === "permissions.answer" ? {} : { key: id }
    try {
      const answer = await this.#send(operation, { ...input, ...session, ...key }, signal)
      this.#met()
      return later(unhindered(item), { status: "completed", input: briefly(item), answer })
    } catch (cause) {
      const why: unknown = signal.reason ?? cause
      const isOurs = why instanceof HoldfastError
      if (signal.aborted && !isOurs) return undefined
      const error = isOurs ? why : decodeError(why, "InvalidCall")
      const next = judge(item, again, error, this.#clock.now(), this.#clock.random())
      if (typeof next === "object") {
        this.#met()
        return next
      }
      const { tag, message } = error
      if (next === "refused") this.#refused = { tag, message, at: this.#clock.now() }
      else this.#missed()
      return later(item, { status: "pending" })
    }
  }

  #met(): void {
    this.#misses = 0
    this.#awayUntil = 0
  }

  /** Items that were on their way together miss the hub once. */
  #missed(): void {
    const now = this.#clock.now()
    if (this.#awayUntil > now) return
    this.#misses += 1
    this.#awayUntil = now + backoffDelay(defaultBackoff, this.#misses, this.#clock.random())
  }

  #abandonAll(): void {
    for (const giveUp of this.#busy.values()) giveUp.abort()
    this.look()
  }
}

/** Longest message that is kept when it is sent, in characters of JSON: it is shown until its event arrives. */
const BRIEF = 16 * 1024

const briefly = ({ operation, input }: OutboxItem): OutboxItem["input"] =>
  operation === "messages.send" && JSON.stringify(input).length <= BRIEF ? input : {}
