/** The pane of an agent's session: its transcript, and below it the dock. */
import { lazy, Suspense, useMemo, useState } from "react"
import type { ReactElement } from "react"
import { useSessionView } from "@holdfast/react"
import { loadPart } from "../../app/part.ts"
import css from "./chat.module.css"
import { ShowFileContext } from "./files/shown-file.ts"
import type { ShowFile } from "./files/shown-file.ts"
import { rest } from "./loading.ts"
import { PaceContext, useOf, usePace } from "./pace/use-paced.ts"
import { ChatContext } from "./transcript/chat-context.ts"
import type { Chat } from "./transcript/chat-context.ts"
import { Folds } from "./transcript/folds.ts"
import { Transcript } from "./transcript/Transcript.tsx"
import { useTurnNotes } from "./transcript/use-turn-notes.ts"
import type { PaneProps } from "../../workspace/pane-props.ts"

/** Loaded beside the transcript, which is shown without waiting for it. */
const loading = loadPart(() => import("../../dock/Dock.tsx"))
const Dock = lazy(async () => ({ default: (await loading).Dock }))

const FileView = lazy(async () => ({ default: (await rest).FileView }))

/** The chat with an agent. */
export default function ChatPane({ session, isFocused, isSeen }: PaneProps): ReactElement {
  const view = useSessionView(session)
  const pace = usePace({ isFocused, isSeen })
  const [folds] = useState(() => new Folds())
  const notes = useTurnNotes(view)
  const cwd = useOf(view.record, (record) => record?.agent?.cwd) ?? ""
  const chat = useMemo((): Chat => ({ session, view, folds, notes, cwd }), [session, view, folds, notes, cwd])
  const showFile = useMemo(
    (): ShowFile => (file) => (
      <Suspense fallback={file.filename ?? file.mediaType}>
        <FileView session={session} file={file} />
      </Suspense>
    ),
    [session],
  )
  return (
    <ChatContext value={chat}>
      <div className={css["chat"]}>
        <PaceContext value={pace}>
          <ShowFileContext value={showFile}>
            <Transcript key={session} isSeen={isSeen} />
          </ShowFileContext>
        </PaceContext>
        <Suspense fallback={<div className={css["dock"]} />}>
          <Dock session={session} isFocused={isFocused} />
        </Suspense>
      </div>
    </ChatContext>
  )
}
