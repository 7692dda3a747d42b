/**
 * `holdfast screen`: what a viewer sees now, once, with its colours where they are wanted (docs/protocol/rules.md, T-19).
 */
import { decodeRecord, RECORD_OUTPUT } from "@holdfast/protocol/record"
import type { RecordView } from "@holdfast/protocol/record"
import { croppedRow } from "../attach/cropped-row.ts"
import { harmless } from "../attach/OutputFilter.ts"
import { SessionScreen } from "../attach/SessionScreen.ts"
import { sizeOf } from "../log/line.ts"
import { toFailure } from "../failure.ts"
import { paint, printEither, writeOut } from "../output.ts"
import { ask, connectHub, useHub } from "../server/hub.ts"
import type { HubClient } from "../server/hub.ts"
import { printableLines } from "../text/printable.ts"
import { plain } from "../text/style.ts"

/** Which screen, and how it is printed. */
export interface ScreenOptions {
  readonly session: string
  readonly json: boolean
  /** With colours and other attributes, also into a pipe. */
  readonly color: boolean
  /** With the lines above the screen, as far as the server has them. */
  readonly scrollback: boolean
}

/** Prints a screen. */
export async function screen({ session, json, color, scrollback }: ScreenOptions): Promise<void> {
  const hub = useHub()
  const isColored = !json && (color || paint !== plain)
  if (!isColored && !scrollback) {
    const seen = await ask(hub, (api) => api.screen(session))
    return printEither(json, seen, () => [printableLines(seen.text)])
  }
  const rows = await rowsOf(hub, session, scrollback, isColored)
  if (json) printEither(true, { text: rows.join("\n") }, () => [])
  else
    await writeOut(Buffer.concat(rows.flatMap((row) => [isColored ? harmless(row) : Buffer.from(printableLines(row)), NEWLINE])))
}

const NEWLINE = Buffer.from("\n")

/** The rows down to the last that is not blank, with their attributes or without. */
async function rowsOf(hub: HubClient, id: string, withScrollback: boolean, isColored: boolean): Promise<ReadonlyArray<string>> {
  const shown = await present(hub, id)
  try {
    const { core } = shown.terminal
    const { active } = core.buffers
    const first = withScrollback ? 0 : active.ybase
    const rows = Array.from({ length: active.ybase + core.rows - first }, (_, row) => {
      const text = croppedRow(core, active.lines.get(first + row), 0, core.cols, core.cols)
      // Nothing is erased here: what follows in the row is blank.
      const written = text.endsWith(ERASE) ? text.slice(0, -ERASE.length) : text
      return isColored ? written : written.replace(SEQUENCE, "")
    })
    while (rows.length > 0 && rows.at(-1)?.replace(SEQUENCE, "").trim() === "") rows.pop()
    return rows
  } finally {
    shown.stop()
  }
}

const ERASE = "\u001b[K"
// oxlint-disable-next-line no-control-regex
const SEQUENCE = /\u001b\[[\d;:]*[A-Za-z]|\u001b\][^\u001b]*\u001b\\/g

/** The session's screen when all that is in the log was read. */
async function present(hub: HubClient, session: string): Promise<SessionScreen> {
  const { Attachment } = await import("@holdfast/client/Attachment")
  const connection = await connectHub(hub)
  try {
    const attachment = new Attachment(connection, { session, mode: "viewer" })
    let shown: SessionScreen | undefined
    let size = { cols: 80, rows: 24 }
    for await (const item of attachment) {
      if (item._tag === "Attached") size = item.session.terminal ?? size
      else if (item._tag === "Snapshot") {
        shown?.stop()
        shown = new SessionScreen({ cols: item.cols ?? size.cols, rows: item.rows ?? size.rows })
        shown.write(item.screen)
      } else if (item._tag === "Event") take(shown, item.record)
      else if (item._tag === "Ended" && item.error !== undefined) throw toFailure(item.error, hub.target.origin)
      else if (item._tag === "Synced") break
    }
    return shown ?? new SessionScreen(size)
  } finally {
    connection.close()
  }
}

function take(screen: SessionScreen | undefined, record: RecordView): void {
  if (record.kind === RECORD_OUTPUT) return screen?.write(record.body)
  const size = sizeOf(decodeRecord(record))
  if (size !== undefined) screen?.resize(size)
}
