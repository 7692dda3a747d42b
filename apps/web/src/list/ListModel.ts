/**
 * The list as the page shows it: rows that are arranged from the records at most a few times a second, held while someone is
 * pointing at one (docs/protocol/app-rules.md, APP-21), and the row that is picked.
 *
 * The list subscribes to its rows' order here, and each row to its own record: a change of a record renders one row.
 */
import type { HubModel } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import { snoozeStore } from "../requests/snooze-store.ts"
import { isPutOff } from "../requests/waiting.ts"
import { arrange, heldRows, NO_ROWS, sameRows } from "./arrange.ts"
import type { Arrangement, ListRow } from "./arrange.ts"
import { changedFilter, NO_FILTER } from "./filter.ts"
import type { FilterChange, ListFilter } from "./filter.ts"

/** Milliseconds between two arrangements: an order that changes faster can not be read. */
const REST = 250

/** Milliseconds for which the order is held after the pointer, or a key, moved in the list. */
const HELD = 10_000
const HELD_BY_KEY = 4000

/** Milliseconds after which the list is arranged although nothing changed: what is put off comes back. */
const AGAIN = 30_000

/** What the list shows. */
export interface ListState extends Omit<Arrangement, "ids"> {
  readonly filter: ListFilter
  /** Id of the row that keys act on. */
  readonly picked: string | undefined
  /** Ids of the rows that are chosen for one action together. */
  readonly chosen: ReadonlySet<string>
  /** Ids of the sessions whose requests are put off. */
  readonly snoozed: ReadonlySet<string>
}

const NONE: ReadonlySet<string> = new Set()

/** The list of one hub. */
export class ListModel {
  readonly #hub: HubModel
  readonly #listeners = new Set<() => void>()
  #state: ListState = { ...NO_ROWS, filter: NO_FILTER, picked: undefined, chosen: NONE, snoozed: NONE }
  #ends: ReadonlyArray<() => void> = []
  #endTrash: (() => void) | undefined
  #arrangedAt = 0
  #heldUntil = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #held: ReturnType<typeof setTimeout> | undefined
  #again: ReturnType<typeof setTimeout> | undefined

  constructor(hub: HubModel) {
    this.#hub = hub
  }

  readonly get = (): ListState => this.#state

  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#listeners.size === 0) this.#start()
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.#stop()
    }
  }

  /** Ids of the sessions in the list, in order. */
  get ids(): ReadonlyArray<string> {
    return this.#state.rows.flatMap((row) => (row.kind === "session" ? [row.id] : []))
  }

  /** Every session that the list can be of, whatever the filter. */
  get sessions(): ReadonlyArray<ShownSession> {
    return [...this.#all.get(), ...(this.#endTrash === undefined ? [] : this.#trash.get())]
  }

  /** Shows other sessions. */
  setFilter(change: FilterChange): void {
    this.#show({ filter: changedFilter(this.#state.filter, change), chosen: NONE })
    this.#followTrash()
    this.arrangeNow()
  }

  /** Shows everything that is active. */
  clear(): void {
    this.#show({ filter: NO_FILTER, chosen: NONE })
    this.#followTrash()
    this.arrangeNow()
  }

  /** Picks a row; keys then act on it. */
  pick(id: string | undefined): void {
    if (id !== this.#state.picked) this.#show({ picked: id })
  }

  /** Picks the row `by` places further; the first one when none is picked. Returns its id. */
  move(by: number): string | undefined {
    const { ids } = this
    const at = ids.indexOf(this.#state.picked ?? "")
    const to = at === -1 ? (by > 0 ? 0 : ids.length - 1) : Math.min(Math.max(at + by, 0), ids.length - 1)
    this.hold(HELD_BY_KEY)
    this.pick(ids[to])
    return ids[to]
  }

  /** Chooses rows for one action together, or none. */
  choose(ids: Iterable<string>): void {
    this.#show({ chosen: new Set(ids) })
  }

  /** Chooses a row, or no longer. */
  toggle(id: string): void {
    const chosen = new Set(this.#state.chosen)
    if (!chosen.delete(id)) chosen.add(id)
    this.#show({ chosen, picked: id })
  }

  /** Chooses all rows from the picked one to another, which is picked then. */
  chooseTo(id: string): void {
    const { ids } = this
    const [from, to] = [ids.indexOf(this.#state.picked ?? id), ids.indexOf(id)]
    if (to === -1) return
    const start = from === -1 ? to : from
    const between = ids.slice(Math.min(start, to), Math.max(start, to) + 1)
    this.#show({ chosen: new Set([...this.#state.chosen, ...between]), picked: id })
  }

  /** What an action is for: the rows that are chosen, or else the one that is picked. */
  get targets(): ReadonlyArray<string> {
    const { chosen, picked } = this.#state
    if (chosen.size > 0) return this.ids.filter((id) => chosen.has(id))
    return picked === undefined ? [] : [picked]
  }

  /** Keeps the order for a moment: someone is pointing. */
  hold(milliseconds = HELD): void {
    this.#heldUntil = Math.max(this.#heldUntil, Date.now() + milliseconds)
  }

  /** No one is pointing any more, or something was done that is to be seen at once: the next change arranges. */
  release(): void {
    this.#heldUntil = 0
    this.#arrangedAt = 0
    const isWaiting = this.#timer !== undefined || this.#held !== undefined
    clearTimeout(this.#timer)
    clearTimeout(this.#held)
    this.#timer = undefined
    this.#held = undefined
    if (isWaiting) this.#changed()
  }

  /** Arranges now, whatever is held. */
  arrangeNow(): void {
    this.#heldUntil = 0
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#arrange()
  }

  get #all() {
    return this.#hub.table.list({ status: "all" }).sessions
  }

  get #trash() {
    return this.#hub.table.list({ status: "deleted" }).sessions
  }

  #start(): void {
    const changed = (): void => this.#changed()
    const { beside } = this.#hub
    const ends = [this.#all.subscribe(changed), beside.unread.subscribe(changed), snoozeStore.subscribe(() => this.arrangeNow())]
    this.#ends = [...ends, this.#hub.holdTable()]
    this.#again = setInterval(changed, AGAIN)
    this.#followTrash()
    this.#arrange()
  }

  #stop(): void {
    for (const end of this.#ends) end()
    this.#endTrash?.()
    this.#endTrash = undefined
    clearTimeout(this.#timer)
    clearTimeout(this.#held)
    clearInterval(this.#again)
    this.#timer = undefined
    this.#held = undefined
  }

  #followTrash(): void {
    const isWanted = this.#state.filter.status === "deleted"
    if (isWanted) this.#endTrash ??= this.#trash.subscribe(() => this.#changed())
    else {
      this.#endTrash?.()
      this.#endTrash = undefined
    }
  }

  #changed(): void {
    if (this.#timer !== undefined) return
    // While nothing is shown there is no order to be read: what comes is shown at once, not after a word that there is nothing.
    const wait = this.#arrangedAt + (this.#state.counts.all === 0 ? 0 : REST) - Date.now()
    if (wait <= 0) this.#arrange()
    else this.#arrangeAfter(wait)
  }

  #arrange(): void {
    this.#arrangedAt = Date.now()
    const { filter, rows: before } = this.#state
    const sessions = filter.status === "deleted" ? this.sessions : this.#all.get()
    const unread = new Set(this.#hub.beside.unread.get())
    const snoozed = this.#snoozed(sessions)
    const latest = arrange({ sessions, unread, snoozed, filter })
    const isHeld = this.#heldUntil > this.#arrangedAt && before.length > 0
    const { ids: _, rows, ...rest } = latest
    this.#show({ ...rest, snoozed, rows: sameRows(before, isHeld ? heldRows(before, latest) : rows) })
    // What was held is arranged once nothing holds it any more.
    clearTimeout(this.#held)
    if (isHeld) this.#held = setTimeout(() => this.#arrange(), this.#heldUntil - this.#arrangedAt)
  }

  #arrangeAfter(wait: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#arrange()
    }, wait)
  }

  #snoozed(sessions: ReadonlyArray<ShownSession>): ReadonlySet<string> {
    const all = snoozeStore.get()
    const now = Date.now()
    if (Object.keys(all).length === 0) return NONE
    const ids = sessions.flatMap((one) => (one.status !== "offline" && isPutOff(one, all, now) ? [one.id] : []))
    const before = this.#state.snoozed
    return ids.length === before.size && ids.every((id) => before.has(id)) ? before : new Set(ids)
  }

  #show(change: Partial<ListState>): void {
    const state = { ...this.#state, ...change, counts: sameCounts(this.#state, change) }
    if (Object.entries(state).every(([name, value]) => Object.is(value, this.#state[name as keyof ListState]))) return
    this.#state = state
    for (const listener of [...this.#listeners]) listener()
  }
}

function sameCounts({ counts }: ListState, { counts: next = counts }: Partial<ListState>): ListState["counts"] {
  const isSame = (Object.keys(counts) as Array<keyof typeof counts>).every((name) => counts[name] === next[name])
  return isSame ? counts : next
}

/** Index of a session's row. */
export function indexOfRow(rows: ReadonlyArray<ListRow>, id: string | undefined): number {
  return rows.findIndex((row) => row.kind === "session" && row.id === id)
}
