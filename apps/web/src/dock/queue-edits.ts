/**
 * Edits of queued messages, each for itself: what becomes of one never touches another that was begun meanwhile
 * (docs/protocol/app-rules.md, APP-49). They are the same in every pane of a session.
 */
import { sentence } from "../app/sentence.ts"
import { Store } from "../ui/store.ts"
import type { Editing } from "./draft-state.ts"
import type { SessionDraft } from "./SessionDraft.ts"

/** The draft in which an edit is kept. */
export type EditDraft = Pick<SessionDraft, "state" | "setEditing" | "giveBack">

/** The messages whose edit is on its way to the hub, each with the text that is. */
export const savingEdits = new Store<ReadonlyMap<string, string>>(new Map())

/** Begins an edit; resolves to what there is to say about the one that was open. `false` where this one cannot begin. */
export function beginEdit(draft: EditDraft, next: Editing): { readonly told: string | undefined } | false {
  const open = draft.state.get().editing
  const saving = savingEdits.get()
  if (open?.id === next.id || saving.has(next.id)) return false
  // What is on its way to the hub comes back by itself where it could not be saved.
  const isLeft = open !== undefined && open.text !== (saving.get(open.id) ?? open.before)
  if (isLeft) void draft.giveBack({ text: open.text, files: [] })
  draft.setEditing(next)
  return { told: isLeft ? "What you had changed in the other message is in the next one." : undefined }
}

/** Saves the edit that is open by `save`; resolves to what there is to say about it, and to `false` where there is none to save. */
export async function saveEdit(
  draft: EditDraft,
  save: (editing: Editing) => Promise<unknown>,
): Promise<{ readonly told: string | undefined } | false> {
  const { editing } = draft.state.get()
  if (editing === undefined || savingEdits.get().has(editing.id)) return false
  const { id, text } = editing
  savingEdits.set(new Map(savingEdits.get()).set(id, text))
  /** This edit as it is open now; `undefined` once another one is, or none. */
  const own = (): Editing | undefined => {
    const now = draft.state.get().editing
    return now?.id === id ? now : undefined
  }
  try {
    await save(editing)
    // What was typed while it was saved is still to be saved.
    const now = own()
    if (now !== undefined) draft.setEditing(now.text === text ? undefined : { ...now, before: text })
    return { told: undefined }
  } catch (cause) {
    // Too late: the agent has the message as it was. The words are not lost.
    const now = own()
    if (now !== undefined) draft.setEditing(undefined)
    void draft.giveBack({ text: now?.text ?? text, files: [] })
    const where = draft.state.get().editing === undefined ? "here" : "in the next message"
    return { told: `${sentence(cause instanceof Error ? cause.message : String(cause))} Your changed words are ${where}.` }
  } finally {
    savingEdits.set(new Map([...savingEdits.get()].filter(([one]) => one !== id)))
  }
}
