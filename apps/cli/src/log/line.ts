/**
 * An event as one line for people.
 */
import type { Event } from "@holdfast/protocol/event"
import { clock } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { knownEvent } from "@holdfast/protocol/events"
import type { ReportedProgram } from "@holdfast/protocol/terminal-program"
import { commandText, programLine } from "../sessions/program-text.ts"
import { agentContent } from "./agent-content.ts"
import { fitText, padText } from "../text/width.ts"

/** Columns of a line when the output is no terminal. */
const DEFAULT_WIDTH = 160

/** The line of an event: seq, time, kind, who, and what it holds as far as there is room. */
export function eventLine(event: Event, width = DEFAULT_WIDTH, paint: Paint = plain): string {
  const seq = padText(event.from === undefined ? String(event.seq) : `${event.from}-${event.seq}`, 7, "right")
  const kind = padText(`${printable(event.channel)}/${printable(event.type)}`, 18)
  const by = event.by === undefined ? "" : `${printable(event.by)}: `
  const room = Math.max(10, width - 7 - 19 - 18 - 6)
  return `${paint("cyan", seq)}  ${paint("dim", clock(event.time))}  ${paint("bold", kind)}  ${fitText(by + content(event), room)}`.trimEnd()
}

function content(event: Event): string {
  const { data } = event
  const told = agentContent(event) ?? programContent(event)
  if (told !== undefined) return told
  if (typeof data !== "object" || data === null || Array.isArray(data)) return printable(JSON.stringify(data))
  const fields: Readonly<Record<string, unknown>> = { ...data }
  if (event.channel === "terminal" && event.type === "output") {
    return typeof fields["text"] === "string"
      ? printable(fields["text"])
      : `${String(fields["base64"]).length} characters of base64`
  }
  return Object.entries(fields)
    .filter(([, value]) => typeof value !== "object")
    .map(([name, value]) => `${name}=${printable(String(value))}`)
    .join(" ")
}

/** What a terminal's program reports, or its shell runs; `undefined` for other events. */
function programContent(event: Event): string | undefined {
  const known = knownEvent(event)
  switch (known?.name) {
    case "terminal/command":
      return commandText(known.data, event.time)
    case "terminal/program":
    case "terminal/progress": {
      const { state, tasks = [] } = known.data
      if (state === undefined) return "nothing reported any more"
      const report: ReportedProgram = { ...known.data, state }
      return `${programLine(report)}${tasks.length === 0 ? "" : ` · ${tasks.length} task${tasks.length === 1 ? "" : "s"}`}`
    }
    default:
      return undefined
  }
}

/** Bytes of a `terminal/output` event; `undefined` for any other. */
export function outputBytes(event: Event): Uint8Array | undefined {
  if (event.channel !== "terminal" || event.type !== "output") return undefined
  const { data } = event
  if (typeof data !== "object" || data === null || Array.isArray(data)) return undefined
  const fields: Readonly<Record<string, unknown>> = { ...data }
  if (typeof fields["text"] === "string") return Buffer.from(fields["text"])
  return typeof fields["base64"] === "string" ? Buffer.from(fields["base64"], "base64") : undefined
}

/** Size in cells that the terminal has from an event on; `undefined` for an event that sets none. */
export function sizeOf({ channel, type, data }: Event): { readonly cols: number; readonly rows: number } | undefined {
  if (
    channel !== "terminal" ||
    (type !== "started" && type !== "resize") ||
    typeof data !== "object" ||
    data === null ||
    Array.isArray(data)
  )
    return undefined
  const { cols, rows }: Readonly<Record<string, unknown>> = { ...data }
  return typeof cols === "number" && typeof rows === "number" ? { cols, rows } : undefined
}
