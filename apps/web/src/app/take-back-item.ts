/** Takes commands out of the outbox: what a person wrote goes back to where it was written, anything else can be done again (APP-49). */
import type { HubModel, OutboxLike } from "@holdfast/client/model"
import type { OutboxInput, OutboxItem } from "@holdfast/client/outbox"
import { wordsOfItem } from "../dock/take-back.ts"
import { draftOf, type SessionDraft } from "../dock/SessionDraft.ts"
import { giveBackFirstMessage } from "../new-session/wish.ts"
import { noteOpen } from "../requests/answered.ts"
import { tellNotice } from "./notices.ts"

/** Where words go: the draft of a session, and the form of a new session. */
export interface Fields {
  readonly draft: (session: string) => Pick<SessionDraft, "giveBack">
  readonly firstMessage: (text: string) => void
}

/** Puts what a command says back to where it was written; false where it says nothing. */
export async function putBack(
  item: Pick<OutboxItem, "id" | "operation" | "input">,
  session: string,
  to: Fields,
): Promise<boolean> {
  const words = wordsOfItem(item)
  if (words !== undefined) {
    await to.draft(session).giveBack(words)
    return true
  }
  const { message } = item.input as { readonly message?: { readonly text?: string } }
  if (item.operation !== "sessions.create" || message?.text === undefined) return false
  to.firstMessage(message.text)
  return true
}

const fieldsOf = (hub: HubModel): Fields => ({ draft: (id) => draftOf(hub, id), firstMessage: giveBackFirstMessage })

/** Takes a command back that was not sent yet. */
export async function takeBackItem(hub: HubModel, item: OutboxItem, session: string): Promise<void> {
  const outcome = await hub.box?.cancel(item.id)
  if (outcome === undefined || outcome === "settled") return tellNotice("Too late: it has been sent.")
  reopened(item)
  const maybe = outcome === "uncertain" ? " It had been sent before: it may have arrived." : ""
  if (await putBack(item, session, fieldsOf(hub))) tellNotice(`Taken back: your words are where you wrote them.${maybe}`)
  else tellNotice(`Taken back.${maybe}`, () => again(hub.box, item))
}

/** Drops a command that was refused, with a way back. */
export async function dropItem(hub: HubModel, item: OutboxItem, session: string): Promise<void> {
  await hub.box?.clear(item.id)
  reopened(item)
  tellNotice("Dropped.", () => {
    void putBack(item, session, fieldsOf(hub)).then((isWords) => (isWords ? undefined : again(hub.box, item)))
  })
}

/** Whoever answers a request now is news to this page. */
function reopened({ operation, session, input }: OutboxItem): void {
  if (operation === "permissions.answer") noteOpen(session, String((input as { readonly requestId?: unknown }).requestId))
}

function again(box: Pick<OutboxLike, "add"> | undefined, { operation, input, session }: OutboxItem): void {
  const given = operation === "sessions.create" ? input : { ...input, session }
  box?.add(operation, given as OutboxInput<typeof operation>).stored.catch((cause: Error) => tellNotice(cause.message))
}
