/** Attaching: a subscriber, its presence, and its hands on the keyboard (docs/protocol/rules.md, D-1 to D-10, T-8 to T-11, T-27). */
import * as Effect from "effect/Effect"
import { CursorInvalid, type DoorError, ReadOnlyViewer, Unprocessable } from "@holdfast/protocol/errors"
import type { Attachment, AttachmentSink, AttachRequest, Caller } from "../Hub.ts"
import { environmentProblem } from "../session/environment.ts"
import type { Viewer } from "../delivery/ViewerList.ts"
import type { HubContext } from "./HubContext.ts"
import { seatOf } from "../session/seat.ts"
import { sizeProblem } from "../session/size-problem.ts"

const lookingOn = (): ReadOnlyViewer =>
  new ReadOnlyViewer({ message: "this attachment is read-only; attach as interactive to type or resize" })

/** Whether what session `from` shows comes to be shown in session `to`, by attachments within others. */
function isShownIn(core: HubContext, from: string, to: string): boolean {
  const [seen, left] = [new Set<string>(), [from]]
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (id === to) return true
    if (seen.has(id)) continue
    seen.add(id)
    left.push(...(core.table.peek(id)?.part.attached?.within ?? []))
  }
  return false
}

const nested = (): Unprocessable =>
  new Unprocessable({
    message:
      "this terminal is shown in that session, which would then show itself endlessly; attach from another terminal, or unset HOLDFAST_SESSION to attach anyway",
    field: "within",
  })

/** Where a request resumes. */
const cursorOf = ({ after, log }: AttachRequest): { readonly after?: number; readonly log?: string } => ({
  ...(after === undefined ? {} : { after }),
  ...(log === undefined ? {} : { log }),
})

/** Attachments by the credential that opened them, to end them when it is revoked. */
export type Attached = Map<string, Set<{ readonly drop: (reason: string) => void }>>

/** Attaches a sink to a session. */
export function attach(
  core: HubContext,
  attached: Attached,
  request: AttachRequest,
  sink: AttachmentSink,
  by: Caller,
  /** Called once with the reason that the attachment ended. */
  over: (reason: string) => void,
): Effect.Effect<Attachment, DoorError> {
  return Effect.gen(function* () {
    const { cols, rows } = request
    const problem = cols === undefined || rows === undefined ? undefined : sizeProblem(cols, rows)
    if (problem !== undefined) return yield* problem
    const { session, part } = yield* core.table.open(request.session)
    if (request.within !== undefined && isShownIn(core, request.within, session.id)) return yield* nested()
    const unusable = environmentProblem(request.environment ?? {}, "environment")
    if (unusable !== undefined) return yield* unusable
    if (request.environment !== undefined && by.scope !== "read") core.askers.note(request.environment)
    const { delivery, viewers } = part
    const seat = seatOf(by, request)
    const plan = delivery.plan(cursorOf(request))
    if (plan._tag === "Invalid") return yield* new CursorInvalid({ message: plan.message })
    let open = true
    const subscriber = delivery.subscribe(sink, (reason) => finish(reason), request.filter)
    const joining: Omit<Viewer, "order"> = {
      client: request.client,
      seat,
      name: request.name,
      mode: request.mode,
      release: (who) => {
        if (subscriber.sink.released === undefined || !open) return false
        delivery.end(subscriber)
        finish(`detached by ${who}`)
        viewers.seatLeft(seat)
        subscriber.sink.released(who)
        return true
      },
      show: (shown) => (subscriber.mode === "new" ? undefined : subscriber.sink.viewers(shown)),
      ...(cols === undefined || rows === undefined ? {} : { cols, rows }),
      ...(request.within === undefined ? {} : { within: request.within }),
      ...(request.colors === undefined ? {} : { colors: request.colors }),
    }
    const viewer = viewers.join(joining, request.gaveSize)
    const input = part.input(viewer)
    const held = attached.get(by.credential) ?? new Set()
    attached.set(by.credential, held)
    const entry = { drop: (reason: string): void => delivery.drop(subscriber, reason) }
    held.add(entry)
    const finish = (reason: string): void => {
      if (!open) return
      open = false
      held.delete(entry)
      if (held.size === 0 && attached.get(by.credential) === held) attached.delete(by.credential)
      viewers.leave(viewer)
      session.touchedAt = core.now()
      over(reason)
    }

    return {
      handle: session.wire,
      session: session.record(),
      log: session.log,
      inputs: input.settled,
      seat,
      start: () => delivery.begin(subscriber, plan),
      acknowledge: (seq) => delivery.acknowledge(subscriber, seq),
      resize: (cols, rows) => {
        if (request.mode === "viewer") return lookingOn()
        const wrong = sizeProblem(cols, rows)
        if (wrong === undefined && open) viewers.resize(viewer, cols, rows)
        return wrong
      },
      input: (number, bytes, settled) => {
        if (request.mode === "viewer") return settled(lookingOn())
        input.send(number, bytes, settled)
      },
      head: () => (subscriber.mode === "live" ? delivery.published : subscriber.sent),
      position: () => ({ sent: subscriber.sent, unacknowledged: subscriber.unacknowledged, synced: subscriber.synced }),
      detach: (reason = "the client detached") => {
        delivery.end(subscriber)
        finish(reason)
      },
      leave: () => {
        delivery.end(subscriber)
        finish("the client detached")
        viewers.seatLeft(seat)
      },
    }
  })
}
