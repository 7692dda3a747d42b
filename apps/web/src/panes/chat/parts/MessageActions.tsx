/** What can be done with a message: copy it as Markdown, copy its address, continue from before it in another session. */
import type { InputPart, Message } from "@holdfast/protocol/agent/message"
import css from "./parts.module.css"
import { useChat } from "../transcript/chat-context.ts"
import { copyMessage } from "../transcript/copy-message.ts"
import { writeText } from "./CopyButton.tsx"
import { useFork } from "../../../fork/use-fork.ts"
import { sessionPath } from "../../../app/routes.ts"
import { useNotice } from "../../../app/notices.ts"
import { IconButton } from "../../../ui/Button.tsx"

/** The address of a message, for another page. */
export function messageAddress(session: string, message: string): string {
  return new URL(sessionPath(session, message).replace(/^\//, ""), document.baseURI).href
}

/** What a person wrote. */
const wordsOf = (message: Message | undefined): string =>
  ((message?.parts ?? []) as ReadonlyArray<InputPart>).map((part) => (part.type === "text" ? part.text : "")).join("\n")

/** The buttons of a message. */
export function MessageActions({ message, isPerson }: { readonly message: string; readonly isPerson: boolean }) {
  const { session, view, cwd } = useChat()
  const fork = useFork()
  const notice = useNotice()
  const tell = (done: Promise<void>, told: string): void => {
    done.then(
      () => notice(told),
      (cause: Error) => notice(`Nothing was copied: ${cause.message}`),
    )
  }
  const asMarkdown = (): void => {
    const whole = view.transcript.messages.of(message)?.whole.get()
    if (whole !== undefined) tell(copyMessage(whole, cwd), "Copied as Markdown")
  }
  const forkHere = (): void => {
    const whole = view.transcript.messages.of(message)?.whole.get()
    // A person's message is said in another way; an answer is kept.
    void fork(session, isPerson ? { before: message, text: wordsOf(whole) } : { through: message })
  }
  const address = (): void => tell(writeText(messageAddress(session, message)), "Address copied")
  return (
    <span className={css["actions"]}>
      <IconButton label="Copy as Markdown" icon="copy" onClick={asMarkdown} />
      <IconButton label="Copy the message's address" icon="link" onClick={address} />
      <IconButton label={isPerson ? "Fork before this" : "Fork from here"} icon="fork" onClick={forkHere} />
    </span>
  )
}
