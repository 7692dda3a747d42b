/** What a composer does: sends, edits what waits in the queue, takes words back that were refused (docs/protocol/app-rules.md, APP-47 to APP-49). */
import { useCallback, useRef, useState } from "react"
import type { HubModel } from "@holdfast/client/model"
import type { OfflineMessage } from "@holdfast/client/outbox"
import type { FilePart, Sent } from "@holdfast/protocol/agent/message"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { useHub, useSessionService } from "@holdfast/react"
import { tellNotice } from "../app/notices.ts"
import { appended } from "./draft-state.ts"
import { bodyOf, filesOf, keptFiles, textOf } from "./message-parts.ts"
import type { SendChoice } from "./send-modes.ts"
import { type ComposerDraft, useComposerDraft } from "./use-composer-draft.ts"

/** A queued message that is being edited. */
export interface Editing {
  readonly id: string
  readonly text: string
  readonly files: ReadonlyArray<FilePart>
}

/** A composer. */
export interface ComposerNow {
  readonly draft: ComposerDraft
  readonly editing: Editing | undefined
  /** What the field shows: the draft, or the message that is edited. */
  readonly text: string
  readonly isSending: boolean
  /** What went wrong, or why words came back. */
  readonly told: string | undefined
  readonly setText: (text: string) => void
  readonly send: (choice: SendChoice) => Promise<void>
  readonly edit: (item: QueueItem) => Promise<void>
  readonly leaveEdit: () => void
  readonly saveEdit: () => Promise<void>
  /** Puts a message that was not sent back into the field. */
  readonly takeBack: (message: OfflineMessage, why: string) => void
  readonly tell: (told: string | undefined) => void
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
const newId = (): string => crypto.randomUUID()

/** Sends through the outbox, or without one to the hub; settles once one of them has the message. */
async function sendMessage(
  hub: HubModel,
  session: string,
  body: object,
  key: string,
  direct: (key: string) => Promise<unknown>,
): Promise<void> {
  if (hub.box === undefined) {
    await direct(key)
    return
  }
  const entry = hub.box.send(session, body, { id: key })
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

/** The composer of a session. */
export function useComposer(session: string): ComposerNow {
  const hub = useHub()
  const service = useSessionService()
  const draft = useComposerDraft(session)
  const [editing, setEditing] = useState<Editing>()
  const [isSending, setIsSending] = useState(false)
  const [told, tell] = useState<string>()
  const key = useRef<{ readonly text: string; readonly key: string }>(undefined)

  const send = async (choice: SendChoice): Promise<void> => {
    const { text, files } = draft
    if (isSending || (text.trim() === "" && files.length === 0)) return
    setIsSending(true)
    // The same words that may have got through are sent under the same key.
    if (key.current?.text !== text) key.current = { text, key: newId().replaceAll("-", "") }
    const once = key.current.key
    try {
      const body = { ...(await bodyOf(text, files)), mode: choice.mode }
      await sendMessage(hub, session, body, once, (sent) => service.send(session, { ...body, key: sent }))
      key.current = undefined
      draft.clear()
      tell(undefined)
    } catch (cause) {
      tell(`Not sent: ${messageOf(cause)}`)
    }
    setIsSending(false)
  }

  const edit = async (item: QueueItem): Promise<void> => {
    try {
      const { parts } = item.cut === true ? await service.queued(session, item.id) : item
      setEditing({ id: item.id, text: textOf(parts), files: keptFiles(parts) })
      tell(undefined)
    } catch (cause) {
      tell(messageOf(cause))
    }
  }

  const saveEdit = async (): Promise<void> => {
    if (editing === undefined || isSending) return
    const { id, text, files } = editing
    setIsSending(true)
    try {
      const words = text.trim() === "" ? [] : [{ type: "text" as const, text }]
      await service.edit(session, id, files.length === 0 ? { text } : { parts: [...files, ...words] })
      setEditing(undefined)
      tell(undefined)
    } catch (cause) {
      // Too late: the agent has the message as it was. The words are not lost.
      draft.setText(appended(draft.text, text))
      setEditing(undefined)
      tell(`${messageOf(cause)}. Your changed words are here.`)
    }
    setIsSending(false)
  }

  const takeBack = useCallback(
    ({ parts }: OfflineMessage, why: string): void => {
      draft.setText(appended(draft.text, textOf(parts)))
      draft.setFiles((files) => [...files, ...filesOf(parts, newId)])
      tell(why)
    },
    [draft],
  )

  return {
    draft,
    editing,
    text: editing?.text ?? draft.text,
    isSending,
    told,
    setText: (text) => (editing === undefined ? draft.setText(text) : setEditing({ ...editing, text })),
    send,
    edit,
    leaveEdit: () => setEditing(undefined),
    saveEdit,
    takeBack,
    tell,
  }
}
