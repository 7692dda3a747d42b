/** Copying a message as Markdown; what makes it is loaded when it is first wanted. */
import type { Message } from "@holdfast/protocol/agent/message"
import { writeText } from "../parts/CopyButton.tsx"

/** Puts a message on the clipboard as Markdown; paths as read from `cwd`. */
export async function copyMessage(message: Message, cwd: string): Promise<void> {
  const { messageMarkdown } = await import("./message-markdown.ts")
  await writeText(messageMarkdown(message, cwd))
}
