/**
 * Which control sequences (ECMA-48 CSI) may reach a viewer's terminal. Numbers are those of xterm's `ctlseqs`.
 */

/** Private modes that make a terminal report by itself: colour scheme (2031) and size in band (2048). */
const REPORTING_MODES = new Set(["2031", "2048"])

/** Window operations that neither report nor move anything: the title stack. */
const WINDOW_OPERATIONS = new Set(["22", "23"])

/**
 * The sequence behind `CSI`, final byte included, as it may be written; `undefined` when it may not.
 *
 * Refused: DA1 to DA3 (`c`), DSR (`n`), DECRQM (`$p`), XTVERSION (`>q`), window operations (`t`), the kitty keyboard
 * query (`?u`), DECREQTPARM (`x`), checksums (`*y`), graphics attributes (`?S`), key modifier queries (`?m`), DECRQPSR
 * (`$w`), DECRQTSR (`$u`), DECRQUPSS (`&u`), palette reports (`#R`), locator requests (`'z`, `'|`, `'w`).
 */
export function keepControl(sequence: string): string | undefined {
  const final = sequence.at(-1) ?? ""
  const prefix = /^[<=>?]/.exec(sequence)?.[0] ?? ""
  const between = /([ -/]+).$/.exec(sequence)?.[1] ?? ""
  const parameters = sequence.slice(prefix.length, sequence.length - 1 - between.length)
  switch (final) {
    case "c":
      return undefined
    case "n":
      return prefix === ">" ? sequence : undefined
    case "p":
      return between === "$" ? undefined : sequence
    case "q":
      return prefix === ">" && between === "" ? undefined : sequence
    case "t":
      return between !== "" || prefix !== "" || WINDOW_OPERATIONS.has(parameters.split(";")[0] ?? "") ? sequence : undefined
    case "u":
      return prefix === "?" || between === "$" || between === "&" ? undefined : sequence
    case "x":
      return between === "" ? undefined : sequence
    case "y":
      return between === "*" ? undefined : sequence
    case "S":
    case "m":
      return prefix === "?" ? undefined : sequence
    case "R":
      return between === "#" ? undefined : sequence
    case "w":
      return between === "$" || between === "'" ? undefined : sequence
    case "z":
    case "|":
      return between === "'" ? undefined : sequence
    case "h":
      return prefix === "?" ? keptModes(parameters) : sequence
    default:
      return sequence
  }
}

function keptModes(parameters: string): string | undefined {
  const modes = parameters.split(";")
  const kept = modes.filter((mode) => !REPORTING_MODES.has(mode))
  return kept.length === 0 ? undefined : `?${kept.join(";")}h`
}
