/**
 * Commands that are kept until the hub has carried them out, each exactly once (docs/protocol/rules.md, C-50 to C-60).
 *
 * `openOutbox` opens one. Everything is shown at once (`state`), stored before it is sent, and sent in order by one of all the
 * tabs or processes that share the box.
 */
import { makeClientId } from "../client-id.ts"
import { HoldfastError, invalidCall } from "../errors.ts"
import type { Timers } from "../timers.ts"
import { Box } from "./Box.ts"
import { isOpen, later, offlineId, unhindered } from "./item.ts"
import type { OutboxAnswer, OutboxFailure, OutboxInput, OutboxItem, OutboxOperation, OutboxStatus } from "./item.ts"
import type { OutboxStore, OutboxStoreKind } from "./OutboxStore.ts"
import { errorOf, ordered } from "./plan.ts"
import type { OutboxSend } from "./send.ts"
import { Sender } from "./Sender.ts"
import type { SenderState } from "./Sender.ts"
import type { Grapevine, Turns } from "./turns.ts"

/** What an outbox is made of; `openOutbox` chooses it. */
export interface OutboxParts {
  readonly store: OutboxStore
  readonly turns: Turns
  readonly grapevine: Grapevine
  readonly send: OutboxSend
  /** `now` is in epoch milliseconds: it is compared with what was stored before. */
  readonly clock: Timers
  /** Why it is kept in memory only. */
  readonly problem?: string
}

/** Everything in an outbox at one moment. The same object until something changes. */
export interface OutboxState extends SenderState {
  /** In the order in which they were added; of completed ones only the last. */
  readonly items: ReadonlyArray<OutboxItem>
  /** How many of `items` there are of each status. */
  readonly counts: Readonly<Record<OutboxStatus, number>>
  readonly kind: OutboxStoreKind
  /** False: the items end with this page or process. `problem` says why. */
  readonly isDurable: boolean
  /** What the store last failed with. */
  readonly problem: OutboxFailure | undefined
}

/** How a command is to be sent. */
export interface AddOptions {
  /** Sessions with a command of a higher priority are served first; 0. Within a session commands stay in order. */
  readonly priority?: number
  /** Milliseconds after which it is not sent any more. Input of a terminal has a minute, everything else no limit. */
  readonly expiresIn?: number
  /** In place of a key of its own: that of a command that was sent without the outbox, and may have been carried out. */
  readonly key?: string
  /** In place of a key of its own: one that the program made, and under which nothing was sent yet. */
  readonly id?: string
}

/** A command that was put into an outbox. */
export interface Entry<A = unknown> {
  /** Also its key: events and messages that it causes carry it. */
  readonly id: string
  /**
   * Settles once it is stored and will be sent whatever happens; fails with `OutboxFull` or `OutboxNotStored`, and then it will not be,
   * and is not in the state. If no one waits for this or for `done`, the platform reports the failure, which ends a program in Node.
   */
  readonly stored: Promise<void>
  /** The hub's answer, also to what another tab sent; fails with why the command failed, with `Cancelled`, or with `Gone`. */
  readonly done: Promise<A>
}

/** How long typed input waits for a hub: what is typed later than that was meant for another screen. */
const INPUT_EXPIRES = 60_000

const GONE = "another tab took the command back, or sent it while this one stood still"

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: HoldfastError) => void
}

/** The end of a command: a promise that says when someone waits for it. */
class End<A> extends Promise<A> {
  /** Called before each wait. */
  onWait: () => void = () => undefined

  /** What follows from it is a promise like any other. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<B = A, C = never>(
    kept?: ((answer: A) => B | PromiseLike<B>) | null,
    broken?: ((cause: unknown) => C | PromiseLike<C>) | null,
  ): Promise<B | C> {
    this.onWait()
    return super.then(kept, broken)
  }
}

/** Commands on their way to the hub. */
export class Outbox {
  readonly #box: Box
  readonly #sender: Sender
  readonly #clock: Timers
  readonly #inMemory: OutboxFailure | undefined
  readonly #waiting = new Map<string, Waiting>()
  readonly #listeners = new Set<() => void>()
  readonly #ends: Array<() => void> = []
  #order = 0
  #state: OutboxState | undefined
  #isClosed = false
  #isTelling = false

  constructor({ store, turns, grapevine, send, clock, problem }: OutboxParts) {
    this.#clock = clock
    this.#inMemory = problem === undefined ? undefined : { tag: "OutboxInMemory", message: problem, at: clock.now() }
    this.#box = new Box(store, grapevine, clock.now, (ids) => this.#changed(ids))
    this.#sender = new Sender(this.#box, turns, send, clock, () => this.#changed([]))
    const end = send.onReady?.(() => this.wake())
    if (end !== undefined) this.#ends.push(end)
  }

  /** Reads what is stored, and begins to send it. */
  async start(): Promise<this> {
    await this.#box.load()
    this.#sender.look()
    return this
  }

  /** What is in the box now. */
  get state(): OutboxState {
    if (this.#state !== undefined) return this.#state
    const { items, unsaved, kind, problem } = this.#box
    const all = ordered(unsaved.size === 0 ? items : new Map([...items, ...unsaved]))
    const counts = { pending: 0, processing: 0, failed: 0, completed: 0 }
    for (const { status } of all) counts[status] += 1
    const isDurable = kind !== "memory"
    this.#state = Object.freeze({
      ...this.#sender.state,
      items: all,
      counts,
      kind,
      isDurable,
      problem: problem ?? this.#inMemory,
    })
    return this.#state
  }

  /** Calls `f` after each change of `state`; gives the function that ends it. */
  listen(f: () => void): () => void {
    this.#listeners.add(f)
    return () => this.#listeners.delete(f)
  }

  /** Puts a command into the box. `input.session` may be a session that a create in the box is to make, by `offlineId`. */
  add<N extends OutboxOperation>(operation: N, input: OutboxInput<N>, options: AddOptions = {}): Entry<OutboxAnswer<N>> {
    const id = options.key ?? options.id ?? makeClientId()
    const now = this.#clock.now()
    const { session, ...rest } = copy(input)
    this.#order = Math.max(this.#order + 1, now)
    const item: OutboxItem = {
      id,
      version: 1,
      order: this.#order,
      operation,
      input: rest,
      session: typeof session === "string" ? session : offlineId(id),
      status: "pending",
      priority: options.priority ?? 0,
      at: now,
      ...expiry(operation, now, options.expiresIn),
      tries: 0,
      sent: options.key !== undefined,
    }
    const done = new End<OutboxAnswer<N>>((resolve, reject) => {
      const before = this.#waiting.get(id)
      this.#waiting.set(id, {
        resolve: (answer) => [before?.resolve, resolve as Waiting["resolve"]].forEach((one) => one?.(answer)),
        reject: (error) => [before?.reject, reject].forEach((one) => one?.(error)),
      })
    })
    // Who does not wait for the end reads it in the state.
    done.catch(() => undefined)
    const refused = this.#isClosed ? Promise.reject(new HoldfastError("Closed", "the outbox is closed")) : undefined
    const stored = (refused ?? this.#box.add(item)).catch((error: HoldfastError) => {
      this.#settle(id, (waiting) => waiting.reject(error))
      throw error
    })
    // Who waits for the end learns there that it was not stored.
    done.onWait = () => void stored.catch(() => undefined)
    return { id, stored, done }
  }

  /** Creates a session; until the hub has named it, `session` stands for it in other commands. */
  create(
    request: OutboxInput<"sessions.create">,
    options?: AddOptions,
  ): Entry<OutboxAnswer<"sessions.create">> & { readonly session: string } {
    const entry = this.add("sessions.create", request, options)
    return { ...entry, session: offlineId(entry.id) }
  }

  /** Sends a message to an agent. */
  send(
    session: string,
    message: Omit<OutboxInput<"messages.send">, "session">,
    options?: AddOptions,
  ): Entry<OutboxAnswer<"messages.send">> {
    return this.add("messages.send", { ...message, session }, options)
  }

  /** Tries failed commands again, or one of them, under their keys; gives how many. */
  retry(id?: string): Promise<number> {
    return this.#again(id)
  }

  /** Sends a command that failed to another session, under its key; gives how many: 1 or none. */
  redirect(id: string, session: string): Promise<number> {
    return this.#again(id, { session })
  }

  /** Removes failed commands, or one of them; gives how many. */
  clear(id?: string): Promise<number> {
    return this.#ofFailed(id, (item) => ({ item: later(item, {}), gone: true }))
  }

  /**
   * Takes a command back. `cancelled`: it was never sent. `uncertain`: it will not be sent again, but it was sent before and the hub
   * may have carried it out. `settled`: too late, or there is no such command.
   */
  async cancel(id: string): Promise<"cancelled" | "uncertain" | "settled"> {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    try {
      const outcome = await this.#box.cancel(id)
      if (outcome === "settled") return outcome
      this.#sender.abandon(id)
      waiting?.reject(new HoldfastError("Cancelled", "the command was taken back"))
      return outcome
    } finally {
      if (waiting !== undefined) this.#waiting.set(id, waiting)
      this.#judge(id)
    }
  }

  /** Tries now: the network is back, the page is shown again, or there is another credential. */
  wake(): void {
    if (this.#isClosed) return
    this.#box.hear()
    this.#sender.wake()
  }

  /** Stops sending and releases everything. What is in the box stays there. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const end of this.#ends) end()
    this.#sender.close()
    this.#box.close()
    for (const id of [...this.#waiting.keys()])
      this.#settle(id, (waiting) =>
        waiting.reject(new HoldfastError("Closed", "the outbox was closed; what is stored stays in it")),
      )
  }

  /** Ends it as `close` does. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  /** Calls `end` when the outbox is closed. */
  onClose(end: () => void): void {
    this.#ends.push(end)
  }

  #again(id: string | undefined, change: Partial<OutboxItem> = {}): Promise<number> {
    const at = this.#clock.now()
    return this.#ofFailed(id, (item) => ({
      item: later(unhindered(item), { status: "pending", tries: 0, at, ...expiry(item.operation, at), ...change }),
    }))
  }

  async #ofFailed(
    id: string | undefined,
    change: (item: OutboxItem) => { readonly item: OutboxItem; readonly gone?: true },
  ): Promise<number> {
    const failed = ordered(this.#box.items).filter((item) => item.status === "failed" && (id === undefined || item.id === id))
    const made = await this.#box.write(failed.map(change), true)
    return made.filter((one) => one).length
  }

  #changed(ids: ReadonlyArray<string>): void {
    for (const id of ids) this.#judge(id)
    this.#state = undefined
    if (ids.length > 0 && !this.#isClosed) this.#sender.look()
    if (this.#isTelling) return
    this.#isTelling = true
    queueMicrotask(() => {
      this.#isTelling = false
      for (const listener of [...this.#listeners]) listener()
    })
  }

  /** Settles the promise of an item that is settled. */
  #judge(id: string): void {
    const item = this.#box.items.get(id)
    if (item !== undefined) this.#order = Math.max(this.#order, item.order)
    if (this.#box.unsaved.has(id) || !this.#waiting.has(id)) return
    if (item === undefined) this.#settle(id, (waiting) => waiting.reject(new HoldfastError("Gone", GONE)))
    else if (item.status === "completed") this.#settle(id, (waiting) => waiting.resolve(item.answer))
    else if (!isOpen(item))
      this.#settle(id, (waiting) => waiting.reject(errorOf(item.error ?? { tag: "Failed", message: "it failed", at: 0 })))
  }

  #settle(id: string, f: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (waiting !== undefined) f(waiting)
  }
}

function expiry(
  operation: OutboxOperation,
  now: number,
  expiresIn = operation === "terminal.input" ? INPUT_EXPIRES : Infinity,
): Pick<OutboxItem, "expiresAt"> {
  return expiresIn === Infinity ? {} : { expiresAt: now + expiresIn }
}

/** What is sent must stay the same for as long as its key: a copy as JSON has it. */
function copy(input: object): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(JSON.stringify(input)) as Record<string, unknown>
  } catch (cause) {
    throw invalidCall(cause)
  }
}
