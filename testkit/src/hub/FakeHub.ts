/**
 * A hub of a few lines for the tests of the HTTP door: logs in memory, one session a create, credit as in the contract.
 */
import * as Effect from "effect/Effect"
import { planFeed } from "@holdfast/core/cursor"
import type { SnapshotHead } from "@holdfast/protocol/frame"
import { Hub, type AttachmentSink, type Performed } from "@holdfast/hub/Hub"
import { Operations } from "@holdfast/hub/inside/operations/Operations"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { fakeHandlers } from "./fake-handlers.ts"
import { FakeSessions } from "./FakeSessions.ts"

type HubService = Hub["Service"]

/** The fake with what a test looks at. */
export function makeFakeHub(telemetry: Telemetry = noTelemetry) {
  const sessions = new FakeSessions()
  const sinks = new Map<AttachmentSink, string>()
  const dropped: Array<string> = []
  const operations = new Operations(telemetry)
  operations.add(
    fakeHandlers({
      create: (request) => Effect.suspend(() => sessions.create(request)),
      resolve: (text) => sessions.resolve(text),
      get: (id) => Effect.map(sessions.logOf(id), ({ session }) => session),
      all: () => sessions.all(),
      update: (id, apply) => sessions.update(id, apply),
      mark: (id, text) => Effect.map(sessions.logOf(id), (log) => ({ seq: sessions.event(log, "session", "marked", { text }) })),
      events: (id, after, limit, filter) => sessions.events(id, after, limit, filter),
      type: (id, bytes) => sessions.type(id, bytes),
      resize: (id, cols, rows) =>
        Effect.map(sessions.logOf(id), (log) => void sessions.event(log, "terminal", "resize", { cols, rows })),
    }),
  )
  const hub = Hub.of({
    id: "fake",
    perform: (name, input, by, done) => operations.perform(name, input, by, done as (performed: Performed<unknown>) => void),
    serve: (handlers) => operations.add(handlers),
    attach: attaching(sessions, sinks, operations),
    watch: watching(sessions),
    rate: () => undefined,
    health: Effect.sync(() => ({
      ready: true,
      store: "ok",
      runner: "ok",
      problems: [],
      sessions: sessions.size,
      loaded: 0,
      attachments: sinks.size,
    })),
    knowPersons: () => undefined,
    forgetPerson: () => undefined,
    dropCredential: (credential) =>
      Effect.sync(() => {
        dropped.push(credential)
        for (const [sink, by] of sinks) if (by === credential) sink.detached("credential revoked")
      }),
  })
  return {
    hub,
    operations,
    inputs: sessions.inputs,
    dropped,
    output: (id: string, bytes: Uint8Array) => sessions.output(id, bytes),
    commands: () => sessions.commands,
    attachments: () => sinks.size,
    largestUnacknowledged: () => sessions.largestUnacknowledged,
    failWith: (error: Error | undefined) => {
      sessions.defect = error
    },
  }
}

const attaching =
  (sessions: FakeSessions, sinks: Map<AttachmentSink, string>, operations: Operations): HubService["attach"] =>
  (request, sink, by) => {
    const attached = Effect.map(sessions.logOf(request.session), (log) => {
      sinks.set(sink, by.credential)
      const beyond = request.after !== undefined && request.after > log.records.length
      const after = request.after === undefined || beyond ? log.records.length : request.after
      const delivery = sessions.deliver(log, after, sink, request.filter)
      const began = performance.now()
      const leave = (reason = "the client detached"): void => {
        if (sinks.delete(sink)) operations.over("attach", request.session, by, began, reason)
        delivery.detach()
      }
      return {
        handle: 1,
        session: log.session,
        log: "log-1",
        inputs: 0,
        seat: `seat of ${request.client}`,
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
    return operations.begin({ name: "attach", needs: "read", bound: undefined }, request.session, by, attached)
  }

const watching =
  (sessions: FakeSessions): HubService["watch"] =>
  (cursor, sink) =>
    Effect.sync(() => {
      const plan = planFeed(cursor, { head: sessions.change, feed: "feed" })
      let at = plan.change
      const push = (): void => {
        const changed = sessions.all().filter((session) => session.change > at)
        at = sessions.change
        sink(at, changed, true)
      }
      return {
        ...plan,
        feed: "feed",
        start: () => {
          sessions.watchers.add(push)
          push()
        },
        stop: () => void sessions.watchers.delete(push),
      }
    })
