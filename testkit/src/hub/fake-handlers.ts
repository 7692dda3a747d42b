/** The handlers of the hub of a few lines: what it can, and `Unavailable` for everything about agents. */
import * as Effect from "effect/Effect"
import { BadRequest, type DoorError, Unavailable } from "@holdfast/protocol/errors"
import type { EventFilter } from "@holdfast/protocol/event-filter"
import type { SessionId } from "@holdfast/protocol/ids"
import { operationEntries } from "@holdfast/protocol/operations"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import type { Changed, Created, EventTexts, Handlers, PerformedName } from "@holdfast/hub/Hub"
import { batch } from "@holdfast/hub/inside/operations/batch"
import { readEventQuery } from "@holdfast/hub/operations/event-query"
import { handlerOf } from "./hub-calls.ts"

/** What the fake does. */
export interface FakeParts {
  readonly create: (request: CreateSession) => Effect.Effect<Created, DoorError>
  readonly resolve: (name: string) => Effect.Effect<SessionId, DoorError>
  readonly get: (id: string) => Effect.Effect<Session, DoorError>
  readonly all: () => ReadonlyArray<Session>
  readonly update: (id: string, apply: (session: Session) => Session) => Effect.Effect<Changed, DoorError>
  readonly mark: (id: string, text: string) => Effect.Effect<{ readonly seq: number }, DoorError>
  readonly events: (id: string, after: number, limit: number, filter: EventFilter) => Effect.Effect<EventTexts, DoorError>
  readonly type: (id: string, bytes: Uint8Array) => Effect.Effect<{ readonly seq: number }, DoorError>
  readonly resize: (id: string, cols: number, rows: number) => Effect.Effect<void, DoorError>
}

const effect = handlerOf

const none = effect((): Effect.Effect<never, DoorError> => Effect.fail(new Unavailable({ message: "this hub has no agents" })))
const SCREEN = { cols: 80, rows: 24, cursor: { x: 0, y: 0, visible: true }, text: "", title: "", alternate: false, seq: 1 }

/** Makes them. */
export function fakeHandlers(fake: FakeParts): Handlers<PerformedName> {
  const status = (next: Session["status"]) =>
    effect(({ session }: { readonly session: string }) => fake.update(session, (record) => ({ ...record, status: next })))
  const changes: Handlers<`sessions.${"update" | "archive" | "restore" | "delete"}`> = {
    "sessions.update": effect(({ session, label }) =>
      fake.update(session, (record) => (label === undefined ? record : { ...record, label })),
    ),
    "sessions.archive": status("archived"),
    "sessions.restore": status("active"),
    "sessions.delete": status("deleted"),
  }
  const own: Partial<Handlers<PerformedName>> = {
    ...changes,
    "sessions.create": effect(fake.create),
    "sessions.resolve": effect(({ name }) => Effect.map(fake.resolve(name), (session) => ({ session }))),
    "sessions.get": effect(({ session }) => fake.get(session)),
    "sessions.list": effect(() =>
      Effect.sync(() => ({ sessions: fake.all(), total: fake.all().length, more: false, next: null })),
    ),
    "sessions.batch": effect((request, by) => batch(changes, request, by)),
    "log.mark": effect(({ session, text }) => fake.mark(session, text)),
    "log.events": effect(({ session, limit = 1000, ...query }) => {
      const read = readEventQuery(query)
      return "_tag" in read ? Effect.fail(read) : fake.events(session, read.after ?? 0, limit, read.filter)
    }),
    "terminal.input": effect(({ session, text, base64 }) => {
      if ((text === undefined) !== (base64 === undefined))
        return fake.type(session, text === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(text))
      return Effect.fail(new BadRequest({ message: "send exactly one of text and base64", field: "text" }))
    }),
    "terminal.resize": effect(({ session, cols, rows }) => Effect.as(fake.resize(session, cols, rows), {})),
    "terminal.signal": effect(({ session }) => Effect.as(fake.get(session), {})),
    "terminal.restart": effect(({ session }) => fake.get(session)),
    "terminal.screen": effect(({ session }) => Effect.as(fake.get(session), SCREEN)),
    "viewers.list": effect(() => Effect.succeed({ sessions: [] })),
    "viewers.detach": effect(() => Effect.succeed({ detached: 0 })),
    "runners.list": effect(() => Effect.succeed({ runners: [] })),
    "runners.stop": effect(() => Effect.succeed({ runners: [] })),
    "tasks.list": effect(({ session }) => Effect.as(fake.get(session), { tasks: [] })),
  }
  const rest = operationEntries.filter(([name]) => !(name in own)).map(([name]) => [name, none] as const)
  return { ...Object.fromEntries(rest), ...own } as Handlers<PerformedName>
}
