/** What the hub does for each operation on sessions and their logs. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { BadRequest, type DoorError } from "@holdfast/protocol/errors"
import { SessionId } from "@holdfast/protocol/ids"
import type { OperationInput } from "@holdfast/protocol/operations"
import type { Caller, EventTexts, Handlers, PerformedName } from "../Hub.ts"
import { events, eventsBefore } from "../sessions/event-pages.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { change, remove } from "../sessions/lifecycle.ts"
import * as Queries from "../sessions/queries.ts"
import { create } from "../sessions/create.ts"
import { waitedPage } from "../sessions/wait-for-events.ts"
import { batch } from "./batch.ts"
import { readBefore, readEventQuery } from "./event-query.ts"
import { asEffect } from "./Operations.ts"

/** Events of a page when the request does not say. */
const PAGE = 1000

/** A page after a cursor, for which `wait` has patience, or before a seq. */
function eventPage(
  context: HubContext,
  { session, log, limit = PAGE, before, wait = 0, ...query }: OperationInput<"log.events">,
  by: Caller,
): Effect.Effect<EventTexts, DoorError> {
  const read = readEventQuery(query)
  if ("_tag" in read) return Effect.fail(read)
  const { after, filter } = read
  const range = { limit, ...(log === undefined ? {} : { log }), ...filter }
  if (before !== undefined) {
    const seq = readBefore(before)
    if (typeof seq !== "number") return Effect.fail(seq)
    if (after !== undefined || wait > 0)
      return Effect.fail(new BadRequest({ message: "before goes without after and wait: it reads back", field: "before" }))
    return eventsBefore(context, session, { ...range, before: seq })
  }
  if (wait > 0 && by.seated !== undefined)
    return Effect.fail(new BadRequest({ message: "a connection that lasts attaches; it does not wait", field: "wait" }))
  const page = { ...range, after: after ?? 0 }
  return wait === 0 ? events(context, session, page) : waitedPage(context, session, page, context.now() + wait * 1000)
}

/** Makes the handlers. */
export function sessionHandlers(context: HubContext) {
  const effect = asEffect(context.fork)
  const changes: Handlers<`sessions.${"update" | "delete" | "archive" | "restore"}`> = {
    "sessions.update": ({ session, key, ...fields }, by, done) =>
      change(context, session, { command: { _tag: "Update", ...fields }, key }, by, done),
    "sessions.archive": ({ session, key }, by, done) => change(context, session, { command: { _tag: "Archive" }, key }, by, done),
    "sessions.restore": ({ session, key }, by, done) => change(context, session, { command: { _tag: "Restore" }, key }, by, done),
    "sessions.delete": effect(({ session, key }, by) => remove(context, session, key, by)),
  }
  return {
    ...changes,
    "sessions.create": (input, by, done) => {
      const createdBy = input.createdBy === undefined ? by.seated?.createdBy : undefined
      return create(context, createdBy === undefined ? input : { ...input, createdBy }, by, done)
    },
    "sessions.list": effect((input, by) => Queries.list(context, input, by)),
    "sessions.batch": effect((input, by) => batch(changes, input, by)),
    "sessions.resolve": effect(({ name }, by) =>
      Effect.map(Queries.resolve(context, name, by), (session) => ({ session: SessionId.make(session) })),
    ),
    "sessions.get": effect(({ session }, by) => Queries.getFor(context, session, by)),
    "announcements.create": effect((request, by) => context.announcements.create(request, by)),
    "announcements.list": (_, __, done) => done(Exit.succeed({ announcements: context.announcements.list })),
    "announcements.remove": effect(({ announcementId }) => context.announcements.remove(announcementId)),
    "log.mark": ({ session, text, key }, by, done) =>
      change(context, session, { command: { _tag: "Mark", text }, key }, by, (exit) =>
        done(Exit.map(exit, ({ seq }) => ({ seq }))),
      ),
    "log.events": effect((input, by) => eventPage(context, input, by)),
  } satisfies Partial<Handlers<PerformedName>>
}
