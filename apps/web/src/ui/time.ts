/** Times as words: how long ago, in one or two short ones. */

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** The forms in which dates and times are written. */
const FORMS = {
  weekday: { weekday: "short" },
  day: { day: "numeric", month: "short" },
  year: { day: "numeric", month: "short", year: "numeric" },
  clock: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  full: { dateStyle: "full", timeStyle: "medium" },
} satisfies Record<string, Intl.DateTimeFormatOptions>

const formats = new Map<string, Intl.DateTimeFormat>()

/** Writes a time. What writes it is kept, since making one takes longer than all else about a row; that of another time zone is another. */
function written(at: number, form: keyof typeof FORMS, locale: string | undefined): string {
  const key = `${form} ${locale ?? ""} ${new Date(at).getTimezoneOffset()}`
  const known = formats.get(key)
  if (known !== undefined) return known.format(at)
  const made = new Intl.DateTimeFormat(locale, FORMS[form])
  formats.set(key, made)
  return made.format(at)
}

/** How long ago `at` was, as of `now`: `now`, `12 s`, `9 min`, `3 h`, then the weekday, then the date. Both in epoch milliseconds. */
export function timeAgo(at: number, now: number, locale?: string): string {
  const ago = now - at
  if (ago < SECOND) return "now"
  if (ago < MINUTE) return `${Math.floor(ago / SECOND)} s`
  if (ago < HOUR) return `${Math.floor(ago / MINUTE)} min`
  if (ago < DAY) return `${Math.floor(ago / HOUR)} h`
  if (ago < 6 * DAY) return written(at, "weekday", locale)
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear()
  return written(at, isThisYear ? "day" : "year", locale)
}

/** The same within a sentence: `now`, `12 s ago`, `on Mon`. Both in epoch milliseconds. */
export function saidAgo(at: number, now: number, locale?: string): string {
  const ago = timeAgo(at, now, locale)
  if (now - at < SECOND) return ago
  return now - at < DAY ? `${ago} ago` : `on ${ago}`
}

/** A length of time: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10 * SECOND) return `${(Math.max(0, milliseconds) / SECOND).toFixed(1)} s`
  if (milliseconds < MINUTE) return `${Math.round(milliseconds / SECOND)} s`
  if (milliseconds < HOUR) return two(milliseconds, MINUTE, "min", SECOND, "s")
  return two(milliseconds, HOUR, "h", MINUTE, "min")
}

function two(milliseconds: number, large: number, largeName: string, small: number, smallName: string): string {
  const rest = Math.floor((milliseconds % large) / small)
  const first = `${Math.floor(milliseconds / large)} ${largeName}`
  return rest === 0 ? first : `${first} ${rest} ${smallName}`
}

/** Time of day without seconds, in 24 hours: five characters everywhere, which the margin of a transcript has room for. */
export function clockTime(at: number, locale?: string): string {
  return written(at, "clock", locale)
}

/** Date and time in full. */
export function fullTime(at: number, locale?: string): string {
  return written(at, "full", locale)
}

/** Milliseconds until `timeAgo` may say something else. */
export function nextChange(at: number, now: number): number {
  const ago = Math.max(0, now - at)
  const step = ago < MINUTE ? SECOND : ago < HOUR ? MINUTE : HOUR
  return step - (ago % step)
}

/** Milliseconds until a count of seconds to a time says another number; `undefined` once the time has come, as nothing changes then. */
export function nextSecond(until: number, now: number): number | undefined {
  const left = until - now
  return left <= 0 ? undefined : (left % 1000) + 5
}
