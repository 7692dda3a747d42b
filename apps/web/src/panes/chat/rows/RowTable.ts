/**
 * The rows of a whole transcript, as a cell: told when a row comes or goes, not when a part grows.
 *
 * Invariant: rows of a message that did not change are the same objects, so the list makes none of them again.
 */
import type { MessageCells, Readable } from "@holdfast/client/model"
import { planRows, sameRows } from "./plan.ts"
import type { Row } from "./plan.ts"

/** The part of a session's messages that rows are made of. */
export interface RowSource {
  readonly ids: Readable<ReadonlyArray<string>>
  readonly of: (id: string) => MessageCells | undefined
}

interface Planned {
  readonly message: unknown
  readonly isStreaming: boolean
  readonly before: number | undefined
  readonly rows: ReadonlyArray<Row>
}

const NONE: ReadonlyArray<Row> = Object.freeze([])

/** The rows of one session. */
export class RowTable implements Readable<ReadonlyArray<Row>> {
  readonly #source: RowSource
  readonly #listeners = new Set<() => void>()
  #planned = new Map<string, Planned>()
  #ids: ReadonlyArray<string> = NONE as ReadonlyArray<never>
  #rows: ReadonlyArray<Row> = NONE
  /** How many rows come before those of the last message. */
  #before = 0
  #ends: ReadonlyArray<() => void> = []
  #followed: string | undefined
  #endFollowed: (() => void) | undefined

  constructor(source: RowSource) {
    this.#source = source
  }

  readonly get = (): ReadonlyArray<Row> => {
    if (this.#listeners.size === 0) this.#refresh()
    return this.#rows
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    const own = (): void => listener()
    if (this.#listeners.size === 0) this.#begin()
    this.#listeners.add(own)
    return () => {
      this.#listeners.delete(own)
      if (this.#listeners.size === 0) this.#end()
    }
  }

  #begin(): void {
    this.#refresh()
    this.#ends = [this.#source.ids.subscribe(this.#heard)]
    this.#follow()
  }

  #end(): void {
    for (const end of this.#ends) end()
    this.#endFollowed?.()
    this.#followed = undefined
    this.#endFollowed = undefined
  }

  readonly #heard = (): void => {
    const before = this.#rows
    this.#refresh()
    this.#follow()
    if (this.#rows === before) return
    for (const listener of [...this.#listeners]) listener()
  }

  /** Hears of the last message: between two changes of the order it alone changes. */
  #follow(): void {
    const last = this.#ids.at(-1)
    if (last === this.#followed) return
    this.#endFollowed?.()
    this.#followed = last
    this.#endFollowed = last === undefined ? undefined : this.#source.of(last)?.whole.subscribe(this.#heard)
  }

  #refresh(): void {
    const ids = this.#source.ids.get()
    if (ids !== this.#ids) return this.#all(ids)
    const last = ids.at(-1)
    if (last === undefined) return
    const known = this.#planned.get(last)
    const planned = this.#plan(last, known?.before)
    if (planned === known || planned === undefined) return
    this.#planned.set(last, planned)
    if (planned.rows === known?.rows) return
    this.#rows = [...this.#rows.slice(0, this.#before), ...planned.rows]
  }

  #all(ids: ReadonlyArray<string>): void {
    const planned = new Map<string, Planned>()
    const rows: Array<Row> = []
    let before: number | undefined
    for (const id of ids) {
      const plan = this.#plan(id, before)
      if (plan === undefined) continue
      planned.set(id, plan)
      this.#before = rows.length
      for (const row of plan.rows) rows.push(row)
      before = this.#source.of(id)?.head.get().createdAt
    }
    this.#ids = ids
    this.#planned = planned
    if (rows.length !== this.#rows.length || rows.some((row, index) => row !== this.#rows[index])) this.#rows = rows
  }

  #plan(id: string, before: number | undefined): Planned | undefined {
    const cells = this.#source.of(id)
    if (cells === undefined) return undefined
    const message = cells.whole.get()
    const { isStreaming } = cells.head.get()
    const known = this.#planned.get(id)
    if (known?.message === message && known.isStreaming === isStreaming && known.before === before) return known
    const rows = planRows(message, isStreaming, before)
    return {
      message,
      isStreaming,
      before,
      rows: known !== undefined && sameRows(known.rows, rows) ? known.rows : keep(known, rows),
    }
  }
}

/** The rows, those that are as before as the same objects. */
function keep(known: Planned | undefined, rows: ReadonlyArray<Row>): ReadonlyArray<Row> {
  if (known === undefined) return rows
  return rows.map((row, index) => {
    const that = known.rows[index]
    return that !== undefined && sameRows([that], [row]) ? that : row
  })
}
