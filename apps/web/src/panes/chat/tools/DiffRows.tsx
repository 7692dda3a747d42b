/** The lines of a change, the first six of a long one, coloured by the file's language. */
import { memo, useEffect, useState } from "react"
import css from "./tools.module.css"
import { runsOf, highlight } from "../code/highlighter.ts"
import type { LineColors } from "../code/highlighter.ts"
import { diffOf } from "../rows/changes.ts"
import type { DiffLine, FileChange } from "../rows/changes.ts"
import colorCss from "../../../ui/code-colors.module.css"

/** Lines of a diff that are shown until someone asks for all. */
export const DIFF_SHOWN = 6
/** Most that are shown then. */
const MOST = 2000

/** Colours of the lines of a diff: those before and those after are each coloured as a text. */
function useDiffColors(lines: ReadonlyArray<DiffLine>, path: string): ReadonlyArray<LineColors | undefined> | undefined {
  const [colors, setColors] = useState<ReadonlyArray<LineColors | undefined> | undefined>(undefined)
  useEffect(() => {
    let isWanted = true
    const side = (other: "+" | "-"): Promise<ReadonlyArray<LineColors> | undefined> =>
      highlight(lines.flatMap(({ sign, text }) => (sign === other ? [] : [text])).join("\n"), path)
    void Promise.all([side("+"), side("-")]).then(([before, after]) => {
      if (!isWanted || (before === undefined && after === undefined)) return
      let [old, now] = [0, 0]
      setColors(
        lines.map(({ sign }) => {
          if (sign === "-") return before?.[old++]
          if (sign === "+") return after?.[now++]
          old++
          return after?.[now++]
        }),
      )
    })
    return () => {
      isWanted = false
    }
  }, [lines, path])
  return colors
}

const SIGNS = { "+": "+", "-": "−", " ": "", "@": "" } as const
const CLASSES = { "+": "add", "-": "del", " ": "same", "@": "gap" } as const
const SAID = { "+": "added", "-": "removed", " ": undefined, "@": undefined } as const

interface DiffRowProps {
  readonly line: DiffLine
  readonly colors: LineColors | undefined
}

const DiffRow = memo(function DiffRow({ line, colors }: DiffRowProps) {
  const { sign, text } = line
  return (
    <span className={css[CLASSES[sign]]}>
      <i aria-label={SAID[sign]}>{sign === " " ? (line.after ?? line.before ?? "") : SIGNS[sign]}</i>
      {sign === "@" ? (
        <span className={css["hunk"]}>{text === "" ? "⋯" : text}</span>
      ) : (
        runsOf(text, colors).map((run, index) =>
          run.color === 0 ? (
            run.text
          ) : (
            <span key={index} className={colorCss[`c${run.color}`]}>
              {run.text}
            </span>
          ),
        )
      )}
      {"\n"}
    </span>
  )
})

/** What a diff is given. */
export interface DiffRowsProps {
  readonly change: FileChange
  /** Whether its path is said above it: where a call changes several files. */
  readonly isNamed: boolean
  readonly isWhole: boolean
  readonly onWhole: () => void
}

/** A change of one file. */
export const DiffRows = memo(function DiffRows({ change, isNamed, isWhole, onWhole }: DiffRowsProps) {
  const lines = diffOf(change)
  const colors = useDiffColors(lines, change.path)
  const shown = lines.slice(0, isWhole ? MOST : DIFF_SHOWN)
  const rest = lines.length - shown.length
  if (lines.length === 0) return null
  return (
    <div className={css["diff"]} dir="ltr">
      {isNamed ? <div className={css["path"]}>{change.path}</div> : null}
      <pre tabIndex={0} aria-label={`The change of ${change.path}`}>
        {shown.map((line, index) => (
          <DiffRow key={index} line={line} colors={colors?.[index]} />
        ))}
      </pre>
      {rest > 0 ? (
        <button type="button" className={css["rest"]} onClick={onWhole}>
          {isWhole ? `${rest.toLocaleString("en")} more lines are in the file` : `${rest.toLocaleString("en")} more lines`}
        </button>
      ) : null}
    </div>
  )
})
