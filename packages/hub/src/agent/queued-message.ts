/** A queued message as it was sent, whole: from its event where the record has its beginning (docs/protocol/rules.md, Q-17). */
import * as Effect from "effect/Effect"
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { type DoorError, LogDamaged } from "@holdfast/protocol/errors"
import type { Event } from "@holdfast/protocol/event"
import { knownEvent } from "@holdfast/protocol/events"
import { eventAt } from "../session/event-at.ts"
import type { OpenSession } from "../session/OpenSession.ts"

/** All parts of a message in the queue. */
export function wholeParts(session: OpenSession, item: QueueItem): Effect.Effect<ReadonlyArray<InputPart>, DoorError> {
  if (item.cut !== true) return Effect.succeed(item.parts)
  return Effect.flatMap(eventAt(session.context.store, session.handle, item.seq), (event) => {
    const parts = event === undefined ? undefined : partsIn(event)
    const message = "the log no longer has this message; remove it and send it again"
    return parts === undefined ? Effect.fail(new LogDamaged({ message, session: session.id })) : Effect.succeed(parts)
  })
}

function partsIn(event: Event): ReadonlyArray<InputPart> | undefined {
  const known = knownEvent(event)
  if (known?.name === "queue/added") return known.data.item.parts
  return known?.name === "queue/edited" ? known.data.parts : undefined
}
