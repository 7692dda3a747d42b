/** Items that a door pushes, for a reader that pulls them. */
import type { DoorItem } from "./door.ts"

/** A queue of one reader; nothing follows an `ended` item. */
export class ItemQueue {
  readonly #items: Array<DoorItem | undefined> = []
  #wake: (() => void) | undefined
  #over = false

  /** Adds an item. */
  push(item: DoorItem): void {
    this.#add(item)
    if (item.kind === "ended") this.#over = true
  }

  /** The stream ended, and the door said nothing about it. */
  endQuietly(): void {
    this.#add(undefined)
    this.#over = true
  }

  /** The connection broke off. */
  lose(message: string): void {
    this.push({ kind: "ended", tag: "ConnectionLost", message })
  }

  /** Waits for the next item; `undefined` for a quiet end, again and again. */
  async next(): Promise<DoorItem | undefined> {
    while (this.#items.length === 0) {
      if (this.#over) return undefined
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    return this.#items.shift()
  }

  #add(item: DoorItem | undefined): void {
    if (this.#over) return
    this.#items.push(item)
    this.#wake?.()
    this.#wake = undefined
  }
}
