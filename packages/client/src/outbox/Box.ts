/**
 * The items of an outbox as this tab or process knows them, and their way into the store.
 *
 * What is shown may be ahead of the store: a new item is shown at once, and is sent only when it is stored. What is stored
 * may be ahead of what is shown, because other tabs write too: they tell, and the changed items are read.
 */
import { HoldfastError, reasonOf } from "../errors.ts"
import { isOpen, later } from "./item.ts"
import type { OutboxFailure, OutboxItem } from "./item.ts"
import type { Change, OutboxStore } from "./OutboxStore.ts"
import { OUTBOX_MAX } from "./plan.ts"
import type { Grapevine } from "./turns.ts"

/** What a box reports: the ids of items that changed, or were removed. */
export type Changed = (ids: ReadonlyArray<string>) => void

/** The items. */
export class Box {
  /** Items that are stored, by id. */
  readonly items = new Map<string, OutboxItem>()
  /** Items that are being stored. */
  readonly unsaved = new Map<string, OutboxItem>()
  /** What the store last failed with; nothing is lost by it but the durability of what it says. */
  problem: OutboxFailure | undefined
  readonly #store: OutboxStore
  readonly #grapevine: Grapevine
  readonly #now: () => number
  readonly #changed: Changed
  #told: Set<string> | undefined
  #isReading = false

  constructor(store: OutboxStore, grapevine: Grapevine, now: () => number, changed: Changed) {
    this.#store = store
    this.#grapevine = grapevine
    this.#now = now
    this.#changed = changed
    grapevine.listen((told) => {
      if (typeof told === "object") this.hear(told.changed)
    })
  }

  get kind(): OutboxStore["kind"] {
    return this.#store.kind
  }

  /** Reads the items again that another changed, or all; those that are told of meanwhile are read next. */
  hear(ids?: ReadonlyArray<string>): void {
    if (ids === undefined) return void this.load().catch((cause: unknown) => this.#failed(cause))
    this.#told = new Set([...(this.#told ?? []), ...ids])
    if (!this.#isReading) void this.#readTold()
  }

  async #readTold(): Promise<void> {
    this.#isReading = true
    while (this.#told !== undefined) {
      const ids = [...this.#told]
      this.#told = undefined
      await this.#adopt(ids, false).catch((cause: unknown) => this.#failed(cause))
    }
    this.#isReading = false
  }

  /** Reads all items. */
  async load(): Promise<void> {
    const before = new Set(this.items.keys())
    const found = await this.#store.read()
    for (const { id } of found) before.delete(id)
    this.#take(found, [...before], false)
  }

  /** Reads items; with `exactly` they become what is stored, even if that is older than what was shown. */
  async #adopt(ids: ReadonlyArray<string>, exactly: boolean): Promise<void> {
    const found = await this.#store.read(ids)
    const there = new Set(found.map(({ id }) => id))
    const missing = ids.filter((id) => !there.has(id))
    this.#take(found, missing, exactly)
  }

  #take(found: ReadonlyArray<OutboxItem>, missing: ReadonlyArray<string>, exactly: boolean): void {
    const changed = missing.filter((id) => this.items.delete(id))
    for (const item of found) {
      const before = this.items.get(item.id)
      // One that was added again under the id of one that is gone has another place.
      const isSame = before?.order === item.order
      if (isSame && (before.version === item.version || (!exactly && before.version > item.version))) continue
      this.items.set(item.id, item)
      changed.push(item.id)
    }
    if (changed.length > 0) this.#changed(changed)
  }

  /** Shows an item and stores it; fails with `OutboxFull` or `OutboxNotStored`, and then it is shown no longer. */
  async add(item: OutboxItem): Promise<void> {
    this.unsaved.set(item.id, item)
    this.#changed([item.id])
    let made: boolean | undefined
    let failed: unknown
    try {
      ;[made] = await this.#store.write([{ item }], OUTBOX_MAX, true)
    } catch (cause) {
      failed = this.#failed(cause)
    }
    this.unsaved.delete(item.id)
    if (made === true) {
      // Another tab may have been told of it, and have sent it, before this one learned that it is stored.
      if (!this.items.has(item.id)) this.items.set(item.id, item)
      this.problem = undefined
      this.#grapevine.tell({ changed: [item.id] })
    }
    this.#changed(made === true ? [item.id] : [])
    if (made === true) return
    if (failed !== undefined) throw failed
    // A key that was given may be in the box already: then there is nothing to add.
    await this.#adopt([item.id], false)
    if (this.items.has(item.id)) return this.#changed([item.id])
    throw new HoldfastError(
      "OutboxFull",
      `the outbox is full with ${OUTBOX_MAX} commands: wait until some are sent, or clear those that failed`,
      {
        limit: OUTBOX_MAX,
      },
    )
  }

  /**
   * Makes changes of items that are stored; answers for each whether it was made, and takes over what is there instead where it
   * was not. If the store fails, a change that had to be durable fails with `OutboxNotStored`; others stand for as long as this
   * tab or process lives, as sending an item again repeats nothing.
   */
  async write(changes: ReadonlyArray<Change>, durable = false): Promise<ReadonlyArray<boolean>> {
    if (changes.length === 0) return []
    const made = await this.#store.write(changes, OUTBOX_MAX, durable).catch((cause: unknown) => {
      const error = this.#failed(cause)
      if (durable) throw error
      return changes.map(() => true)
    })
    const others: Array<string> = []
    const ids: Array<string> = []
    for (const [index, { item, gone }] of changes.entries()) {
      if (made[index] !== true) {
        others.push(item.id)
        continue
      }
      ids.push(item.id)
      if (gone === true) this.items.delete(item.id)
      else this.items.set(item.id, item)
    }
    if (ids.length > 0) {
      this.#grapevine.tell({ changed: ids })
      this.#changed(ids)
    }
    if (others.length > 0) await this.#adopt(others, true).catch((cause: unknown) => this.#failed(cause))
    return made
  }

  /** Removes an item that is still to be sent. `uncertain`: it was sent before, and the hub may have carried it out; `settled`: too late. */
  async cancel(id: string): Promise<"cancelled" | "uncertain" | "settled"> {
    for (;;) {
      const item = this.items.get(id)
      if (item === undefined || !isOpen(item)) return "settled"
      const [made] = await this.write([{ item: later(item, {}), gone: true }], true)
      if (made === true) return item.sent ? "uncertain" : "cancelled"
    }
  }

  close(): void {
    this.#grapevine.close()
    this.#store.close()
  }

  #failed(cause: unknown): HoldfastError {
    const error = new HoldfastError("OutboxNotStored", `the outbox's storage fails: ${reasonOf(cause)}`)
    this.problem = { tag: error.tag, message: error.message, at: this.#now() }
    this.#changed([])
    return error
  }
}
