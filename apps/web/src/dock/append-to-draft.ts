/** Gives words back to a person: into the draft of a session, whether its composer is shown or not. */
import type { HubModel } from "@holdfast/client/model"
import { draftOf } from "./SessionDraft.ts"

/** Puts words behind those of the draft. */
export function appendToDraft(hub: HubModel, session: string, words: string): void {
  void draftOf(hub, session).giveBack({ text: words, files: [] })
}
