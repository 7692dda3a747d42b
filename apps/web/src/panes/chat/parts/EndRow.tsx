/** How a turn ended: quietly when it completed, in words when it did not, with what it asked apart from calls. */
import { memo } from "react"
import type { TurnOutcome } from "@holdfast/protocol/agent/message"
import css from "./parts.module.css"
import type { Row } from "../rows/plan.ts"
import { AskedLine } from "../tools/Approval.tsx"
import { useChat, useHead, useNote } from "../transcript/chat-context.ts"
import type { TurnNote } from "../transcript/TurnNotes.ts"
import { MessageActions } from "./MessageActions.tsx"
import { ForkLinks } from "../../../fork/ForkLinks.tsx"
import { duration } from "../../../ui/time.ts"

function tokens(count: number): string {
  return count < 1000 ? `${count} tokens` : `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k tokens`
}

/** What a turn took, in a few numbers. */
export function tookWords({ startedAt, endedAt, usage }: TurnNote): string {
  const words: Array<string> = []
  if (startedAt !== undefined && endedAt !== undefined) words.push(duration(endedAt - startedAt))
  const all = (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0)
  if (all > 0) words.push(tokens(all))
  if (usage?.cost !== undefined && usage.cost > 0) words.push(`$${usage.cost.toFixed(usage.cost < 1 ? 3 : 2)}`)
  return words.join(" · ")
}

/** How a turn ended, in words. */
export function endWords(outcome: TurnOutcome, note: TurnNote | undefined): string {
  switch (outcome) {
    case "completed":
      return ""
    case "interrupted": {
      const by = note?.interruptedBy
      return by === undefined ? "Interrupted." : by.startsWith("because") ? `Interrupted ${by}.` : `Interrupted by ${by}.`
    }
    case "lost":
      return "The agent's process was lost; what it had said is above. The next message starts it again."
    case "error":
      return note?.error === undefined ? "The turn failed." : `The turn failed: ${note.error.message}`
  }
}

/** The end of a turn. */
export const EndRow = memo(function EndRow({ row }: { readonly row: Row }) {
  const { session } = useChat()
  const head = useHead(row.message)
  const note = useNote(row.message)
  const outcome = head?.outcome ?? "completed"
  const words = endWords(outcome, note)
  const asked = note?.asked.filter(({ toolCallId }) => toolCallId === undefined) ?? []
  return (
    <div className={css["end"]} data-outcome={outcome} tabIndex={-1}>
      {asked.map((one) => (
        <AskedLine key={one.id} asked={one} />
      ))}
      {words === "" ? null : (
        <p className={css["ended"]} dir="auto">
          {words}
        </p>
      )}
      <ForkLinks session={session} message={row.message} />
      <div className={css["took"]}>
        <span>{note === undefined ? "" : tookWords(note)}</span>
        <MessageActions message={row.message} isPerson={false} />
      </div>
    </div>
  )
})
