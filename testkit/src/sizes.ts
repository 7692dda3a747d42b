/**
 * Sizes of fault tests: `HOLDFAST_FAULTS` is `short` (part of `npm test`), `ci` (`npm run test:faults`) or `long`.
 */

/** The value for the size in force; `short` when none is named. */
export function sized<A>(sizes: { readonly short: A; readonly ci: A; readonly long: A }): A {
  const name = process.env["HOLDFAST_FAULTS"] ?? "short"
  if (name !== "short" && name !== "ci" && name !== "long")
    throw new Error(`HOLDFAST_FAULTS must be short, ci or long, not ${name}`)
  return sizes[name]
}

/**
 * A limit of a time in milliseconds: five times as much in the short size, which runs beside whatever else the machine does.
 * The other sizes hold the figure itself.
 */
export function timeLimit(milliseconds: number): number {
  return sized({ short: 5 * milliseconds, ci: milliseconds, long: milliseconds })
}

/** A seed for a test's randomness: `HOLDFAST_SEED` when set, otherwise a fresh one. Printed, so that a failure can be repeated. */
export function seedOf(check: string): number {
  const seed = Number(process.env["HOLDFAST_SEED"] ?? Math.floor(Math.random() * 2 ** 31))
  process.stdout.write(`${check}: seed ${seed}\n`)
  return seed
}

/** A small repeatable generator of numbers in [0, 1): mulberry32 (Tommy Ettinger, public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
