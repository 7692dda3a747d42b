/** A model of the store, as plain as can be: what each operation must answer. */
import type { AppendOutcome } from "../Store.ts"

/** A session of the model. */
export interface ModelSession {
  epoch: number
  first: number
  next: number
  readonly seqs: Array<number>
  readonly keys: Map<string, { readonly hash: string; readonly first: number; readonly last: number }>
  label: string
  changedAt: number
}

/** The model: sessions by sample number, and a clock of state changes. */
export class StoreModel {
  readonly sessions = new Map<number, ModelSession>()
  #changes = 0

  /** A session is made with `count` events. */
  create(n: number, count: number, label: string): "Created" | "Exists" {
    if (this.sessions.has(n)) return "Exists"
    const seqs = Array.from({ length: count }, (_, at) => at + 1)
    this.sessions.set(n, { epoch: 1, first: 1, next: count + 1, seqs, keys: new Map(), label, changedAt: ++this.#changes })
    return "Created"
  }

  /** An append of `count` events that begins `off` seqs beside the next one, with an epoch `behind` the current. */
  append(
    n: number,
    count: number,
    off: number,
    behind: number,
    key?: { readonly key: string; readonly hash: string },
    label?: string,
  ): AppendOutcome {
    const session = this.sessions.get(n)
    if (session === undefined) return { _tag: "NotFound" }
    if (behind !== 0) return { _tag: "EpochLost", epoch: session.epoch }
    const used = key === undefined ? undefined : session.keys.get(key.key)
    if (key !== undefined && used !== undefined) {
      return used.hash === key.hash ? { _tag: "Repeated", first: used.first, last: used.last } : { _tag: "KeyConflict" }
    }
    if (off !== 0) return { _tag: "SeqConflict", next: session.next }
    const first = session.next
    for (let at = 0; at < count; at++) session.seqs.push(session.next++)
    if (key !== undefined) session.keys.set(key.key, { hash: key.hash, first, last: session.next - 1 })
    if (label !== undefined) {
      session.label = label
      session.changedAt = ++this.#changes
    }
    return { _tag: "Appended" }
  }

  /** Everything up to `through` goes, a notice comes. */
  trim(n: number, through: number): void {
    const session = this.sessions.get(n)
    if (session === undefined) return
    while ((session.seqs[0] ?? Number.POSITIVE_INFINITY) <= through) session.seqs.shift()
    session.seqs.push(session.next++)
    session.first = session.seqs[0] ?? session.next
  }

  /** Sample numbers in the order of the last change of their state. */
  changed(): Array<number> {
    return [...this.sessions].sort(([, a], [, b]) => a.changedAt - b.changedAt).map(([n]) => n)
  }
}
