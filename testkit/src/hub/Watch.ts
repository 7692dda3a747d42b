/** Waiting for a condition that is looked at whenever something has happened. */
export class Watch {
  readonly #looks = new Set<() => void>()

  /** Something has happened. */
  wake(): void {
    for (const look of this.#looks) look()
  }

  /** Resolves once `condition` holds; rejects after this many milliseconds, saying `what` and how it stands. */
  until(what: string, condition: () => boolean, milliseconds: number, how: () => string = () => ""): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void): void => {
        clearTimeout(bound)
        this.#looks.delete(look)
        act()
      }
      const look = (): void => {
        try {
          if (condition()) settle(resolve)
        } catch (error) {
          settle(() => reject(error))
        }
      }
      const late = (): void => settle(() => reject(new Error(`${what} did not happen ${how()}`.trimEnd())))
      const bound = setTimeout(late, milliseconds)
      this.#looks.add(look)
      look()
    })
  }
}
