/** Times to come as a person types them. */
import { usage } from "../failure.ts"

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 }

/** Epoch milliseconds of `90m`, `12h`, `30d` from `now`, or of a date such as `2027-01-31` or `2027-01-31T18:00`. Fails as wrong usage of `flag`. */
export function timeFrom(text: string, now: number, flag: string): number {
  const [, amount, unit = ""] = /^(\d{1,6})([smhdw])$/.exec(text) ?? []
  const time = amount === undefined ? dateOf(text) : now + Number(amount) * (UNITS[unit] ?? 0)
  if (Number.isFinite(time) && time > now) return time
  throw usage(`${flag} takes a time to come, such as 90m, 12h, 30d or 2027-01-31T18:00, not ${JSON.stringify(text)}`)
}

/** A date without a time is the beginning of that day here, as one with a time is the time here. */
function dateOf(text: string): number {
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return Number.NaN
  return Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text)
}
