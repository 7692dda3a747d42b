/** The text of a plan, as Markdown, with hidden characters spelled out (docs/protocol/app-rules.md, APP-41). */
import { Markdown } from "../panes/chat/markdown/Markdown.tsx"
import { piecesOf } from "./hidden.ts"

/** Shows a plan. */
export default function PlanText({ text }: { readonly text: string }) {
  return (
    <Markdown
      key={text}
      text={piecesOf(text)
        .map((piece) => piece.text)
        .join("")}
    />
  )
}
