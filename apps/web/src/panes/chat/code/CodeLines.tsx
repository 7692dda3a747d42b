/** Lines of code with their colours: one component in `memo` for each chunk and for each line. */
import { memo } from "react"
import colorCss from "../../../ui/code-colors.module.css"
import css from "./code.module.css"
import type { CodeChunk } from "./CodeText.ts"
import { runsOf } from "./highlighter.ts"
import type { LineColors } from "./highlighter.ts"

/** One line, with its end. */
export const CodeLine = memo(function CodeLine({
  text,
  colors,
}: {
  readonly text: string
  readonly colors: LineColors | undefined
}) {
  return (
    <span className={css["line"]}>
      {runsOf(text, colors).map((run, index) =>
        run.color === 0 ? (
          run.text
        ) : (
          <span key={index} className={colorCss[`c${run.color}`]}>
            {run.text}
          </span>
        ),
      )}
      {"\n"}
    </span>
  )
})

/** The lines of a chunk, up to `most` of the whole text. */
export const CodeLines = memo(function CodeLines({ chunk, most }: { readonly chunk: CodeChunk; readonly most: number }) {
  const lines = chunk.from + chunk.lines.length <= most ? chunk.lines : chunk.lines.slice(0, Math.max(0, most - chunk.from))
  return lines.map((line, index) => <CodeLine key={index} text={line} colors={chunk.colors[index]} />)
})
