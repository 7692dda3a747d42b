/**
 * Bounds on waiting.
 */

/** Waits for `work` at most `milliseconds`; rejects with an error that names `what`. */
export async function within<A>(what: string, milliseconds: number, work: Promise<A>): Promise<A> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: not done within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
