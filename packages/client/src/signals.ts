/** Calls that can be given up (docs/protocol/rules.md, C-34). */
import { aborted } from "./errors.ts"

/** What every call takes. */
export interface CallOptions {
  /** Gives the call up: it fails with `Aborted`. What the hub was asked already it may still do. */
  readonly signal?: AbortSignal | undefined
}

/** A promise of what `start` settles with, which an abort rejects. */
export function abortable<A>(
  signal: AbortSignal | undefined,
  start: (resolve: (value: A) => void, reject: (error: unknown) => void) => void,
): Promise<A> {
  if (signal === undefined) return new Promise(start)
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(signal))
    const stop = (): void => reject(aborted(signal))
    const settled = (): void => signal.removeEventListener("abort", stop)
    signal.addEventListener("abort", stop, { once: true })
    start(
      (value) => {
        settled()
        resolve(value)
      },
      (error) => {
        settled()
        reject(error)
      },
    )
  })
}

/** Calls `stop` when the signal is aborted; gives the function that ends this. */
export function whenAborted(signal: AbortSignal | undefined, stop: () => void): () => void {
  signal?.addEventListener("abort", stop, { once: true })
  return () => signal?.removeEventListener("abort", stop)
}
