/**
 * Times, sizes and counts as people say them.
 */

const STEPS: ReadonlyArray<readonly [number, string]> = [
  [60, "s"],
  [60, "m"],
  [24, "h"],
  [7, "d"],
  [52, "w"],
]

/** A span of milliseconds in its largest whole unit: `12s`, `3m`, `5h`, `2d`, `7w`, `1y`. */
export function span(milliseconds: number): string {
  let value = Math.max(0, Math.floor(milliseconds / 1000))
  for (const [next, unit] of STEPS) {
    if (value < next) return `${value}${unit}`
    value = Math.floor(value / next)
  }
  return `${value}y`
}

/** How long ago a time was; `now` within five seconds. */
export function ago(time: number, now: number): string {
  return now - time < 5000 ? "now" : `${span(now - time)} ago`
}

/** A time as local date and time to the second. */
export function clock(time: number): string {
  const date = new Date(time)
  const two = (value: number): string => String(value).padStart(2, "0")
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Bytes in binary units with three digits: `812 B`, `1.4 KiB`, `23 MiB`. */
export function bytes(count: number): string {
  let value = count
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (value < 1000) return `${unit === "B" || value >= 10 ? Math.round(value) : value.toFixed(1)} ${unit}`
    value /= 1024
  }
  return `${value.toFixed(1)} TiB`
}
