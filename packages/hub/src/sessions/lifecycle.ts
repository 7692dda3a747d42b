/** Commands that change a session's record: names, tags, marks, archive, trash, keyboard. */
import * as Effect from "effect/Effect"
import { type DoorError, ReadOnlyViewer, Unavailable } from "@holdfast/protocol/errors"
import type { AttachRequest, ChangeAnswer, Changed, Principal, Seated, SessionChange } from "../Hub.ts"
import { carryOut, type Order } from "../session/command.ts"
import { readOnly } from "../session/may.ts"
import type { Loaded } from "../session/SessionKind.ts"
import { refuseId } from "../session/whole-id.ts"
import { ChildPart } from "../child/ChildPart.ts"
import type { HubContext } from "./HubContext.ts"
import { processKnown, whenEnded } from "../child/process-known.ts"
import { seatOf } from "../session/seat.ts"

type Ordered = Omit<Order, "by">

/** The order that a change of a session stands for. */
function orderOf(change: SessionChange): Ordered {
  switch (change._tag) {
    case "Update": {
      const { key, ...fields } = change.change
      return { command: { _tag: "Update", ...fields }, key }
    }
    case "Mark":
      return { command: { _tag: "Mark", text: change.mark.text }, key: change.mark.key }
    default:
      return { command: { _tag: change._tag }, key: change.key }
  }
}

/** Changes the session of an id, from a door to the session's loop and back without an effect. */
export function change(core: HubContext, id: string, asked: SessionChange, by: Principal, answer: ChangeAnswer): void {
  if (by.scope === "read") return answer(readOnly(), 0)
  const refused = refuseId(id)
  if (refused !== undefined) return answer(refused, 0)
  core.table.openThen(id, (opened) => {
    if (!("part" in opened)) return answer(opened, 0)
    whenReady(core, opened, asked._tag, (early) => {
      if (early !== undefined) return answer(early, 0)
      carryOut(opened.session, { ...orderOf(asked), by }, (result) => {
        if (result._tag === "Done") answer(undefined, result.first)
        else answer(result.error, 0)
      })
    })
  })
}

/** How long a restore waits for the end of the process beyond the grace that this has, in milliseconds. */
const END_WAIT = 5000

type Ready = (refused: Unavailable | undefined) => void

/** A session is restored when its process, which its deletion ends, has ended; everything else is carried out at once. */
function whenReady(core: HubContext, { session, part }: Loaded, command: string, ready: Ready): void {
  if (command !== "Restore" || session.state.status !== "deleted" || !(part instanceof ChildPart)) return ready(undefined)
  const message = "the session's process is still being ended, as the session was deleted; try again when it has ended"
  whenEnded(part, core.settings.killGrace + END_WAIT, (ended) => ready(ended ? undefined : new Unavailable({ message })))
}

const run = (core: HubContext, id: string, order: Ordered, by: Principal): Effect.Effect<Changed, DoorError> =>
  Effect.callback<Changed, DoorError>((resume) => {
    if (by.scope === "read") return resume(Effect.fail(readOnly()))
    core.table.openThen(id, (opened) => {
      if (!("part" in opened)) return resume(Effect.fail(opened))
      const { session } = opened
      whenReady(core, opened, order.command._tag, (refused) => {
        if (refused !== undefined) return resume(Effect.fail(refused))
        carryOut(session, { ...order, by }, (result) =>
          resume(
            result._tag === "Refused"
              ? Effect.fail(result.error)
              : Effect.succeed({ session: session.record(), seq: result.first, changed: result.changed }),
          ),
        )
      })
    })
  })

/** The same as an effect, which also gives the changed record. */
export const changed = (core: HubContext, id: string, asked: SessionChange, by: Principal): Effect.Effect<Changed, DoorError> =>
  run(core, id, orderOf(asked), by)

/** Moves the session to the trash and ends its child; the child's exit comes into the log as always. */
export const remove = (core: HubContext, id: string, key: string | undefined, by: Principal): Effect.Effect<Changed, DoorError> =>
  Effect.gen(function* () {
    const purgeAt = core.now() + core.settings.trashKeep
    const changed = yield* run(core, id, { command: { _tag: "Delete", purgeAt }, key, body: { _tag: "Delete" } }, by)
    const { part } = yield* core.table.open(id)
    if (!(part instanceof ChildPart)) return changed
    // A child that is being started is ended as soon as it is there.
    if (part.starting) yield* processKnown(part)
    part.endDeleted()
    return changed
  })

/** Takes or releases the keyboard; only who is attached to type may take it (T-10). */
export const setTypist = (
  core: HubContext,
  id: string,
  viewer: Seated & Pick<AttachRequest, "name">,
  mode: "single" | "free",
  by: Principal,
): Effect.Effect<Changed, DoorError> => {
  const { client, name } = viewer
  const seat = seatOf(by, viewer)
  if (mode === "single" && core.table.peek(id)?.part.attached?.isInteractive(seat) !== true) {
    return Effect.fail(new ReadOnlyViewer({ message: "only who is attached as interactive can take the keyboard" }))
  }
  return run(core, id, { command: { _tag: "SetTypist", mode, client, name, seat } }, by)
}
