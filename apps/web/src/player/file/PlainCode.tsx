/** Code in an exported file: without colours, as their grammars are many and the file is one. The build puts it in the place of the chat's. */
import type { ReactElement } from "react"
import type { CodeBlockProps } from "../../panes/chat/code/CodeBlock.tsx"

/** A block of code. */
export function CodeBlock({ text, lang }: CodeBlockProps): ReactElement {
  return (
    <pre dir="ltr" data-lang={lang} tabIndex={0} aria-label={lang === "" ? "Code" : `Code, ${lang}`}>
      {text}
    </pre>
  )
}
