/** Databases of this browser: each is opened once for the page, and again after it was closed for another tab or by the browser. */

/** What a database is opened with: in the words of `idb`. */
export interface Closers {
  /** A newer page wants another version of it: this one lets go. */
  readonly blocking: (current: number, blocked: number | null, event: Event) => void
  readonly terminated: () => void
}

/** The function that opens a database when it is first needed; what was closed, or could not be opened, is opened again. */
export function openedOnce<D>(open: (closers: Closers) => Promise<D>): () => Promise<D> {
  let opening: Promise<D> | undefined
  return () => {
    if (opening !== undefined) return opening
    const forget = (): void => {
      if (opening === own) opening = undefined
    }
    const own = open({
      blocking: (_current, _blocked, { target }) => {
        forget()
        if (target !== null && "close" in target && typeof target.close === "function") target.close()
      },
      terminated: forget,
    })
    opening = own
    own.catch(forget)
    return own
  }
}
