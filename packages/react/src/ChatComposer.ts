/** The field for the next message of a chat. */
import { createElement, useState } from "react"
import type { FormEvent, KeyboardEvent, ReactElement } from "react"
import { useChatSession } from "./chat-context.ts"
import { Draft } from "./Draft.ts"
import { useFailure } from "./failure.ts"
import { useHub } from "./provider.ts"
import { useSessionService } from "./sessions.ts"
import { useTurn } from "./view.ts"

/** What the composer says. */
export interface ChatComposerProps {
  readonly label?: string
  readonly send?: string
  readonly stop?: string
}

/**
 * Sends what is typed with Enter, and stops the turn. The text is there until the hub or the outbox has it: a message that failed is sent again
 * under its key, so it is never there twice.
 */
export function ChatComposer({ label = "Message", send = "Send", stop = "Stop" }: ChatComposerProps): ReactElement {
  const session = useChatSession()
  const service = useSessionService()
  const hub = useHub()
  const turn = useTurn(session)
  const [text, setText] = useState("")
  const { alert, told } = useFailure()
  const [isSending, setIsSending] = useState(false)
  const [draft] = useState(() => new Draft())
  const submit = async (event: FormEvent | KeyboardEvent): Promise<void> => {
    event.preventDefault()
    if (text.trim() === "" || isSending) return
    setIsSending(true)
    if (await told(draft.send(session, text, { box: hub.box, service }))) setText("")
    setIsSending(false)
  }
  const field = createElement("textarea", {
    "aria-label": label,
    dir: "auto",
    value: text,
    readOnly: isSending,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => {
      draft.changed()
      setText(target.value)
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) void submit(event)
    },
  })
  const stopButton = createElement(
    "button",
    { type: "button", disabled: turn.interrupting === true, onClick: () => void told(service.interrupt(session)) },
    stop,
  )
  return createElement(
    "form",
    { "data-holdfast": "composer", onSubmit: (event: FormEvent) => void submit(event) },
    field,
    createElement("button", { type: "submit", disabled: isSending }, send),
    turn.status === "streaming" ? stopButton : null,
    alert,
  )
}
