/** A block of code: its language, copy, wrap, and its lines, the first ones of a long text. */
import { memo, useState } from "react"
import css from "./code.module.css"
import { CodeLines } from "./CodeLines.tsx"
import { useCodeText } from "./use-code-text.ts"
import { CopyButton } from "../parts/CopyButton.tsx"

/** Lines that are shown of a longer text, until someone asks for more, and how many more. */
const SHOWN = 200
const MORE = 2000

/** What a block is given. */
export interface CodeBlockProps {
  readonly text: string
  readonly lang: string
  /** What is copied, where that is not the text. */
  readonly copied?: string
  /** The text still grows. */
  readonly isOpen: boolean
}

/** A block of code. */
export const CodeBlock = memo(function CodeBlock({ text, lang, isOpen, copied = text }: CodeBlockProps) {
  const [isWrapped, setWrapped] = useState(false)
  const [most, setMost] = useState(SHOWN)
  const code = useCodeText(text, lang, isOpen)
  // A text that grows is followed to its end.
  const lines = text.endsWith("\n") ? code.lines - 1 : code.lines
  const shown = isOpen ? lines : Math.min(most, lines)
  const rest = lines - shown
  return (
    <figure className={css["block"]} data-lang={lang} dir="ltr">
      <figcaption className={css["head"]}>
        <span className={css["lang"]}>{lang === "" ? "text" : lang}</span>
        <button type="button" className={css["tool"]} aria-pressed={isWrapped} onClick={() => setWrapped(!isWrapped)}>
          Wrap
        </button>
        <CopyButton className={css["tool"]} text={() => copied} what="code" />
      </figcaption>
      <pre
        className={css["pre"]}
        data-wrap={isWrapped || undefined}
        tabIndex={0}
        aria-label={lang === "" ? "Code" : `Code, ${lang}`}
      >
        <code>
          {code.chunks.map((chunk) => (chunk.from < shown ? <CodeLines key={chunk.from} chunk={chunk} most={shown} /> : null))}
        </code>
      </pre>
      {rest > 0 ? (
        <button type="button" className={css["more"]} onClick={() => setMost(most + MORE)}>
          {rest > MORE
            ? `Show ${MORE.toLocaleString("en")} of ${rest.toLocaleString("en")} more lines`
            : `Show ${rest.toLocaleString("en")} more lines`}
        </button>
      ) : null}
    </figure>
  )
})
