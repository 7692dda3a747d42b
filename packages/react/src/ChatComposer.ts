/** The field for the next message of a chat. */
import { createElement, useRef, useState } from "react"
import type { FormEvent, KeyboardEvent, ReactElement } from "react"
import { useChatSession } from "./chat-context.ts"
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
  const [failure, setFailure] = useState<string>()
  const [isSending, setIsSending] = useState(false)
  const key = useRef<string>(undefined)
  const told = (call: Promise<unknown>): Promise<boolean> =>
    call.then(
      () => {
        setFailure(undefined)
        return true
      },
      (cause: unknown) => {
        setFailure(cause instanceof Error ? cause.message : String(cause))
        return false
      },
    )
  const submit = async (event: FormEvent | KeyboardEvent): Promise<void> => {
    event.preventDefault()
    if (text.trim() === "" || isSending) return
    key.current ??= newKey()
    setIsSending(true)
    // An outbox keeps it until the hub has it; it is shown there, also when it is refused.
    const call = hub.box?.send(session, { text }).stored ?? service.send(session, { text, key: key.current })
    if (await told(call)) {
      key.current = undefined
      setText("")
    }
    setIsSending(false)
  }
  const field = createElement("textarea", {
    "aria-label": label,
    dir: "auto",
    value: text,
    readOnly: isSending,
    onChange: ({ target }: { readonly target: { readonly value: string } }) => {
      // Another text is another message.
      key.current = undefined
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
    failure === undefined ? null : createElement("p", { role: "alert" }, failure),
  )
}

/** A key that no other message has. */
function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("")
}
