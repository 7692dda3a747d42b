/** The settings that a client of the protocol meets, as a table. */
import { SETTINGS } from "../../packages/protocol/src/settings.ts"

/** Settings in the order of the table. */
const NAMES = [
  "bodyMax",
  "socketMaxFrame",
  "socketHelloTimeout",
  "socketSilence",
  "subscriberWindow",
  "catchUpChunk",
  "attachmentsMax",
  "connectionsMax",
  "inputQueueMax",
  "headerTimeout",
  "requestTimeout",
]

const TIMES = /Timeout$|Silence$/

function shown(name, value) {
  if (TIMES.test(name)) return `${value / 1000} s`
  if (value >= 1024 * 1024) return `${value / 1024 / 1024} MiB`
  return value >= 1024 && value % 1024 === 0 ? `${value / 1024} KiB` : String(value)
}

/** The table, without a line end. */
export function limitsTable() {
  const rows = NAMES.map((name) => `| \`${name}\` | ${shown(name, SETTINGS[name].default)} | ${SETTINGS[name].about} |`)
  return ["| setting | default | meaning |", "|---|---|---|", ...rows].join("\n")
}
