/** One session of the memory store: its records, fence, keys and checkpoints. */
import type { LogRecord } from "@holdfast/protocol/record"
import { areDense, isFiltered, passes } from "../record-filter.ts"
import type {
  AppendOutcome,
  AppendRequest,
  Checkpoint,
  Chunk,
  Claimed,
  Head,
  JournalPosition,
  ReadRange,
  StoredState,
} from "../Store.ts"
import { isMoment, POINTS_MAX, type TracePoint, wholeEvents } from "../Traces.ts"
import { checkpointsToDrop } from "../checkpoint-keep.ts"

/** What a key was used for. */
export interface KeyUse {
  readonly hash: string
  readonly first: number
  readonly last: number
}

/** Records a filtered read looks at before it reports how far it came. */
const LOOK_MAX = 10_000

/** A session's log and what belongs to it. */
export class MemoryLog {
  readonly handle: number
  readonly id: string
  readonly log: string
  readonly keys = new Map<string, KeyUse>()
  epoch = 1
  change = 0
  state: StoredState
  journal: JournalPosition | undefined
  bytes = 0
  #records: Array<LogRecord> = []
  #checkpoints: Array<Checkpoint> = []
  #points: Array<TracePoint> = []
  #first = 1
  #next = 1

  constructor(handle: number, id: string, log: string, state: StoredState) {
    this.handle = handle
    this.id = id
    this.log = log
    this.state = state
  }

  /** Appends after the checks of S-2, S-3 and S-6; `nextChange` gives the number of a stored state. */
  append(request: AppendRequest, nextChange: () => number): AppendOutcome {
    if (request.epoch !== this.epoch) return { _tag: "EpochLost", epoch: this.epoch }
    const used = request.key === undefined ? undefined : this.keys.get(request.key.key)
    if (request.key !== undefined && used !== undefined) {
      return used.hash === request.key.hash ? { _tag: "Repeated", first: used.first, last: used.last } : { _tag: "KeyConflict" }
    }
    const [first] = request.records
    if ((first !== undefined && first.from !== this.#next) || !areDense(request.records))
      return { _tag: "SeqConflict", next: this.#next }
    const from = this.#next
    for (const record of request.records) this.#add(record)
    if (request.journal !== undefined) this.journal = request.journal
    this.#trace(request.trace)
    if (request.key !== undefined) this.keys.set(request.key.key, { hash: request.key.hash, first: from, last: this.#next - 1 })
    if (request.state === undefined) return { _tag: "Appended" }
    this.state = request.state
    this.change = nextChange()
    return { _tag: "Appended", change: this.change }
  }

  #add(record: LogRecord): void {
    this.#records.push({ ...record, bytes: record.bytes.slice() })
    this.bytes += record.bytes.length
    this.#next = record.seq + 1
  }

  #trace(points: ReadonlyArray<TracePoint> = []): void {
    for (const point of points) {
      // They come in their order but for those that grow, which are among the last.
      const end = this.#points.findLastIndex(({ seq }) => seq <= point.seq) + 1
      const same = this.#points.findLastIndex(({ seq, sign }, at) => at < end && seq === point.seq && sign === point.sign)
      if (same < 0) this.#points.splice(end, 0, point)
      else this.#points[same] = point
    }
  }

  /** Points of the trace after a seq. */
  points(after: number, limit: number): ReadonlyArray<TracePoint> {
    return wholeEvents(
      this.#points.filter(({ seq }) => seq > after),
      limit,
    )
  }

  /** Points since a time, with what reaches into that time from before. */
  pointsSince(since: number): ReadonlyArray<TracePoint> {
    const before = this.#points.filter(({ time }) => time < since)
    const did = before.findLast(({ sign, until }) => until === undefined && !isMoment(sign))
    const printed = before.findLast(({ until }) => until !== undefined)
    const reach = new Set([did, printed].filter((point) => point !== undefined && (point.until ?? since) >= since))
    const later = this.#points.filter(({ time }) => time >= since).slice(-POINTS_MAX)
    return [...before.filter((point) => reach.has(point)), ...later]
  }

  /** Index of the first record after a seq. */
  #indexAfter(seq: number): number {
    let low = 0
    let high = this.#records.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#records[middle]?.seq ?? 0) > seq) high = middle
      else low = middle + 1
    }
    return low
  }

  /** Reads whole records, bounded in bytes and count. */
  read(range: ReadRange): Chunk {
    const filtered = isFiltered(range)
    const records: Array<Uint8Array> = []
    let last = range.after
    let bytes = 0
    let looked = 0
    for (let at = this.#indexAfter(range.after); at < this.#records.length; at++) {
      const record = this.#records[at]
      if (record === undefined) break
      if (!filtered || passes(range, record.bytes)) {
        if (records.length > 0 && bytes + record.bytes.length > range.maxBytes) break
        if (records.length >= (range.maxRecords ?? Number.POSITIVE_INFINITY)) break
        records.push(record.bytes)
        bytes += record.bytes.length
      }
      last = record.seq
      looked++
      if (looked >= LOOK_MAX) break
    }
    return { records, last, atHead: last >= this.#next - 1 }
  }

  /** Removes the records up to `through` and appends the notice. */
  trim(epoch: number, through: number, notice: LogRecord): AppendOutcome {
    if (epoch !== this.epoch) return { _tag: "EpochLost", epoch: this.epoch }
    if (notice.from !== this.#next) return { _tag: "SeqConflict", next: this.#next }
    const gone = this.#records.splice(0, this.#indexAfter(through))
    for (const record of gone) this.bytes -= record.bytes.length
    this.#add(notice)
    this.#first = this.#records[0]?.from ?? this.#first
    return { _tag: "Appended" }
  }

  /** Replaces whole records by one for each range. */
  fold(epoch: number, records: ReadonlyArray<LogRecord>): AppendOutcome {
    if (epoch !== this.epoch) return { _tag: "EpochLost", epoch: this.epoch }
    const places = records.map((record) => ({
      record,
      at: this.#indexAfter(record.from - 1),
      end: this.#indexAfter(record.seq),
    }))
    for (const { record, at, end } of places) {
      const [first, last] = [this.#records[at], this.#records[end - 1]]
      if (end <= at || first?.from !== record.from || last?.seq !== record.seq) return { _tag: "SeqConflict", next: this.#next }
    }
    for (const { record, at, end } of places.sort((a, b) => b.at - a.at)) {
      if (end - at === 1 && record.from < record.seq) continue
      for (const gone of this.#records.slice(at, end)) this.bytes -= gone.bytes.length
      this.#records.splice(at, end - at, { ...record, bytes: record.bytes.slice() })
      this.bytes += record.bytes.length
    }
    return { _tag: "Appended" }
  }

  /** Keeps a checkpoint and drops those that nothing needs any more. */
  putCheckpoint(epoch: number, checkpoint: Checkpoint): void {
    if (epoch !== this.epoch) return
    this.#checkpoints = this.#checkpoints.filter((kept) => kept.seq !== checkpoint.seq)
    this.#checkpoints.push({ ...checkpoint, screen: checkpoint.screen.slice() })
    this.#checkpoints.sort((a, b) => a.seq - b.seq)
    const drop = new Set(
      checkpointsToDrop(
        this.#checkpoints.map((kept) => kept.seq),
        this.#first,
      ),
    )
    this.#checkpoints = this.#checkpoints.filter((kept) => !drop.has(kept.seq))
  }

  /** The newest checkpoint at or before a seq. */
  checkpoint(atOrBefore: number): Checkpoint | undefined {
    return this.#checkpoints.findLast((kept) => kept.seq <= atOrBefore)
  }

  /** Bounds of the log. */
  head(): Head {
    return { session: this.handle, firstSeq: this.#first, lastSeq: this.#next - 1, bytes: this.bytes, log: this.log }
  }

  /** The session as its owner sees it. */
  claimed(): Claimed {
    return {
      session: this.handle,
      id: this.id,
      epoch: this.epoch,
      firstSeq: this.#first,
      nextSeq: this.#next,
      change: this.change,
      log: this.log,
      record: this.state.record,
      inner: this.state.inner,
      ...(this.journal === undefined ? {} : { journal: this.journal }),
      bytes: this.bytes,
    }
  }
}
