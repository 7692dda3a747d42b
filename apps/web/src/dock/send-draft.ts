/** Sends a draft: its words are out of the field at once, and back in it where neither the outbox nor the hub takes them (APP-48). */
import type { HubModel, SessionService } from "@holdfast/client/model"
import type { Sent } from "@holdfast/protocol/agent/message"
import { tellNotice } from "../app/notices.ts"
import type { Taken } from "./draft-state.ts"
import { bodyOf } from "./message-parts.ts"
import type { SendChoice } from "./send-modes.ts"
import type { SessionDraft } from "./SessionDraft.ts"

/** What takes messages: the outbox, or without one the hub itself. */
export interface Senders {
  readonly hub: { readonly box: Pick<NonNullable<HubModel["box"]>, "send"> | undefined }
  readonly service: Pick<SessionService, "send">
}

/** Sends it after what was sent before; false where nothing of it was to be sent, and fails with why it could not be. */
export async function sendDraft(
  draft: SessionDraft,
  session: string,
  mode: SendChoice["mode"],
  senders: Senders,
): Promise<boolean> {
  const taken = draft.take(mode)
  if (taken === undefined) return false
  return draft.inTurn(async () => {
    // What was to go before it could not: then it came back with that.
    if (!draft.isTaken(taken)) return false
    try {
      await sendWords(taken, session, senders)
    } catch (cause) {
      draft.unsent()
      throw cause
    }
    draft.sent(taken)
    return true
  })
}

async function sendWords({ id, text, files, mode }: Taken, session: string, { hub, service }: Senders): Promise<void> {
  const body = { ...(await bodyOf(text, files)), mode }
  if (hub.box === undefined) return void (await service.send(session, { ...body, key: id }))
  const entry = hub.box.send(session, body, { id })
  await entry.stored
  entry.done.then(tellReleased, () => undefined)
}

/** What was held goes before it: who sent it should know. */
function tellReleased({ alsoSends }: Sent): void {
  if (alsoSends !== undefined)
    tellNotice(
      alsoSends.count === 1
        ? `Also sends what was held: ${alsoSends.first}`
        : `Also sends ${alsoSends.count} messages that were held`,
    )
}
