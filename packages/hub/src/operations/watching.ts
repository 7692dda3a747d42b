/** Attaching and watching through the waist: authorised, logged and counted as operations are, and their ends reported with a reason. */
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Attachment, AttachmentSink, AttachRequest, Caller, FeedListener, FeedWatch, WatchRequest } from "../Hub.ts"
import { attach, type Attached } from "../sessions/attach.ts"
import { watch } from "../sessions/watch.ts"
import type { HubContext } from "../sessions/HubContext.ts"
import type { Operations } from "./Operations.ts"

/** Attaches a sink to a session; to type there takes the scope `write`. */
export function attachTo(
  context: HubContext,
  operations: Operations,
  attached: Attached,
  request: AttachRequest,
  sink: AttachmentSink,
  by: Caller,
): Effect.Effect<Attachment, DoorError> {
  const { mode, session } = request
  const began = performance.now()
  const over = (reason: string): void => operations.over("attach", session, by, began, reason)
  const attaching = attach(context, attached, request, sink, by, over)
  const access = { name: "attach", needs: mode === "viewer" ? "read" : "write", bound: undefined } as const
  return operations.begin(access, session, by, attaching)
}

/** Follows the feed of sessions. */
export function watchFeed(
  context: HubContext,
  operations: Operations,
  request: WatchRequest,
  sink: FeedListener,
  by: Caller,
): Effect.Effect<FeedWatch, DoorError> {
  const began = performance.now()
  const watching = Effect.map(watch(context, request, boundSink(sink, by), by), ({ stop, ...watched }) => {
    let open = true
    const end = (reason = "the client stopped watching"): void => {
      if (!open) return
      open = false
      stop()
      operations.over("watch", undefined, by, began, reason)
    }
    return { ...watched, stop: end }
  })
  const access = { name: "watch", needs: "read", bound: "filtered", free: request.continues } as const
  return operations.begin(access, undefined, by, watching)
}

/** A sink that is given the sessions alone that its credential is bound to, and once that it is synced. */
function boundSink(sink: FeedListener, { sessions: bound }: Caller): FeedListener {
  if (bound === undefined) return sink
  let live = false
  return (change, sessions, synced, announcements, beside) => {
    const own = sessions.filter(({ id }) => bound.has(id))
    const isAbout = own.length > 0 || announcements !== undefined || beside !== undefined
    if (isAbout || (synced && !live)) sink(change, own, synced, announcements, beside)
    live ||= synced
  }
}
