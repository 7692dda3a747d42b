/** Copying a message as Markdown. */
import type { Message } from "@holdfast/protocol/agent/message"
import { rest } from "../loading.ts"
import { writeText } from "../parts/CopyButton.tsx"

/** Puts a message on the clipboard as Markdown; paths as read from `cwd`. */
export async function copyMessage(message: Message, cwd: string): Promise<void> {
  const { messageMarkdown } = await rest
  await writeText(messageMarkdown(message, cwd))
}
