/** Words of a film: prose with its line breaks, code in its fences. Nothing is read as HTML. */
import { memo, useMemo } from "react"
import type { ReactElement } from "react"
import css from "./Player.module.css"

const FENCE = /^ {0,3}(`{3,}|~{3,})/

interface Block {
  readonly isCode: boolean
  readonly text: string
}

/** Text in blocks: what stands between fences, and what does not. */
export function blocksOf(text: string): ReadonlyArray<Block> {
  const blocks: Array<Block> = []
  let fence: string | undefined
  let lines: Array<string> = []
  const end = (isCode: boolean): void => {
    const joined = lines.join("\n")
    if (joined.trim() !== "") blocks.push({ isCode, text: isCode ? joined : joined.trim() })
    lines = []
  }
  for (const line of text.split("\n")) {
    const mark = FENCE.exec(line)?.[1]
    if (fence === undefined && mark !== undefined) {
      end(false)
      fence = mark
    } else if (fence !== undefined && mark?.startsWith(fence) === true && line.trim() === mark) {
      end(true)
      fence = undefined
    } else lines.push(line)
  }
  end(fence !== undefined)
  return blocks
}

/** A text of a message. */
export const FilmText = memo(function FilmText({ text }: { readonly text: string }): ReactElement {
  const blocks = useMemo(() => blocksOf(text), [text])
  return (
    <>
      {blocks.map((block, at) =>
        block.isCode ? (
          <pre dir="ltr" key={at}>
            {block.text}
          </pre>
        ) : (
          <p className={css["prose"]} dir="auto" key={at}>
            {block.text}
          </p>
        ),
      )}
    </>
  )
})
