/** What a composer does: sends, edits what waits in the queue, takes words back that were refused (docs/protocol/app-rules.md, APP-47 to APP-49). */
import { useCallback, useState } from "react"
import type { OfflineMessage } from "@holdfast/client/outbox"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { useHub, useSessionService } from "@holdfast/react"
import { useStore } from "../ui/store.ts"
import type { Editing } from "./draft-state.ts"
import { keptFiles, textOf, wordsOf } from "./message-parts.ts"
import { beginEdit, saveEdit, savingEdits } from "./queue-edits.ts"
import { sendDraft } from "./send-draft.ts"
import type { SendChoice } from "./send-modes.ts"
import { type ComposerDraft, useComposerDraft } from "./use-composer-draft.ts"

/** A composer. */
export interface ComposerNow {
  readonly draft: ComposerDraft
  readonly editing: Editing | undefined
  /** How many edits were begun here. */
  readonly edits: number
  /** What the field shows: the draft, or the message that is edited. */
  readonly text: string
  /** Whether the edit that is open is on its way. */
  readonly isSaving: boolean
  /** What went wrong, or why words came back. */
  readonly told: string | undefined
  readonly setText: (text: string) => void
  readonly send: (choice: SendChoice) => Promise<void>
  readonly edit: (item: QueueItem) => Promise<void>
  readonly leaveEdit: () => void
  readonly saveEdit: () => Promise<void>
  /** Puts a message that was not sent back into the field; settles once it is kept there. */
  readonly takeBack: (message: Pick<OfflineMessage, "key" | "parts">, why: string) => Promise<void>
  readonly tell: (told: string | undefined) => void
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The composer of a session. */
export function useComposer(session: string): ComposerNow {
  const hub = useHub()
  const service = useSessionService()
  const draft = useComposerDraft(session)
  const { kept, editing } = draft
  const saving = useStore(savingEdits)
  const [told, tell] = useState<string>()
  const [edits, setEdits] = useState(0)

  const send = async (choice: SendChoice): Promise<void> => {
    try {
      if (await sendDraft(kept, session, choice.mode, { hub, service })) tell(undefined)
    } catch (cause) {
      tell(`Not sent: ${messageOf(cause)}`)
    }
  }

  const edit = async (item: QueueItem): Promise<void> => {
    try {
      const { parts } = item.cut === true ? await service.queued(session, item.id) : item
      const before = textOf(parts)
      const begun = beginEdit(kept, { id: item.id, before, text: before, files: keptFiles(parts) })
      if (begun === false) return
      setEdits((count) => count + 1)
      tell(begun.told)
    } catch (cause) {
      tell(messageOf(cause))
    }
  }

  const save = async (): Promise<void> => {
    const saved = await saveEdit(kept, ({ id, text, files }) => {
      const words = text.trim() === "" ? [] : [{ type: "text" as const, text }]
      return service.edit(session, id, files.length === 0 ? { text } : { parts: [...files, ...words] })
    })
    if (saved !== false) tell(saved.told)
  }

  const takeBack = useCallback(
    (message: Pick<OfflineMessage, "key" | "parts">, why: string): Promise<void> => {
      tell(why)
      return kept.giveBack(wordsOf(message.parts, message.key))
    },
    [kept],
  )

  return {
    draft,
    editing,
    edits,
    text: editing?.text ?? draft.text,
    isSaving: editing !== undefined && saving.has(editing.id),
    told,
    setText: (text) => (editing === undefined ? kept.setText(text) : kept.setEditing({ ...editing, text })),
    send,
    edit,
    leaveEdit: () => kept.setEditing(undefined),
    saveEdit: save,
    takeBack,
    tell,
  }
}
