/**
 * The messages that wait, as a table.
 */
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import { ago } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { plain } from "../text/style.ts"
import type { Paint } from "../text/style.ts"
import { table } from "../text/table.ts"
import { inputLine } from "./message-text.ts"

/** The table of a queue as lines. */
export function queueTable(
  queue: ReadonlyArray<QueueItem>,
  now: number,
  options: { readonly width?: number; readonly paint?: Paint },
): ReadonlyArray<string> {
  return table(
    [
      { title: "#", text: (item) => String(queue.indexOf(item) + 1), side: "right" },
      { title: "ID", text: ({ id }) => id.slice(-8), style: () => "cyan" },
      { title: "STATUS", text: ({ status }) => status, style: ({ status }) => (status === "uncertain" ? "red" : undefined) },
      { title: "MODE", text: ({ mode }) => mode, drop: 3 },
      { title: "BY", text: ({ by }) => printable(by), drop: 2, least: 4 },
      { title: "SENT", text: ({ at }) => ago(at, now), drop: 1, side: "right" },
      { title: "MESSAGE", text: (item) => `${inputLine(item.parts)}${item.edited === true ? " (edited)" : ""}`, least: 10 },
    ],
    queue,
    { paint: options.paint ?? plain, width: options.width ?? 200 },
  )
}
