/** What a trace says in words: when, and what the session did then. */

const DID: Readonly<Record<string, string>> = { w: "worked", a: "waited for you", f: "failed", ".": "did nothing" }

/** One day in milliseconds. */
const DAY = 24 * 3600_000

/** Times of one stretch: with seconds where it is short, with the day where it is long. */
export function stretchClock(from: number, to: number, locale?: string): (time: number) => string {
  const isLong = to - from >= DAY || new Date(from).toDateString() !== new Date(to).toDateString()
  const format = new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(to - from < 3600_000 ? { second: "2-digit" } : {}),
    ...(isLong ? { month: "short", day: "numeric" } : {}),
  })
  return (time) => format.format(time)
}

/** What a bucket shows. */
export function didIn(sign: string | undefined, hasMessage: boolean, kind: string): string {
  const did = DID[sign ?? "."] ?? "did nothing"
  if (!hasMessage) return did
  return `${did}, ${kind === "terminal" ? "a command" : "a message"}`
}
