/** What can be done with a message: copy it as Markdown, copy its address, continue from before it in another session. */
import css from "./parts.module.css"
import { useChat } from "../transcript/chat-context.ts"
import { copyMessage } from "../transcript/copy-message.ts"
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
  const address = (): void => tell(writeText(messageAddress(session, message)), "Address copied")
  return (
    <span className={css["actions"]}>
      <IconButton label="Copy as Markdown" icon="copy" onClick={asMarkdown} />
      <IconButton label="Copy the message's address" icon="link" onClick={address} />
      {isPerson && fork !== undefined ? <IconButton label="Fork from here" icon="fork" onClick={() => fork(message)} /> : null}
    </span>
  )
}
