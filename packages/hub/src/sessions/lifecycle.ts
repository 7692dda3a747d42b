/** Commands that change a session's record: names, tags, marks, archive, trash, keyboard. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type DoorError, ReadOnlyViewer, Unavailable } from "@holdfast/protocol/errors"
import type { Session } from "@holdfast/protocol/session"
import type { Caller, Changed, Done, Principal } from "../Hub.ts"
import { carryOut, type Order } from "../session/command.ts"
import { fromCallback } from "../session/Fork.ts"
import type { OpenSession } from "../session/OpenSession.ts"
import type { LoadedSession } from "../session/SessionKind.ts"
import { ChildPart } from "../child/ChildPart.ts"
import type { HubContext } from "./HubContext.ts"
import { processKnown, whenEnded } from "../child/process-known.ts"
import { seatOf } from "../session/seat.ts"

type Ordered = Omit<Order, "by">

/** A change that was carried out; its record is made when someone wants it. */
class Change implements Changed {
  readonly #session: OpenSession
  readonly seq: number
  readonly changed: boolean

  constructor(session: OpenSession, seq: number, changed: boolean) {
    this.#session = session
    this.seq = seq
    this.changed = changed
  }

  get session(): Session {
    return this.#session.record()
  }
}

/** Carries out an order on the session of an id, from a door to the session's loop and back without an effect. */
export function change(core: HubContext, id: string, order: Ordered, by: Principal, done: Done<Changed>): void {
  core.table.openThen(id, (opened) => {
    if (!("part" in opened)) return done(Exit.fail(opened))
    whenReady(core, opened, order.command._tag, (early) => {
      if (early !== undefined) return done(Exit.fail(early))
      carryOut(opened.session, { ...order, by }, (result) =>
        done(
          result._tag === "Refused"
            ? Exit.fail(result.error)
            : Exit.succeed(new Change(opened.session, result.first, result.changed)),
        ),
      )
    })
  })
}

/** The same as an effect. */
const changing = (core: HubContext, id: string, order: Ordered, by: Principal): Effect.Effect<Changed, DoorError> =>
  fromCallback((answer) => change(core, id, order, by, answer))

/** How long a restore waits for the end of the process beyond the grace that this has, in milliseconds. */
const END_WAIT = 5000

type Ready = (refused: Unavailable | undefined) => void

/** A session is restored when its process, which its deletion ends, has ended; everything else is carried out at once. */
function whenReady(core: HubContext, { session, part }: LoadedSession, command: string, ready: Ready): void {
  if (command !== "Restore" || session.state.status !== "deleted" || !(part instanceof ChildPart)) return ready(undefined)
  const message = "the session was deleted and its process is still ending; try again once it has ended"
  whenEnded(part, core.settings.killGrace + END_WAIT, (ended) => ready(ended ? undefined : new Unavailable({ message })))
}

/** Moves the session to the trash and ends its child; the child's exit comes into the log as always. */
export function remove(core: HubContext, id: string, key: string | undefined, by: Principal): Effect.Effect<Changed, DoorError> {
  return Effect.gen(function* () {
    const purgeAt = core.now() + core.settings.trashKeep
    const changed = yield* changing(core, id, { command: { _tag: "Delete", purgeAt }, key, body: { _tag: "Delete" } }, by)
    const { part } = yield* core.table.open(id)
    if (!(part instanceof ChildPart)) return changed
    // A child that is being started is ended as soon as it is there.
    if (part.starting) yield* processKnown(part)
    part.endDeleted()
    return changed
  })
}

/** Takes or releases the keyboard; only who is attached to type may take it (T-10). */
export function takeKeyboard(core: HubContext, id: string, mode: "single" | "free", by: Caller, done: Done<Changed>): void {
  const { seated } = by
  const seat = seated === undefined ? undefined : seatOf(by, seated)
  const mayHold = seat !== undefined && core.table.peek(id)?.part.attached?.isInteractive(seat) === true
  if (seated === undefined || seat === undefined || (mode === "single" && !mayHold)) {
    return done(Exit.fail(new ReadOnlyViewer({ message: "only an interactive attachment can take the keyboard" })))
  }
  const { client, name } = seated
  change(core, id, { command: { _tag: "SetTypist", mode, client, name, seat } }, by, done)
}
