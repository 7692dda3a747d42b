/**
 * Every route of the HTTP contract as a typed function (docs/PROTOCOL.md, H-1 to H-14).
 *
 * Each fails with `HoldfastError`: the hub's own error, or `Unreachable`, `TimedOut`, `ConnectionLost`.
 */
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
import { follow } from "./follow.ts"
import { json, open } from "./request.ts"
import type { Answer, HttpOptions } from "./request.ts"
import type { SseEvent } from "./sse.ts"

/** One page of events; `next` is the cursor to go on with. */
export interface EventPage {
  readonly events: ReadonlyArray<Event>
  readonly firstSeq: number
  readonly lastSeq: number
  readonly next: number
  readonly atHead: boolean
  /** Identity of the log: with it in the next range, a cursor of another log is refused as `CursorAhead`. */
  readonly log: string
}

/** Which events of a log. */
export interface EventRange {
  readonly after?: number
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

const of = (id: string): string => `/api/sessions/${encodeURIComponent(id)}`

/** The routes, called with the given options. */
export function makeApi(options: HttpOptions) {
  const get = <A>(path: string, query?: object): Promise<A> => json<A>(options, "GET", path, { query: { ...query } })
  const post = <A>(path: string, body: unknown = {}): Promise<A> => json<A>(options, "POST", path, { body })
  const keyed = (key: string | undefined): object => (key === undefined ? {} : { key })
  return {
    create: (request: CreateSession): Promise<Session> => post("/api/sessions", request),
    list: (query: SessionQuery = {}): Promise<SessionPage> => get("/api/sessions", query),
    batch: (request: BatchRequest): Promise<BatchResult> => post("/api/sessions/batch", request),
    /** The session that an id, a unique beginning or end of one, or a label names; everything else takes whole ids. */
    resolve: (name: string): Promise<Resolved> => get("/api/sessions/resolve", { name }),
    get: (id: string): Promise<Session> => get(of(id)),
    /** Whether a session exists; other errors than `SessionNotFound` fail. */
    exists: (id: string): Promise<boolean> =>
      open(options, "HEAD", of(id)).then(
        () => true,
        (error: { readonly status?: number }) => (error.status === 404 ? false : Promise.reject(error)),
      ),
    update: (id: string, change: UpdateSession): Promise<Session> => json(options, "PATCH", of(id), { body: change }),
    remove: (id: string, key?: string): Promise<Session> => json(options, "DELETE", of(id), { query: { key } }),
    archive: (id: string, key?: string): Promise<Session> => post(`${of(id)}/archive`, keyed(key)),
    restore: (id: string, key?: string): Promise<Session> => post(`${of(id)}/restore`, keyed(key)),
    events: (id: string, range: EventRange = {}): Promise<EventPage> => get(`${of(id)}/events`, range),
    /**
     * The log as server-sent events, from a cursor on, for one loop. It resumes by itself (C-15) until the loop is left or
     * `signal` ends it; fails with what the hub refuses.
     */
    followEvents: (id: string, range: EventRange = {}, signal?: AbortSignal): AsyncGenerator<SseEvent> =>
      follow(options, `${of(id)}/events/stream`, { ...range }, signal),
    /** The feed of sessions, likewise; `after` is the `id` of the last event, or a change number. */
    followSessions: (after?: string | number, signal?: AbortSignal): AsyncGenerator<SseEvent> =>
      follow(options, "/api/sessions/stream", { after }, signal),
    mark: (id: string, mark: MarkSession): Promise<Appended> => post(`${of(id)}/marks`, mark),
    /** The log as asciicast or JSON lines, or an agent's messages as Markdown; the body is to be read as it comes. */
    export: (id: string, format: "cast" | "jsonl" | "md", signal?: AbortSignal): Promise<Answer> =>
      open(options, "GET", `${of(id)}/export`, {
        query: { format },
        headers: { accept: "*/*" },
        ...(signal === undefined ? {} : { signal }),
      }),
    input: (id: string, input: Input): Promise<Appended> => post(`${of(id)}/input`, input),
    resize: (id: string, cols: number, rows: number): Promise<unknown> => post(`${of(id)}/resize`, { cols, rows }),
    signal: (id: string, signal: SignalName): Promise<unknown> => post(`${of(id)}/signal`, { signal }),
    /** Starts the command of an ended terminal again. */
    restart: (id: string, request: RestartSession = {}): Promise<Session> => post(`${of(id)}/restart`, request),
    /** Who is attached, to one session or to all that somebody is attached to. */
    viewers: (session?: string): Promise<ViewersReport> => get("/api/viewers", session === undefined ? {} : { session }),
    /** Ends the attachments of people, but for those of a client. */
    detach: (id: string, except?: string): Promise<{ readonly detached: number }> =>
      post(`${of(id)}/detach`, except === undefined ? {} : { except }),
    screen: (id: string): Promise<Screen> => get(`${of(id)}/screen`),
    runner: (): Promise<{ readonly runners: ReadonlyArray<unknown> }> => get("/api/runner"),
    stopRunner: (now: boolean): Promise<{ readonly runners: ReadonlyArray<unknown> }> => post("/api/runner/stop", { now }),
    tokens: (): Promise<{ readonly tokens: ReadonlyArray<TokenShown> }> => get("/api/tokens"),
    makeToken: (name: string, scope: TokenScope): Promise<TokenMade> => post("/api/tokens", { name, scope }),
    revokeToken: (id: string): Promise<{ readonly revoked: boolean }> =>
      json(options, "DELETE", `/api/tokens/${encodeURIComponent(id)}`),
    rotate: (): Promise<{ readonly rotated: boolean }> => post("/api/credential/rotate"),
    link: (): Promise<{ readonly url: string; readonly expiresAt: number }> => post("/api/links"),
    live: (): Promise<{ readonly live: boolean; readonly version: string }> => get("/health/live"),
    ready: (): Promise<HealthReport> => get("/health/ready"),
    metrics: (): Promise<string> =>
      open(options, "GET", "/metrics", { headers: { accept: "text/plain" } }).then((response) => response.text()),
    openapi: (): Promise<unknown> => get("/openapi.json"),
  }
}

/** The routes of a hub. */
export type Api = ReturnType<typeof makeApi>
