/**
 * Text on its way into an agent is well formed (M-7): a lone surrogate becomes U+FFFD. JSON writes one as an escape that
 * many readers refuse, and an agent that cannot read a line never answers it.
 */

/** A lone surrogate in JSON is an escape of this form; whole pairs are written as they are. */
const MAYBE_LONE = /\\ud[89a-f]/i

/** The same value with every text in it well formed; the value itself when all of them are. */
export function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed()
  if (typeof value !== "object" || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(wellFormed)
    return items.every((item, i) => item === value[i]) ? value : items
  }
  const fields = Object.entries(value)
  const items = fields.map(([, item]) => wellFormed(item))
  const same = fields.every(([name, item], i) => item === items[i] && name.isWellFormed())
  return same ? value : Object.fromEntries(fields.map(([name], i) => [name.toWellFormed(), items[i]]))
}

/** A value as one line of JSON that every reader can read: well formed, and without U+2028 and U+2029, at which some cut lines. */
export function jsonLine(value: object): string {
  const line = JSON.stringify(value)
  const safe = MAYBE_LONE.test(line) ? JSON.stringify(wellFormed(value)) : line
  return safe.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")
}
