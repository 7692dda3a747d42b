/** Output of a tool: its end or its beginning, with its size, and all of it when it is asked for. Colours are classes, never styles of the output's. */
import { memo, useMemo, useState } from "react"
import css from "./tools.module.css"
import { ansiLines, plainOutput } from "./ansi.ts"
import type { AnsiRun } from "./ansi.ts"
import { sizeText } from "../../../ui/size.ts"
import { counted, linesIn } from "../rows/tool-input.ts"
import { Written } from "../../../requests/Written.tsx"
import { CopyButton } from "../parts/CopyButton.tsx"

/** Lines that are shown of a longer output, and how many more at a time. */
const SHOWN = 12
const MORE = 2000

/** Characters of a line that are shown: no one reads more, and a page with more of them is slow. */
const LINE_MAX = 4000

/** What an output is given. */
export interface OutputProps {
  readonly text: string
  /** Which part of a long one is shown first: what a command says last, what a file begins with. */
  readonly end: "first" | "last"
  readonly isError?: boolean
}

function classOf(run: AnsiRun): string | undefined {
  const names = [
    run.color === undefined ? "" : css[`fg${run.color}`],
    run.background === undefined ? "" : css[`bg${run.background}`],
    run.isBold ? css["bold"] : "",
    run.isDim ? css["dim"] : "",
    run.isItalic ? css["italic"] : "",
    run.isUnderlined ? css["under"] : "",
    run.isStruck ? css["struck"] : "",
  ].filter((name) => name !== "" && name !== undefined)
  return names.length === 0 ? undefined : names.join(" ")
}

const OutputLine = memo(function OutputLine({ runs }: { readonly runs: ReadonlyArray<AnsiRun> }) {
  return (
    <span className={css["outLine"]}>
      {runs.map((run, index) => {
        const text = run.text.length > LINE_MAX ? `${run.text.slice(0, LINE_MAX)} …` : run.text
        const look = classOf(run)
        return look === undefined ? (
          <Written key={index} text={text} />
        ) : (
          <span key={index} className={look}>
            <Written text={text} />
          </span>
        )
      })}
      {"\n"}
    </span>
  )
})

/** The part of an output that has about this many lines, from its beginning or its end. */
function piece(text: string, lines: number, end: OutputProps["end"]): string {
  if (end === "first") {
    let at = -1
    for (let count = 0; count < lines; count++) {
      at = text.indexOf("\n", at + 1)
      if (at === -1) return text
    }
    return text.slice(0, at)
  }
  let at = text.endsWith("\n") ? text.length - 1 : text.length
  for (let count = 0; count < lines; count++) {
    at = text.lastIndexOf("\n", at - 1)
    if (at <= 0) return text
  }
  return text.slice(at + 1)
}

/** Output of a tool. */
export const Output = memo(function Output({ text, end, isError = false }: OutputProps) {
  const [most, setMost] = useState(SHOWN)
  const total = useMemo(() => linesIn(text), [text])
  const shown = useMemo(() => ansiLines(piece(text, most, end).replace(/\n$/, "")), [text, most, end])
  const rest = total - most
  const more =
    rest <= 0 ? null : (
      <div className={css["more"]}>
        <button type="button" onClick={() => setMost(most + MORE)}>
          {rest > MORE ? `Show ${MORE.toLocaleString("en")} more` : "Show all"} of {counted(total, "line")},{" "}
          {sizeText(text.length)}
        </button>
        <CopyButton text={() => plainOutput(text)} what="output" />
      </div>
    )
  return (
    <div className={css["output"]} data-error={isError || undefined} dir="ltr">
      {end === "last" ? more : null}
      <pre tabIndex={0} aria-label="Output">
        {shown.map((runs, index) => (
          <OutputLine key={index} runs={runs} />
        ))}
      </pre>
      {end === "first" ? more : null}
    </div>
  )
})
