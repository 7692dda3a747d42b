/** What was asked about a call, and who answered. */
import css from "./tools.module.css"
import { useNote } from "../transcript/chat-context.ts"
import { Written } from "../../../requests/Written.tsx"
import type { AskedNote } from "../transcript/TurnNotes.ts"
import { Time } from "../../../ui/Time.tsx"

/** How a request ended, in words. */
export function endWords({ end }: AskedNote): string {
  if (end === undefined) return "waits for an answer"
  const { how, by, words, isByRule } = end
  const said = words === undefined ? "" : `: ${words}`
  switch (how) {
    case "allowed":
      return isByRule === true ? `allowed by a rule${said}` : `allowed by ${by}${said}`
    case "refused":
      return isByRule === true ? `refused by a rule${said}` : `refused by ${by}${said}`
    case "expired":
      return `not answered in time`
    case "cancelled":
      return `not answered: ${by}`
  }
}

/** One line about a request. */
export function AskedLine({ asked }: { readonly asked: AskedNote }) {
  const { end, kind, title } = asked
  const isAnswer = kind === "question" && end?.how === "allowed"
  return (
    <div className={css["asked"]} data-how={end?.how}>
      {asked.toolCallId === undefined || kind !== "tool" ? (
        <span dir="auto">
          <Written text={title} />{" "}
        </span>
      ) : null}
      <span className={css["answer"]} dir="auto">
        <Written text={isAnswer ? `${end.words ?? "answered"} (${end.by})` : endWords(asked)} />
      </span>
      {end === undefined ? null : <Time at={end.at} isSaid className={css["when"]} />}
    </div>
  )
}

/** What was asked about a call, where something was. That it still waits is said in the line of the call. */
export function Approval({ turn, call }: { readonly turn: string; readonly call: string }) {
  const asked = useNote(turn)?.asked.filter(({ toolCallId, end }) => toolCallId === call && end !== undefined) ?? []
  return asked.map((one) => <AskedLine key={one.id} asked={one} />)
}
