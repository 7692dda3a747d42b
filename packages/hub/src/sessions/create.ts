/**
 * Creating a session of any kind. Order: checked by its kind, then durable, then whatever the kind starts.
 *
 * From a door to the store and back without an effect; with a key once.
 */
import * as Exit from "effect/Exit"
import type { CreateSession } from "@holdfast/protocol/session"
import type { CreateAnswer, Principal } from "../Hub.ts"
import { kindRefusal } from "../session/allowed-kinds.ts"
import { makeSession, refuse, step } from "../session/new-session.ts"
import { unknownKind } from "../session/SessionTable.ts"
import type { HubContext } from "./HubContext.ts"

/** Creates a session; nothing is made when its kind refuses the request. */
export function create(core: HubContext, request: CreateSession, by: Principal, answer: CreateAnswer): void {
  const { kinds } = core.table
  const kind = kinds.get(request.kind)
  if (kind === undefined) return refuse(answer, unknownKind(request.kind, kinds.keys()))
  const notAllowed = kindRefusal(core.settings, request.kind)
  if (notAllowed !== undefined) return refuse(answer, notAllowed)
  kind.create(request, by, (planned) =>
    step(answer, () => {
      if (Exit.isFailure(planned)) answer(Exit.failCause(planned.cause))
      else makeSession(core, { plan: planned.value, by, request }, answer)
    }),
  )
}
