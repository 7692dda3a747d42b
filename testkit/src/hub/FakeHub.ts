/**
 * A hub of a few lines for the tests of the HTTP door: logs in memory, one session a create, credit as in the contract.
 */
import * as Effect from "effect/Effect"
import { planFeed } from "@holdfast/core/cursor"
import {
  CursorAhead,
  type DoorError,
  KeyConflict,
  SessionAmbiguous,
  SessionNotFound,
  Unprocessable,
} from "@holdfast/protocol/errors"
import { type EventFilter, passesFilter } from "@holdfast/protocol/event-filter"
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { SessionId, uuidV7 } from "@holdfast/protocol/ids"
import { decodeRecord, encodeEvent, encodeOutput, type LogRecord, readRecord } from "@holdfast/protocol/record"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import { Hub, type AttachmentSink, type Changed, type EventPage, type Performed } from "@holdfast/hub/Hub"
import { Operations } from "@holdfast/hub/inside/operations/Operations"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { fakeHandlers } from "./fake-handlers.ts"

const WINDOW = 64 * 1024

interface Log {
  session: Session
  readonly records: Array<LogRecord>
  readonly listeners: Set<() => void>
}

/** The fake with what a test looks at. */
export const makeFakeHub = (telemetry: Telemetry = noTelemetry) => {
  const logs = new Map<string, Log>()
  const keys = new Map<string, { body: string; id: string }>()
  const watchers = new Set<() => void>()
  const dropped: Array<string> = []
  const inputs: Array<Uint8Array> = []
  let change = 0
  let commands = 0
  let largestUnacknowledged = 0
  let defect: Error | undefined

  const logOf = (id: string) => {
    const log = logs.get(id)
    return log === undefined
      ? Effect.fail(new SessionNotFound({ message: `no session ${id}; holdfast ls lists them`, session: id }))
      : Effect.succeed(log)
  }
  const append = (log: Log, make: (seq: number) => LogRecord): number => {
    const seq = log.records.length + 1
    log.records.push(make(seq))
    change++
    log.session = { ...log.session, lastSeq: seq, change }
    for (const listener of [...log.listeners, ...watchers]) listener()
    return seq
  }
  const event = (log: Log, channel: "session" | "terminal", type: string, data: Record<string, string | number>): number =>
    append(log, (seq) => encodeEvent({ seq, time: 1000 + seq, channel, type, data }))
  const update = (id: string, apply: (session: Session) => Session): Effect.Effect<Changed, SessionNotFound> =>
    Effect.map(logOf(id), (log) => {
      commands++
      log.session = apply(log.session)
      const seq = event(log, "session", "changed", {})
      return { session: log.session, seq, changed: true }
    })

  const create = (request: CreateSession): Effect.Effect<{ session: Session; created: boolean }, DoorError> => {
    if (defect !== undefined) throw defect
    const body = JSON.stringify(request)
    const known = request.key === undefined ? undefined : keys.get(request.key)
    if (known !== undefined && known.body !== body)
      return Effect.fail(new KeyConflict({ message: "key used before", key: request.key ?? "" }))
    if (known !== undefined) return Effect.map(logOf(known.id), ({ session }) => ({ session, created: false }))
    if (request.cwd === "/nowhere")
      return Effect.fail(new Unprocessable({ message: "cwd: /nowhere does not exist", field: "cwd" }))
    commands++
    const id = SessionId.make(uuidV7(1_700_000_000_000 + logs.size, crypto.getRandomValues(new Uint8Array(10))))
    const { cols = 80, rows = 24, label = "shell" } = request
    const session: Session = {
      id,
      version: 1,
      kind: request.kind,
      label,
      directory: id,
      status: "active",
      tags: [],
      pinned: false,
      owner: "owner",
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
    const log: Log = { session, records: [], listeners: new Set() }
    logs.set(id, log)
    if (request.key !== undefined) keys.set(request.key, { body, id })
    event(log, "session", "created", {})
    event(log, "terminal", "started", { pid: 1, cols, rows })
    return Effect.succeed({ session: log.session, created: true })
  }

  const deliver = (log: Log, after: number, sink: AttachmentSink, filter: EventFilter = {}) => {
    let sent = after
    let unacknowledged: Array<{ last: number; bytes: number }> = []
    let synced = false
    let live = true
    const push = (): void => {
      while (live && sent < log.records.length) {
        const under = unacknowledged.reduce((sum, { bytes }) => sum + bytes, 0)
        largestUnacknowledged = Math.max(largestUnacknowledged, under)
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
  let attachments = 0
  const sinks = new Map<AttachmentSink, string>()

  const resolve = (text: string): Effect.Effect<SessionId, DoorError> =>
    Effect.suspend((): Effect.Effect<SessionId, DoorError> => {
      const matches = [...logs.values()]
        .map(({ session }) => session)
        .filter(({ id, label }) => id.startsWith(text) || id.endsWith(text) || label === text)
      const [first, second] = matches
      if (first === undefined) return Effect.fail(new SessionNotFound({ message: `no session ${text}`, session: text }))
      return second === undefined
        ? Effect.succeed(first.id)
        : Effect.fail(new SessionAmbiguous({ message: "several sessions", matches: matches.map(({ id }) => id) }))
    })
  const events = (id: string, after: number, limit: number, filter: EventFilter): Effect.Effect<EventPage, DoorError> =>
    Effect.flatMap(logOf(id), ({ records }) => {
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
  const type = (id: string, bytes: Uint8Array): Effect.Effect<{ readonly seq: number }, DoorError> =>
    Effect.map(logOf(id), (log) => {
      inputs.push(bytes)
      return { seq: append(log, (seq) => encodeOutput(seq, 1000 + seq, bytes)) }
    })
  const operations = new Operations(telemetry)
  operations.add(
    fakeHandlers({
      create: (request) => Effect.suspend(() => create(request)),
      resolve,
      get: (id) => Effect.map(logOf(id), ({ session }) => session),
      all: () => [...logs.values()].map(({ session }) => session),
      update,
      mark: (id, text) => Effect.map(logOf(id), (log) => ({ seq: event(log, "session", "marked", { text }) })),
      events,
      type,
      resize: (id, cols, rows) => Effect.map(logOf(id), (log) => void event(log, "terminal", "resize", { cols, rows })),
    }),
  )

  const hub = Hub.of({
    id: "fake",
    perform: (name, input, by, done) => operations.perform(name, input, by, done as (performed: Performed<unknown>) => void),
    serve: (handlers) => operations.add(handlers),
    attach: (request, sink, by) => {
      const attaching = Effect.map(logOf(request.session), (log) => {
        attachments++
        sinks.set(sink, by.credential)
        const beyond = request.after !== undefined && request.after > log.records.length
        const after = request.after === undefined || beyond ? log.records.length : request.after
        const delivery = deliver(log, after, sink, request.filter)
        const began = performance.now()
        const leave = (reason = "the client detached"): void => {
          if (sinks.delete(sink)) {
            attachments--
            operations.over("attach", request.session, by, began, reason)
          }
          delivery.detach()
        }
        return {
          handle: 1,
          session: log.session,
          log: "log-1",
          inputs: 0,
          start: () => {
            if (request.after === undefined || beyond) {
              const reason = beyond ? "reset" : "fresh"
              const isAgent = log.session.kind === "agent"
              const screen = isAgent ? JSON.stringify({ messages: [], before: null }) : "screen"
              const head: SnapshotHead = isAgent ? { reason, kind: "agent" } : { reason, cols: 80, rows: 24 }
              sink.snapshot(after, head, new TextEncoder().encode(screen), log.session)
            }
            delivery.start()
          },
          acknowledge: delivery.acknowledge,
          resize: () => undefined,
          input: () => undefined,
          head: () => log.records.length,
          position: () => ({ sent: 0, unacknowledged: 0, synced: true }),
          detach: leave,
          leave: () => leave(),
        }
      })
      return operations.begin("attach", "read", request.session, by, attaching)
    },
    watch: (cursor, sink) =>
      Effect.sync(() => {
        const plan = planFeed(cursor, { head: change, feed: "feed" })
        let at = plan.change
        const push = (): void => {
          const changed = [...logs.values()].map(({ session }) => session).filter((session) => session.change > at)
          at = change
          sink(at, changed, true)
        }
        return {
          ...plan,
          feed: "feed",
          start: () => {
            watchers.add(push)
            push()
          },
          stop: () => void watchers.delete(push),
        }
      }),
    health: Effect.sync(() => ({
      ready: true,
      store: "ok",
      runner: "ok",
      problems: [],
      sessions: logs.size,
      loaded: 0,
      attachments,
    })),
    dropCredential: (credential) =>
      Effect.sync(() => {
        dropped.push(credential)
        for (const [sink, by] of sinks) if (by === credential) sink.detached("credential revoked")
      }),
  })
  return {
    hub,
    operations,
    inputs,
    dropped,
    output: (id: string, bytes: Uint8Array) => {
      const log = logs.get(id)
      if (log !== undefined) append(log, (seq) => encodeOutput(seq, 1000 + seq, bytes))
    },
    commands: () => commands,
    attachments: () => attachments,
    largestUnacknowledged: () => largestUnacknowledged,
    failWith: (error: Error | undefined) => {
      defect = error
    },
  }
}
