/** A QR code as a picture: dark on light in both themes, as cameras want it. */
import { useMemo } from "react"
import type { ReactElement } from "react"
import { encodeQR } from "qr"
import css from "./devices.module.css"

/** Light modules around the code, as the standard has it. */
const BORDER = 4

/** Its dark modules, a run at a time. */
function pathOf(rows: ReadonlyArray<ReadonlyArray<boolean>>): string {
  const runs: Array<string> = []
  for (const [y, row] of rows.entries())
    for (let x = 0; x < row.length; x++) {
      if (row[x] !== true) continue
      const from = x
      while (row[x + 1] === true) x++
      runs.push(`M${from} ${y}h${x + 1 - from}v1h${from - x - 1}z`)
    }
  return runs.join("")
}

/** The code of a text. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }): ReactElement {
  const { size, path } = useMemo(() => {
    const rows = encodeQR(text, "raw", { border: BORDER, ecc: "medium" })
    return { size: rows.length, path: pathOf(rows) }
  }, [text])
  return (
    <svg className={css["code"]} viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}
