/// <reference types="node" />
/**
 * Tabs with one box, a hub that knows keys, and a clock that stands still: everything that an outbox meets, without waiting.
 */
import { HoldfastError } from "../../src/errors.ts"
import { Outbox } from "../../src/outbox/Outbox.ts"
import { memoryStore, type OutboxStore } from "../../src/outbox/OutboxStore.ts"
import type { OutboxSend } from "../../src/outbox/send.ts"
import type { Grapevine, Told, Turn, Turns } from "../../src/outbox/turns.ts"
import type { Timers } from "../../src/timers.ts"

/** Time that passes only in `run`. */
export class TestClock implements Timers {
  #now = 1_700_000_000_000
  #timers: Array<{ at: number; readonly f: () => void }> = []
  readonly now = (): number => this.#now
  readonly random = (): number => 0.5
  readonly after = (ms: number, f: () => void): (() => void) => {
    const timer = { at: this.#now + ms, f }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length
  }

  /** Sets the clock, as people and networks do; what waits for a timer still waits as long. */
  set(ms: number): void {
    this.#now += ms
    this.#timers = this.#timers.map((timer) => Object.assign(timer, { at: timer.at + ms }))
  }

  sleep(ms: number): Promise<void> {
    return new Promise((done) => this.after(ms, done))
  }

  /** Lets time pass, timer by timer, with everything that follows from each. */
  async run(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settled()
      const next = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#timers = this.#timers.filter((one) => one !== next)
      this.#now = Math.max(this.#now, next.at)
      next.f()
    }
    this.#now = end
  }
}

/** Everything that follows without time is done. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((done) => setImmediate(done))
}

/** What happens to a call: `lost` is carried out, and its answer does not arrive. */
export type Fault = "ok" | "lost" | HoldfastError

/** The network is away. */
export const AWAY = new HoldfastError("Unreachable", "the hub cannot be reached")
/** The hub has no room now. */
export const BUSY = new HoldfastError("Busy", "wait", { retryAfter: 1 })

/** One command that was carried out. */
export interface Carried {
  readonly key: string
  readonly operation: string
  readonly session: string
  readonly input: Readonly<Record<string, unknown>>
}

/** A hub that carries a key out once, 10 ms after it was asked. */
export class KeyedHub {
  readonly carried: Array<Carried> = []
  /** What happens to the next calls; then `otherwise`. */
  faults: Array<Fault> = []
  otherwise: (input: Readonly<Record<string, unknown>>) => Fault = () => "ok"
  calls = 0
  readonly #clock: TestClock
  readonly #answers = new Map<string, unknown>()

  constructor(clock: TestClock) {
    this.#clock = clock
  }

  readonly send: OutboxSend = async (operation, input, signal) => {
    this.calls += 1
    const fault = this.faults.shift() ?? this.otherwise(input)
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(new HoldfastError("Aborted", "the call was aborted")))
    })
    await Promise.race([this.#clock.sleep(10), aborted])
    if (fault instanceof HoldfastError) throw fault
    const key = String(input["key"] ?? `${String(input["requestId"])}`)
    if (!this.#answers.has(key)) {
      this.carried.push({ key, operation, session: String(input["session"]), input })
      this.#answers.set(
        key,
        operation === "sessions.create" ? { id: `s-${key}`, change: this.carried.length } : { seq: this.carried.length },
      )
    }
    if (fault === "lost") throw new HoldfastError("ConnectionLost", "the answer ended early")
    return this.#answers.get(key)
  }
}

/** The turn of several tabs: one has it, the others wait in line. */
class Line {
  #holder: { readonly turn: Turn; readonly lost: () => void; readonly owner: object } | undefined
  #waiting: Array<{ readonly owner: object; readonly lost: () => void; readonly resolve: (turn: Turn) => void }> = []

  of(owner: object): Turns {
    return {
      take: (signal, lost) =>
        new Promise((resolve) => {
          const waiting = { owner, lost, resolve }
          signal.addEventListener("abort", () => {
            this.#waiting = this.#waiting.filter((one) => one !== waiting)
          })
          this.#waiting.push(waiting)
          this.#next()
        }),
    }
  }

  /** Takes the turn from its holder, who learns of it. */
  steal(): void {
    const holder = this.#holder
    this.#holder = undefined
    this.#next()
    holder?.lost()
  }

  /** A tab is gone, without a word. */
  drop(owner: object): void {
    this.#waiting = this.#waiting.filter((one) => one.owner !== owner)
    if (this.#holder?.owner === owner) this.#holder = undefined
    this.#next()
  }

  #next(): void {
    if (this.#holder !== undefined) return
    const first = this.#waiting.shift()
    if (first === undefined) return
    const turn: Turn = {
      isHeld: () => this.#holder?.turn === turn,
      release: () => {
        if (this.#holder?.turn !== turn) return
        this.#holder = undefined
        this.#next()
      },
    }
    this.#holder = { turn, lost: first.lost, owner: first.owner }
    first.resolve(turn)
  }
}

/** An outbox in a tab that may be killed. */
export interface Tab {
  readonly outbox: Outbox
  /** Ends it as a crash does: nothing of it is heard again. */
  readonly kill: () => void
}

/** Tabs, their store and their hub. */
export class World {
  readonly clock = new TestClock()
  readonly hub = new KeyedHub(this.clock)
  readonly line = new Line()
  readonly store: OutboxStore
  readonly #grapevine = new Set<(told: Told) => void>()

  /** Milliseconds before a write is made, and again before it is answered. */
  readonly #delay: number

  constructor(store: OutboxStore = memoryStore(), delay = 0) {
    this.store = store
    this.#delay = delay
  }

  async #slowly<A>(f: () => Promise<A>): Promise<A> {
    if (this.#delay === 0) return f()
    await this.clock.sleep(this.#delay)
    const answer = await f()
    await this.clock.sleep(this.#delay)
    return answer
  }

  async open(send: OutboxSend = this.hub.send): Promise<Tab> {
    let isAlive = true
    const owner = {}
    const silence = new Promise<never>(() => undefined)
    const whileAlive = async <A>(call: () => Promise<A>): Promise<A> => {
      if (!isAlive) return silence
      const answer = await call()
      return isAlive ? answer : silence
    }
    const listeners: Array<(told: Told) => void> = []
    const grapevine: Grapevine = {
      tell: (told) => {
        if (isAlive) for (const other of this.#grapevine) if (!listeners.includes(other)) other(told)
      },
      listen: (listener) => {
        const heard = (told: Told): void => (isAlive ? listener(told) : undefined)
        listeners.push(heard)
        this.#grapevine.add(heard)
      },
      close: () => {
        for (const listener of listeners) this.#grapevine.delete(listener)
      },
    }
    const store: OutboxStore = {
      kind: this.store.kind,
      read: (ids) => whileAlive(() => this.store.read(ids)),
      write: (changes, most, durable) => whileAlive(() => this.#slowly(() => this.store.write(changes, most, durable))),
      close: () => undefined,
    }
    const line = this.line.of(owner)
    const turns: Turns = { take: (signal, lost) => (isAlive ? line.take(signal, lost) : silence) }
    const parts = { store, grapevine, turns, clock: this.clock }
    const outbox = await new Outbox({ ...parts, send: (...call) => whileAlive(() => send(...call)) }).start()
    const kill = (): void => {
      isAlive = false
      grapevine.close()
      this.line.drop(owner)
    }
    return { outbox, kill }
  }
}
