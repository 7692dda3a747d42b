/** Gives words back to a person: into the draft of a session, whether its composer is shown or not. */
import type { HubModel } from "@holdfast/client/model"
import { appended } from "./draft-state.ts"

/** Puts words behind those of the draft. */
export function appendToDraft(hub: HubModel, session: string, words: string): void {
  const draft = hub.desk.draft(session)
  const { text, ...rest } = draft.latest
  draft.set({ ...rest, text: appended(text, words) })
}
