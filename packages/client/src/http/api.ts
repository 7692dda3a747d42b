/**
 * Every route of the HTTP contract as a typed function (docs/protocol/rules.md, H-1 to H-14).
 *
 * Each fails with `HoldfastError`: the hub's own error, or `Unreachable`, `TimedOut`, `ConnectionLost`.
 */
import type { Announcement, AnnouncementRequest } from "@holdfast/protocol/announcement"
import type { Event } from "@holdfast/protocol/event"
import type { BatchRequest, BatchResult, TokenScope, TokenShown, ViewersReport } from "@holdfast/protocol/http-bodies"
import type {
  Appended,
  MarkSession,
  Resolved,
  RestartSession,
  Screen,
  Session,
  SessionPage,
  SessionQuery,
  SignalName,
  UpdateSession,
  CreateSession,
} from "@holdfast/protocol/session"
import { head, operationCalls, stream } from "./call.ts"
import type { Answer, HttpOptions } from "./request.ts"
import type { CallOptions } from "../signals.ts"
import type { SseEvent } from "./sse.ts"

/** One page of events; `next` is the cursor to continue with. */
export interface EventPage {
  readonly events: ReadonlyArray<Event>
  readonly firstSeq: number
  readonly lastSeq: number
  readonly next: number
  readonly atHead: boolean
  /** Identity of the log: with it in the next range, a cursor of another log is refused as `CursorAhead`. */
  readonly log: string
  /** Of a page that was read backwards: what to ask for the next older one with; null at the beginning. */
  readonly before?: number | null
}

/** Which events of a log. */
export interface EventRange {
  readonly after?: number
  /** Reads back: the last events before this seq, or before the end of the log. */
  readonly before?: number | "end"
  /** Seconds to wait for an event when there is none yet, at most 45. */
  readonly wait?: number
  /** Identity of the log that `after` is of. */
  readonly log?: string
  readonly limit?: number
  readonly channel?: string
  readonly type?: string
  readonly turn?: string
}

/** Input of a terminal: exactly one of `text` and `base64`; with a key once. */
export type Input = { readonly key?: string } & ({ readonly text: string } | { readonly base64: string })

/** Whether the hub can work, and what is missing. */
export interface HealthReport {
  readonly ready: boolean
  readonly store: string
  readonly runner: string
  readonly problems: ReadonlyArray<string>
}

/** A token as it is shown once. */
export interface TokenMade extends TokenShown {
  readonly secret: string
}

/** The routes, called with the given options. */
export function makeApi(options: HttpOptions) {
  const { call, open } = operationCalls(options)
  return {
    create: (request: CreateSession, how?: CallOptions): Promise<Session> =>
      call<"sessions.create">("POST /api/sessions", { createdBy: options.createdBy, ...request }, how),
    list: (query: SessionQuery = {}, how?: CallOptions): Promise<SessionPage> =>
      call<"sessions.list">("GET /api/sessions", query, how),
    batch: (request: BatchRequest, how?: CallOptions): Promise<BatchResult> =>
      call<"sessions.batch">("POST /api/sessions/batch", request, how),
    /** The session that an id, a unique beginning or end of one, or a label names; everything else takes whole ids. */
    resolve: (name: string, how?: CallOptions): Promise<Resolved> =>
      call<"sessions.resolve">("GET /api/sessions/resolve", { name }, how),
    get: (session: string, how?: CallOptions): Promise<Session> =>
      call<"sessions.get">("GET /api/sessions/:session", { session }, how),
    /** Whether a session exists; other errors than `SessionNotFound` fail. */
    exists: (session: string, how?: CallOptions): Promise<boolean> =>
      head(options, "/api/sessions/:session", { session }, how).then(
        () => true,
        (error: { readonly status?: number }) => (error.status === 404 ? false : Promise.reject(error)),
      ),
    update: (session: string, change: UpdateSession, how?: CallOptions): Promise<Session> =>
      call<"sessions.update">("PATCH /api/sessions/:session", { ...change, session }, how),
    remove: (session: string, key?: string, how?: CallOptions): Promise<Session> =>
      call<"sessions.delete">("DELETE /api/sessions/:session", { session, key }, how),
    archive: (session: string, key?: string, how?: CallOptions): Promise<Session> =>
      call<"sessions.archive">("POST /api/sessions/:session/archive", { session, key }, how),
    restore: (session: string, key?: string, how?: CallOptions): Promise<Session> =>
      call<"sessions.restore">("POST /api/sessions/:session/restore", { session, key }, how),
    events: (session: string, range?: EventRange, how?: CallOptions): Promise<EventPage> =>
      call<"log.events">("GET /api/sessions/:session/events", { ...range, session }, how),
    /**
     * The log as server-sent events, from a cursor on, for one loop. It resumes by itself (C-15) until the loop is left or
     * `signal` ends it; fails with what the hub refuses.
     */
    followEvents: (
      session: string,
      range?: Omit<EventRange, "limit" | "before" | "wait">,
      how: CallOptions = {},
    ): AsyncGenerator<SseEvent> =>
      stream<"log.follow">(options, "GET /api/sessions/:session/events/stream", { ...range, session }, how),
    /** The feed of sessions, likewise; `after` is the `id` of the last event, or a change number. */
    followSessions: (after?: string | number, how: CallOptions = {}): AsyncGenerator<SseEvent> =>
      stream<"sessions.watch">(options, "GET /api/sessions/stream", { after }, how),
    mark: (session: string, mark: MarkSession, how?: CallOptions): Promise<Appended> =>
      call<"log.mark">("POST /api/sessions/:session/marks", { ...mark, session }, how),
    /** The log as asciicast or JSON lines, or an agent's messages as Markdown; the body is to be read as it comes. */
    export: (session: string, format: "cast" | "html" | "jsonl" | "md", how?: CallOptions): Promise<Answer> =>
      open<"log.export">("GET /api/sessions/:session/export", { session, format }, { headers: { accept: "*/*" }, ...how }),
    input: (session: string, input: Input, how?: CallOptions): Promise<Appended> =>
      call<"terminal.input">("POST /api/sessions/:session/input", { ...input, session }, how),
    resize: (session: string, cols: number, rows: number, how?: CallOptions): Promise<unknown> =>
      call<"terminal.resize">("POST /api/sessions/:session/resize", { session, cols, rows }, how),
    signal: (session: string, signal: SignalName, how?: CallOptions): Promise<unknown> =>
      call<"terminal.signal">("POST /api/sessions/:session/signal", { session, signal }, how),
    /** Starts the command of an ended terminal again. */
    restart: (session: string, request?: RestartSession, how?: CallOptions): Promise<Session> =>
      call<"terminal.restart">("POST /api/sessions/:session/restart", { ...request, session }, how),
    /** Who is attached, to one session or to all that someone is attached to. */
    viewers: (session?: string, how?: CallOptions): Promise<ViewersReport> =>
      call<"viewers.list">("GET /api/viewers", { session }, how),
    /** Ends the attachments of people, but for those of a client. */
    detach: (session: string, except?: string, how?: CallOptions): Promise<{ readonly detached: number }> =>
      call<"viewers.detach">("POST /api/sessions/:session/detach", { session, except }, how),
    screen: (session: string, how?: CallOptions): Promise<Screen> =>
      call<"terminal.screen">("GET /api/sessions/:session/screen", { session }, how),
    ...administration(options),
  }
}

/** The routes of the hub itself. */
function administration(options: HttpOptions) {
  const { call, open } = operationCalls(options)
  return {
    runner: (how?: CallOptions): Promise<{ readonly runners: ReadonlyArray<unknown> }> =>
      call<"runners.list">("GET /api/runner", {}, how),
    stopRunner: (now: boolean, how?: CallOptions): Promise<{ readonly runners: ReadonlyArray<unknown> }> =>
      call<"runners.stop">("POST /api/runner/stop", { now }, how),
    /** The announcements of the hub that are in force. */
    announcements: (how?: CallOptions): Promise<{ readonly announcements: ReadonlyArray<Announcement> }> =>
      call<"announcements.list">("GET /api/announcements", {}, how),
    announce: (request: AnnouncementRequest, how?: CallOptions): Promise<Announcement> =>
      call<"announcements.create">("POST /api/announcements", request, how),
    removeAnnouncement: (announcementId: string, how?: CallOptions): Promise<{ readonly removed: boolean }> =>
      call<"announcements.remove">("DELETE /api/announcements/:announcementId", { announcementId }, how),
    tokens: (how?: CallOptions): Promise<{ readonly tokens: ReadonlyArray<TokenShown> }> =>
      call<"tokens.list">("GET /api/tokens", {}, how),
    /** Creates a token; with `sessions` for these alone, with `expiresAt`, epoch milliseconds, until then. */
    makeToken: (
      name: string,
      scope: TokenScope,
      limits?: Pick<TokenShown, "sessions" | "expiresAt">,
      how?: CallOptions,
    ): Promise<TokenMade> => call<"tokens.create">("POST /api/tokens", { name, scope, ...limits }, how),
    revokeToken: (tokenId: string, how?: CallOptions): Promise<{ readonly revoked: boolean }> =>
      call<"tokens.revoke">("DELETE /api/tokens/:tokenId", { tokenId }, how),
    rotate: (how?: CallOptions): Promise<{ readonly rotated: boolean }> =>
      call<"credential.rotate">("POST /api/credential/rotate", {}, how),
    link: (how?: CallOptions): Promise<{ readonly url: string; readonly expiresAt: number }> =>
      call<"links.create">("POST /api/links", {}, how),
    live: (how?: CallOptions): Promise<{ readonly live: boolean; readonly version: string }> =>
      call<"health.live">("GET /health/live", {}, how),
    ready: (how?: CallOptions): Promise<HealthReport> => call<"health.ready">("GET /health/ready", {}, how),
    metrics: (how?: CallOptions): Promise<string> =>
      open<"server.metrics">("GET /metrics", {}, { headers: { accept: "text/plain" }, ...how }).then((response) =>
        response.text(),
      ),
    openapi: (how?: CallOptions): Promise<unknown> => call<"server.openapi">("GET /openapi.json", {}, how),
  }
}

/** The routes of a hub. */
export type Api = ReturnType<typeof makeApi>
