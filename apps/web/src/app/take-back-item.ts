/** Takes commands out of the outbox: what a person wrote goes back to where it was written, anything else can be done again (APP-49). */
import type { HubModel, OutboxLike } from "@holdfast/client/model"
import type { OutboxInput, OutboxItem } from "@holdfast/client/outbox"
import { wordsOfItem } from "../dock/take-back.ts"
import { draftOf, type SessionDraft } from "../dock/SessionDraft.ts"
import { giveBackFirstMessage } from "../new-session/wish.ts"
import { createOf } from "../list/offline.ts"
import { noteOpen } from "../requests/answered.ts"
import { tellNotice } from "./notices.ts"

/** Where words go: the draft of a session, and the form of a new session. */
export interface Fields {
  /** `undefined` where no pane can show it: the session was to be made and will not be. */
  readonly draft: (session: string) => Pick<SessionDraft, "giveBack"> | undefined
  readonly firstMessage: (text: string) => void
}

/** Where words are that were put back; `files`: some are not, as the form of a new session takes none. */
type Place = "draft" | "form" | "form without files"

/** Puts what a command says back to where it was written, or else into the form of a new session; `undefined` where it says nothing. */
export async function putBack(
  item: Pick<OutboxItem, "id" | "operation" | "input">,
  session: string,
  to: Fields,
): Promise<Place | undefined> {
  const words = wordsOfItem(item)
  const draft = words === undefined ? undefined : to.draft(session)
  if (words !== undefined && draft !== undefined) {
    await draft.giveBack(words)
    return "draft"
  }
  if (words !== undefined) {
    to.firstMessage(words.text)
    return words.files.length === 0 ? "form" : "form without files"
  }
  const { message } = item.input as { readonly message?: { readonly text?: string } }
  if (item.operation !== "sessions.create" || message?.text === undefined) return undefined
  to.firstMessage(message.text)
  return "form"
}

const PLACES: Readonly<Record<Place, string>> = {
  draft: "your words are where you wrote them.",
  form: "your words are in the form of a new session.",
  "form without files": "your words are in the form of a new session. Attach the files again once it is made.",
}

const fieldsOf = (hub: HubModel): Fields => ({
  // A session that is to be made has a row as long as its creation is in the outbox.
  draft: (id) => (createOf(id) === undefined || hub.table.record(id).get() !== undefined ? draftOf(hub, id) : undefined),
  firstMessage: giveBackFirstMessage,
})

/** Takes a command back that was not sent yet. */
export async function takeBackItem(hub: HubModel, item: OutboxItem, session: string): Promise<void> {
  const outcome = await hub.box?.cancel(item.id)
  if (outcome === undefined || outcome === "settled") return tellNotice("Too late: it has been sent.")
  reopened(item)
  const maybe = outcome === "uncertain" ? " It had been sent before: it may have arrived." : ""
  const place = await putBack(item, session, fieldsOf(hub))
  if (place !== undefined) tellNotice(`Taken back: ${PLACES[place]}${maybe}`)
  else tellNotice(`Taken back.${maybe}`, () => again(hub.box, item))
}

/** Drops a command that was refused, with a way back. */
export async function dropItem(hub: HubModel, item: OutboxItem, session: string): Promise<void> {
  await hub.box?.clear(item.id)
  reopened(item)
  tellNotice("Dropped.", () => {
    void putBack(item, session, fieldsOf(hub)).then((place) =>
      place === undefined ? again(hub.box, item) : tellNotice(`Back: ${PLACES[place]}`),
    )
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
