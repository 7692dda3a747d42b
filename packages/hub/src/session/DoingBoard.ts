/**
 * What sessions do now, for those who watch the feed and want to know (docs/protocol/rules.md, L-1, L-2): nothing of it is stored.
 *
 * While no one wants to know, `watched` is false, nothing is kept, and an append costs one look at it. Otherwise each session's
 * records pass its reader, and once a second what has changed is told. Plain and synchronous.
 */
import * as Exit from "effect/Exit"
import type { DoingReader, PassedRecord } from "@holdfast/core/doing/doing-reader"
import type { Doing } from "@holdfast/protocol/doing"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { SessionHandle, Store } from "@holdfast/store/Store"
import type { Fork } from "./Fork.ts"

/** How often what has changed is told, in milliseconds. */
const BEAT = 1000

/** Sessions that are looked at before others get their turn. */
const SLICE = 100

/** How much of a log's end tells what its session did before anyone wanted to know. */
const SEED = { records: 64, bytes: 512 * 1024 } as const

/** An open session, as far as it is looked at here. */
interface DoingSession {
  readonly id: string
  readonly handle: SessionHandle
  readonly firstSeq: number
  readonly durableSeq: number
  readonly durable: { readonly process: string }
  readonly context: { readonly fork: Fork; readonly store: Pick<Store["Service"], "read"> }
}

/** The part of a session, as far as it can tell what the session does. */
export interface Doer {
  readonly session: DoingSession
  /** Makes a reader of its records; a kind that has no words for it makes none. */
  makeDoing(): DoingReader | undefined
}

/** Is told of what has changed. */
export type DoingListener = (doings: ReadonlyArray<Doing>) => void

interface Entry {
  readonly session: DoingSession
  readonly reader: DoingReader
  shown: Doing | undefined
  isNew: boolean
  /** Records passed since someone wants to know. */
  passed: boolean
}

/** What the sessions of a hub do. */
export class DoingBoard {
  /** Whether anyone wants to know. */
  watched = false
  readonly #doers: () => Iterable<Doer>
  readonly #listeners = new Set<DoingListener>()
  readonly #entries = new Map<string, Entry>()
  #new: Array<Entry> = []
  #timer: NodeJS.Timeout | undefined

  /** `doers` gives the parts of all sessions in memory. */
  constructor(doers: () => Iterable<Doer>) {
    this.#doers = doers
  }

  /** What is known now, and from then on what changes, until the returned function is called. */
  listen(listener: DoingListener): () => void {
    this.#listeners.add(listener)
    if (!this.watched) this.#begin()
    const known = [...this.#entries.values()].flatMap(({ shown }) => shown ?? [])
    if (known.length > 0) listener(known)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  /** Records of a session passed. */
  take(doer: Doer, records: ReadonlyArray<PassedRecord>): void {
    const entry = this.#entryOf(doer)
    if (entry === undefined) return
    entry.passed = true
    entry.reader.take(records)
    this.#renew(entry)
  }

  /** A session left the memory. */
  forget(session: DoingSession): void {
    this.#entries.delete(session.id)
  }

  /** Ends the beat. */
  close(): void {
    clearTimeout(this.#timer)
    this.watched = false
    this.#entries.clear()
    this.#new = []
  }

  #begin(): void {
    this.watched = true
    this.#beat()
    this.#seed([...this.#doers()])
  }

  /** Each beat is as long after the one before, so that nothing is told sooner than a second later. */
  #beat(): void {
    this.#timer = setTimeout(() => {
      this.#tell(this.#new.splice(0))
      this.#beat()
    }, BEAT)
    this.#timer.unref()
  }

  #entryOf(doer: Doer): Entry | undefined {
    const { session } = doer
    const known = this.#entries.get(session.id)
    if (known?.session === session) return known
    const reader = doer.makeDoing()
    if (reader === undefined) return undefined
    const entry: Entry = { session, reader, shown: undefined, isNew: false, passed: false }
    this.#entries.set(session.id, entry)
    return entry
  }

  #renew(entry: Entry): void {
    if (entry.isNew) return
    entry.isNew = true
    this.#new.push(entry)
  }

  /** Reads the ends of the logs of sessions with a process, a few at a time. */
  #seed(doers: Array<Doer>): void {
    if (!this.watched) return
    for (const doer of doers.splice(0, SLICE)) {
      const { session } = doer
      const { context, durable, durableSeq, firstSeq, handle } = session
      const entry = durable.process === "running" ? this.#entryOf(doer) : undefined
      if (entry === undefined) continue
      const after = Math.max(firstSeq - 1, durableSeq - SEED.records)
      context.fork(context.store.read(handle, { after, maxBytes: SEED.bytes }), (exit) => {
        // What passed meanwhile says it better, and what cannot be read says nothing.
        if (entry.passed || Exit.isFailure(exit)) return
        entry.reader.take(exit.value.records.map(passedOf))
        this.#renew(entry)
      })
    }
    if (doers.length > 0) setImmediate(() => this.#seed(doers))
  }

  #tell(entries: Array<Entry>): void {
    const changed: Array<Doing> = []
    for (const entry of entries.splice(0, SLICE)) {
      entry.isNew = false
      if (this.#entries.get(entry.session.id) !== entry) continue
      const doing = doingOf(entry)
      if (isSame(entry.shown, doing)) continue
      entry.shown = doing
      changed.push(doing)
    }
    if (changed.length > 0) for (const listener of [...this.#listeners]) listener(changed)
    if (entries.length > 0) setImmediate(() => this.#tell(entries))
  }
}

function doingOf({ session, reader }: Entry): Doing {
  const now = reader.now()
  return session.durable.process === "running"
    ? { session: session.id, ...now }
    : { session: session.id, what: "nothing", time: now.time }
}

const isSame = (one: Doing | undefined, other: Doing): boolean =>
  one !== undefined && one.what === other.what && one.words === other.words && one.target === other.target

function passedOf(bytes: Uint8Array): PassedRecord {
  const { channel, type, time } = decodeRecord(readRecord(bytes, 0))
  return { channel, type, time, bytes }
}
