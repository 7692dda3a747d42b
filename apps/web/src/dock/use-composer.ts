/** What a composer does: sends, edits what waits in the queue, takes words back that were refused (docs/protocol/app-rules.md, APP-47 to APP-49). */
import { useCallback, useState } from "react"
import type { OfflineMessage } from "@holdfast/client/outbox"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { useHub, useSessionService } from "@holdfast/react"
import type { Editing } from "./draft-state.ts"
import { keptFiles, textOf, wordsOf } from "./message-parts.ts"
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
  /** Whether an edit of the queue is on its way. */
  readonly isSaving: boolean
  /** What went wrong, or why words came back. */
  readonly told: string | undefined
  readonly setText: (text: string) => void
  readonly send: (choice: SendChoice) => Promise<void>
  readonly edit: (item: QueueItem) => Promise<void>
  readonly leaveEdit: () => void
  readonly saveEdit: () => Promise<void>
  /** Puts a message that was not sent back into the field; settles once it is kept there. */
  readonly takeBack: (message: Pick<OfflineMessage, "parts">, why: string) => Promise<void>
  readonly tell: (told: string | undefined) => void
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The composer of a session. */
export function useComposer(session: string): ComposerNow {
  const hub = useHub()
  const service = useSessionService()
  const draft = useComposerDraft(session)
  const { kept, editing } = draft
  const [isSaving, setIsSaving] = useState(false)
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
      const open = kept.state.get().editing
      if (open?.id === item.id) return
      const before = textOf(parts)
      const isLeft = open !== undefined && open.text !== open.before
      if (isLeft) void kept.giveBack({ text: open.text, files: [] })
      kept.setEditing({ id: item.id, before, text: before, files: keptFiles(parts) })
      setEdits((count) => count + 1)
      tell(isLeft ? "What you had changed in the other message is in the next one." : undefined)
    } catch (cause) {
      tell(messageOf(cause))
    }
  }

  const saveEdit = async (): Promise<void> => {
    if (editing === undefined || isSaving) return
    const { id, text, files } = editing
    setIsSaving(true)
    try {
      const words = text.trim() === "" ? [] : [{ type: "text" as const, text }]
      await service.edit(session, id, files.length === 0 ? { text } : { parts: [...files, ...words] })
      // What was typed while it was saved is still to be saved.
      const now = kept.state.get().editing
      kept.setEditing(now?.id === id && now.text !== text ? { ...now, before: text } : undefined)
      tell(undefined)
    } catch (cause) {
      // Too late: the agent has the message as it was. The words are not lost.
      const last = kept.state.get().editing?.text ?? text
      kept.setEditing(undefined)
      void kept.giveBack({ text: last, files: [] })
      tell(`${messageOf(cause)}. Your changed words are here.`)
    }
    setIsSaving(false)
  }

  const takeBack = useCallback(
    (message: Pick<OfflineMessage, "parts">, why: string): Promise<void> => {
      tell(why)
      return kept.giveBack(wordsOf(message.parts))
    },
    [kept],
  )

  return {
    draft,
    editing,
    edits,
    text: editing?.text ?? draft.text,
    isSaving,
    told,
    setText: (text) => (editing === undefined ? kept.setText(text) : kept.setEditing({ ...editing, text })),
    send,
    edit,
    leaveEdit: () => kept.setEditing(undefined),
    saveEdit,
    takeBack,
    tell,
  }
}
