/** What can be done with a message: copy it as Markdown, copy its address, continue from before it in another session. */
import css from "./parts.module.css"
import { useChat } from "../transcript/chat-context.ts"
import { messageMarkdown } from "../transcript/message-markdown.ts"
import { writeText } from "./CopyButton.tsx"
import { sessionPath } from "../../../app/routes.ts"
import { useNotice } from "../../../app/notices.ts"
import { IconButton } from "../../../ui/Button.tsx"

/** The address of a message, for another page. */
export function messageAddress(session: string, message: string): string {
  return new URL(sessionPath(session, message).replace(/^\//, ""), document.baseURI).href
}

/** The buttons of a message. */
export function MessageActions({ message, isPerson }: { readonly message: string; readonly isPerson: boolean }) {
  const { session, view, cwd, fork } = useChat()
  const notice = useNotice()
  const copy = (text: string, told: string): void => {
    writeText(text).then(
      () => notice(told),
      (cause: Error) => notice(`Nothing was copied: ${cause.message}`),
    )
  }
  const asMarkdown = (): void => {
    const whole = view.transcript.messages.of(message)?.whole.get()
    if (whole !== undefined) copy(messageMarkdown(whole, cwd), "Copied as Markdown")
  }
  return (
    <span className={css["actions"]}>
      <IconButton label="Copy as Markdown" icon="copy" onClick={asMarkdown} />
      <IconButton
        label="Copy the message's address"
        icon="link"
        onClick={() => copy(messageAddress(session, message), "Address copied")}
      />
      {isPerson && fork !== undefined ? <IconButton label="Fork from here" icon="fork" onClick={() => fork(message)} /> : null}
    </span>
  )
}
