/**
 * The few statistics a bench needs.
 */

/** The `p`-th quantile (0 to 1) of unsorted numbers, by linear interpolation; NaN for none. */
export function quantile(values: ReadonlyArray<number>, p: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * p
  const low = sorted[Math.floor(at)] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low + (high - low) * (at - Math.floor(at))
}

/** The median of unsorted numbers; NaN for none. */
export function median(values: ReadonlyArray<number>): number {
  return quantile(values, 0.5)
}

/** Half of the range between smallest and largest, relative to the median: how far rounds disagree. 0 for one value. */
export function spread(values: ReadonlyArray<number>): number {
  const middle = Math.abs(median(values))
  if (values.length < 2 || middle === 0) return 0
  return (Math.max(...values) - Math.min(...values)) / 2 / middle
}
