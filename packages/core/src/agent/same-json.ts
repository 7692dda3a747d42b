/** Equality of JSON values: the order of keys does not count, and a key without a value is none. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === "object" && value !== null

/** Whether two values are the same JSON. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b) || a === b) return true
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  for (const key of keys) if (!sameJson(valueOf(a, key), valueOf(b, key))) return false
  return true
}

const valueOf = (of: Readonly<Record<string, unknown>>, key: string): unknown => (Object.hasOwn(of, key) ? of[key] : undefined)
