/** Attaching and watching through the waist: authorised, logged and counted as operations are, and their ends reported with a reason. */
import * as Effect from "effect/Effect"
import type { FeedCursor } from "@holdfast/core/cursor"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Attachment, AttachmentSink, AttachRequest, Caller, FeedListener, FeedWatch } from "../Hub.ts"
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
  return operations.begin("attach", mode === "viewer" ? "read" : "write", session, by, attaching)
}

/** Follows the feed of sessions. */
export function watchFeed(
  context: HubContext,
  operations: Operations,
  cursor: FeedCursor,
  sink: FeedListener,
  by: Caller,
): Effect.Effect<FeedWatch, DoorError> {
  const began = performance.now()
  const watching = Effect.map(watch(context, cursor, sink), ({ stop, ...watched }) => {
    let open = true
    const end = (reason = "the client stopped watching"): void => {
      if (!open) return
      open = false
      stop()
      operations.over("watch", undefined, by, began, reason)
    }
    return { ...watched, stop: end }
  })
  return operations.begin("watch", "read", undefined, by, watching)
}
