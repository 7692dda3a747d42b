/** What the hub does for each operation on what people keep, and on traces. */
import * as Effect from "effect/Effect"
import type { Handlers, PerformedName } from "../Hub.ts"
import * as Desk from "../sessions/desk.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import { traceList, wholeTrace } from "../sessions/traces.ts"
import { asEffect } from "./Operations.ts"

/** Makes the handlers. */
export function deskHandlers(context: HubContext) {
  const effect = asEffect(context.fork)
  return {
    "seen.list": effect(({ after = 0 }, by) => Desk.seenList(context, after, by)),
    "seen.set": effect(({ session, ...mark }, by) => Desk.setSeen(context, session, mark, by)),
    "drafts.list": effect((_, by) => Effect.map(Desk.draftList(context, by), (drafts) => ({ drafts }))),
    "drafts.get": effect(({ session }, by) => Desk.draft(context, session, by)),
    "drafts.put": effect(({ session, ...draft }, by) => Desk.putDraft(context, session, draft, by)),
    "layouts.list": effect((_, by) => Effect.map(Desk.layoutList(context, by), (layouts) => ({ layouts }))),
    "layouts.get": effect(({ client }, by) => Desk.layout(context, client, by)),
    "layouts.put": effect(({ client, ...layout }, by) => Desk.putLayout(context, client, layout, by)),
    "layouts.remove": effect(({ client }, by) => Desk.removeLayout(context, client, by)),
    "traces.list": effect((request, by) => traceList(context, request, by)),
    "traces.get": effect(({ session, buckets }) => wholeTrace(context, session, buckets)),
  } satisfies Partial<Handlers<PerformedName>>
}
