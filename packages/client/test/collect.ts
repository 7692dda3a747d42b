/**
 * Collects what an attachment hands out, and waits for conditions on it.
 */
import type { Attachment } from "../src/Attachment.ts"
import type { Item } from "../src/items.ts"

const decoder = new TextDecoder()

/** What was handed out so far. */
export class Collected {
  readonly items: Array<Item> = []
  readonly #waiting = new Set<() => void>()
  readonly done: Promise<void>
  /** While set, the consumer holds the next item back. */
  hold: Promise<void> | undefined

  constructor(attachment: Attachment) {
    this.done = attachment.consume(async (item) => {
      await this.hold
      this.items.push(item)
      for (const look of [...this.#waiting]) look()
    })
  }

  get texts(): ReadonlyArray<string> {
    return this.items.flatMap((item) => (item._tag === "Event" ? [decoder.decode(item.record.body)] : []))
  }

  count(tag: Item["_tag"]): number {
    return this.items.filter((item) => item._tag === tag).length
  }

  /** Settles once `condition` holds; fails after `within` ms. */
  until(what: string, condition: (self: this) => boolean, within = 25_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(look)
        reject(
          new Error(
            `${what}: not within ${within} ms; got ${this.items
              .map(({ _tag }) => _tag)
              .join(" ")
              .slice(-400)}`,
          ),
        )
      }, within)
      const look = (): void => {
        if (!condition(this)) return
        clearTimeout(timer)
        this.#waiting.delete(look)
        resolve()
      }
      this.#waiting.add(look)
      look()
    })
  }
}

/** Waits until `condition` holds, looking on every turn of the event loop; fails after `within` ms. */
export async function until(what: string, condition: () => boolean, within = 25_000): Promise<void> {
  const end = performance.now() + within
  while (!condition()) {
    if (performance.now() > end) throw new Error(`${what}: not within ${within} ms`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
