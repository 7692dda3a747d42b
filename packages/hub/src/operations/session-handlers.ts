/** What the hub does for each operation on sessions and their logs. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { SessionId } from "@holdfast/protocol/ids"
import type { Handlers, PerformedName } from "../Hub.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { change, remove } from "../sessions/lifecycle.ts"
import * as Queries from "../sessions/queries.ts"
import { create } from "../sessions/create.ts"
import { batch } from "./batch.ts"
import { readEventQuery } from "./event-query.ts"
import { asEffect } from "./Operations.ts"

/** Events of a page when the request does not say. */
const PAGE = 1000

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
    "sessions.get": effect(({ session }) => Queries.get(context, session)),
    "log.mark": ({ session, text, key }, by, done) =>
      change(context, session, { command: { _tag: "Mark", text }, key }, by, (exit) =>
        done(Exit.map(exit, ({ seq }) => ({ seq }))),
      ),
    "log.events": effect(({ session, log, limit = PAGE, ...query }) => {
      const read = readEventQuery(query)
      if ("_tag" in read) return Effect.fail(read)
      const { after = 0, filter } = read
      return Queries.events(context, session, { after, limit, ...(log === undefined ? {} : { log }), ...filter })
    }),
  } satisfies Partial<Handlers<PerformedName>>
}
