/** The colours of the lines of a diff: both sides are texts of their own, coloured by the page's worker. */
import { useEffect, useState } from "react"
import type { Colors, DiffLine, DiffRow } from "./rows.ts"

const NONE: Colors = new Map()

/** Lines of a side in their order, those in gaps included where they are known. */
function sideOf(rows: ReadonlyArray<DiffRow>, side: "add" | "del"): ReadonlyArray<DiffLine> {
  return rows.flatMap((row): ReadonlyArray<DiffLine> => {
    if (row.kind === "gap") return row.lines ?? []
    return row.kind === side || row.kind === "same" ? [row] : []
  })
}

/** The colours of a diff; none until they are there, and for languages that are not known. */
export function useColors(rows: ReadonlyArray<DiffRow>, path: string): Colors {
  const [colors, setColors] = useState(NONE)
  useEffect(() => {
    let isOver = false
    const sides = (["del", "add"] as const).map(async (side) => {
      const lines = sideOf(rows, side)
      // A diff is shown and read without them: they come with whatever colours code first.
      const { highlight } = await import("../../panes/chat/code/highlighter.ts")
      const found = await highlight(lines.map(({ text }) => text).join("\n"), path)
      return lines.flatMap((line, at) => (found?.[at] === undefined ? [] : [[line, found[at]] as const]))
    })
    Promise.all(sides).then(
      (found) => {
        if (!isOver) setColors(new Map(found.flat()))
      },
      (cause: unknown) => console.warn("a diff is shown without colours:", cause),
    )
    return () => {
      isOver = true
    }
  }, [rows, path])
  // Lines that stay keep theirs until the new ones are there; others have none in it.
  return colors
}
