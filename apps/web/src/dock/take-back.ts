/** Messages that were taken out of the outbox or the queue: what is in them goes back to the person, or to where it was (APP-49). */
import type { HubModel } from "@holdfast/client/model"
import type { OutboxItem } from "@holdfast/client/outbox"
import type { InputPart } from "@holdfast/protocol/agent/message"
import { tellNotice } from "../app/notices.ts"
import type { Words } from "./draft-state.ts"
import { wordsOf } from "./message-parts.ts"
import { draftOf } from "./SessionDraft.ts"
import type { Senders } from "./send-draft.ts"

/** What a message in the outbox says; `undefined` for another command. */
export function wordsOfItem({ id, operation, input }: Pick<OutboxItem, "id" | "operation" | "input">): Words | undefined {
  if (operation !== "messages.send") return undefined
  const { text, parts } = input as { readonly text?: string; readonly parts?: ReadonlyArray<InputPart> }
  return wordsOf(parts ?? [{ type: "text", text: text ?? "" }], id)
}

/** Puts a message that was removed at the end of the queue, through the outbox where there is one; fails with why it could not be kept. */
export async function queueAgain(
  { hub, service }: Senders,
  session: string,
  parts: ReadonlyArray<InputPart>,
  key: string,
): Promise<void> {
  const body = { parts, mode: "queue" } as const
  if (hub.box === undefined) await service.send(session, { ...body, key })
  else await hub.box.send(session, body, { id: key }).stored
}

/** Drops a message that was refused, with a way back into the field. */
export async function dropMessage(hub: HubModel, session: string, key: string, parts: ReadonlyArray<InputPart>): Promise<void> {
  await hub.box?.clear(key)
  tellNotice("Dropped the message.", () => void draftOf(hub, session).giveBack(wordsOf(parts, key)))
}
