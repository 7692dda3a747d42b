/**
 * Sessions of a few lines, with logs in memory, for the hub that tests of the HTTP door talk to.
 */
import * as Effect from "effect/Effect"
import {
  CursorAhead,
  type DoorError,
  KeyConflict,
  SessionAmbiguous,
  SessionNotFound,
  Unprocessable,
} from "@holdfast/protocol/errors"
import { type EventFilter, passesFilter } from "@holdfast/protocol/event-filter"
import { asUserId } from "@holdfast/protocol/checked-ids"
import { SessionId, uuidV7 } from "@holdfast/protocol/ids"
import { decodeRecord, encodeEvent, encodeOutput, type LogRecord, readRecord } from "@holdfast/protocol/record"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import type { AttachmentSink, Changed, EventTexts } from "@holdfast/hub/Hub"

const WINDOW = 64 * 1024

/** One session and its log. */
export interface FakeLog {
  session: Session
  readonly records: Array<LogRecord>
  readonly listeners: Set<() => void>
}

/** All sessions, and what was done to them. */
export class FakeSessions {
  readonly watchers = new Set<() => void>()
  readonly inputs: Array<Uint8Array> = []
  change = 0
  commands = 0
  largestUnacknowledged = 0
  /** What creations fail with, as a defect. */
  defect: Error | undefined
  readonly #logs = new Map<string, FakeLog>()
  readonly #keys = new Map<string, { readonly body: string; readonly id: string }>()

  get size(): number {
    return this.#logs.size
  }

  all(): ReadonlyArray<Session> {
    return [...this.#logs.values()].map(({ session }) => session)
  }

  logOf(id: string): Effect.Effect<FakeLog, SessionNotFound> {
    const log = this.#logs.get(id)
    return log === undefined
      ? Effect.fail(new SessionNotFound({ message: `no session ${id}; holdfast ls lists them`, session: id }))
      : Effect.succeed(log)
  }

  append(log: FakeLog, make: (seq: number) => LogRecord): number {
    const seq = log.records.length + 1
    log.records.push(make(seq))
    this.change++
    log.session = { ...log.session, lastSeq: seq, change: this.change }
    for (const listener of [...log.listeners, ...this.watchers]) listener()
    return seq
  }

  event(log: FakeLog, channel: "session" | "terminal", type: string, data: Record<string, string | number>): number {
    return this.append(log, (seq) => encodeEvent({ seq, time: 1000 + seq, channel, type, data }))
  }

  output(id: string, bytes: Uint8Array): void {
    const log = this.#logs.get(id)
    if (log !== undefined) this.append(log, (seq) => encodeOutput(seq, 1000 + seq, bytes))
  }

  update(id: string, apply: (session: Session) => Session): Effect.Effect<Changed, SessionNotFound> {
    return Effect.map(this.logOf(id), (log) => {
      this.commands++
      log.session = apply(log.session)
      const seq = this.event(log, "session", "changed", {})
      return { session: log.session, seq, changed: true }
    })
  }

  create(request: CreateSession): Effect.Effect<{ session: Session; created: boolean }, DoorError> {
    if (this.defect !== undefined) throw this.defect
    const body = JSON.stringify(request)
    const known = request.key === undefined ? undefined : this.#keys.get(request.key)
    if (known !== undefined && known.body !== body)
      return Effect.fail(new KeyConflict({ message: "key used before", key: request.key ?? "" }))
    if (known !== undefined) return Effect.map(this.logOf(known.id), ({ session }) => ({ session, created: false }))
    if (request.cwd === "/nowhere")
      return Effect.fail(new Unprocessable({ message: "cwd: /nowhere does not exist", field: "cwd" }))
    this.commands++
    const log: FakeLog = { session: this.#made(request), records: [], listeners: new Set() }
    const { id } = log.session
    this.#logs.set(id, log)
    if (request.key !== undefined) this.#keys.set(request.key, { body, id })
    const { cols = 80, rows = 24 } = request
    this.event(log, "session", "created", {})
    this.event(log, "terminal", "started", { pid: 1, cols, rows })
    return Effect.succeed({ session: log.session, created: true })
  }

  resolve(text: string): Effect.Effect<SessionId, DoorError> {
    return Effect.suspend((): Effect.Effect<SessionId, DoorError> => {
      const matches = this.all().filter(({ id, label }) => id.startsWith(text) || id.endsWith(text) || label === text)
      const [first, second] = matches
      if (first === undefined) return Effect.fail(new SessionNotFound({ message: `no session ${text}`, session: text }))
      return second === undefined
        ? Effect.succeed(first.id)
        : Effect.fail(new SessionAmbiguous({ message: "several sessions", matches: matches.map(({ id }) => id) }))
    })
  }

  events(id: string, after: number, limit: number, filter: EventFilter): Effect.Effect<EventTexts, DoorError> {
    return Effect.flatMap(this.logOf(id), ({ records }) => {
      if (after > records.length) return Effect.fail(new CursorAhead({ message: "beyond the head", lastSeq: records.length }))
      const page = records.slice(after, after + limit)
      return Effect.succeed({
        events: page
          .filter((record) => passesFilter(filter, record))
          .map(({ bytes }) => JSON.stringify(decodeRecord(readRecord(bytes, 0)))),
        firstSeq: 1,
        lastSeq: records.length,
        next: after + page.length,
        atHead: after + page.length === records.length,
        log: "log-1",
      })
    })
  }

  type(id: string, bytes: Uint8Array): Effect.Effect<{ readonly seq: number }, DoorError> {
    return Effect.map(this.logOf(id), (log) => {
      this.inputs.push(bytes)
      return { seq: this.append(log, (seq) => encodeOutput(seq, 1000 + seq, bytes)) }
    })
  }

  /** Hands a log's events on, with credit as in the contract. */
  deliver(log: FakeLog, after: number, sink: AttachmentSink, filter: EventFilter = {}) {
    let sent = after
    let unacknowledged: Array<{ last: number; bytes: number }> = []
    let synced = false
    let live = true
    const push = (): void => {
      while (live && sent < log.records.length) {
        const under = unacknowledged.reduce((sum, { bytes }) => sum + bytes, 0)
        this.largestUnacknowledged = Math.max(this.largestUnacknowledged, under)
        if (under >= WINDOW) return
        const record = log.records[sent]
        if (record === undefined) return
        sent++
        if (!passesFilter(filter, record)) continue
        unacknowledged.push({ last: sent, bytes: record.bytes.length })
        sink.events([record.bytes], sent)
      }
      if (live && !synced && sent === log.records.length) {
        synced = true
        sink.synced(sent)
      }
    }
    return {
      start: () => {
        log.listeners.add(push)
        push()
      },
      acknowledge: (seq: number) => {
        unacknowledged = unacknowledged.filter(({ last }) => last > seq)
        push()
      },
      detach: () => {
        live = false
        log.listeners.delete(push)
      },
    }
  }

  #made({ kind, cols = 80, rows = 24, label = "shell" }: CreateSession): Session {
    const id = SessionId.make(uuidV7(1_700_000_000_000 + this.#logs.size, crypto.getRandomValues(new Uint8Array(10))))
    return {
      id,
      version: 1,
      kind,
      label,
      directory: id,
      status: "active",
      tags: [],
      pinned: false,
      owner: asUserId("owner"),
      createdAt: 1000,
      updatedAt: 1000,
      lastActiveAt: 1000,
      firstSeq: 1,
      lastSeq: 0,
      change: 0,
      turn: { status: "idle" },
      process: "running",
      queue: [],
      permissions: [],
      terminal: { command: "sh", args: [], cwd: "/", term: "xterm-256color", cols, rows, title: "" },
    }
  }
}
