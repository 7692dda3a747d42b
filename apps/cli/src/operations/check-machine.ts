/**
 * Checks of the machine and the terminal.
 */
import type { Finding } from "./finding.ts"

/** Is this Node new enough? */
export function checkNode(): Finding {
  const major = Number(process.versions.node.split(".")[0])
  return major >= 24
    ? { check: "node", state: "ok", found: `${process.version} on ${process.platform} ${process.arch}` }
    : { check: "node", state: "problem", found: process.version, advice: "holdfast needs Node 24 or newer" }
}

/** Can `attach` work here? */
export function checkTerminal(): Finding {
  if (!process.stdout.isTTY) return { check: "terminal", state: "ok", found: "output is not a terminal; attach needs one" }
  const { TERM: term = "" } = process.env
  const size = `${process.stdout.columns}x${process.stdout.rows}`
  if (term === "" || term === "dumb") {
    return {
      check: "terminal",
      state: "warning",
      found: `TERM is ${term === "" ? "not set" : term}`,
      advice: "set TERM to your terminal's type, for example xterm-256color",
    }
  }
  return { check: "terminal", state: "ok", found: `${term}, ${size}${process.stdin.isTTY ? "" : ", input is not a terminal"}` }
}

/** Is the clock plausible? Times and ids of sessions come from it. */
export function checkClock(): Finding {
  const now = Date.now()
  const found = new Date(now).toISOString()
  return now > Date.UTC(2025, 0, 1) && now < Date.UTC(2100, 0, 1)
    ? { check: "clock", state: "ok", found }
    : { check: "clock", state: "problem", found, advice: "set the machine's clock; session ids and times depend on it" }
}
