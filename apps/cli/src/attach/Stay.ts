/**
 * A stay at a session in the user's own terminal (docs/protocol/rules.md, C-6).
 *
 * The first way out ends it: everything is undone, once, and the terminal is given back last.
 */
import type { Attachment } from "@holdfast/client/Attachment"
import type { Connection } from "@holdfast/client/Connection"
import type { Item } from "@holdfast/client/items"
import type { OwnTerminal } from "./OwnTerminal.ts"
import { onAway, onFaults, onSignals, type WayOut } from "./ways-out.ts"

/** One stay; `over` settles with how it ended, when the terminal is restored. */
export class Stay {
  readonly #terminal: OwnTerminal
  readonly #undo: Array<() => void> = []
  readonly #out = Promise.withResolvers<WayOut>()
  #isOver = false

  /** `wait`: seconds to wait for a hub that went away. */
  constructor(connection: Connection, terminal: OwnTerminal, wait: number | undefined) {
    this.#terminal = terminal
    const end = (way: WayOut): void => this.end(way)
    const closed = (): void => end({ _tag: "Signal", signal: "the end of its terminal" })
    process.stdin.on("end", closed).on("error", closed)
    this.undo(onFaults(end), onSignals(end), onAway(connection, wait, end), () => {
      process.stdin.off("end", closed).off("error", closed)
    })
    // It may have closed while the hub was being reached.
    if (process.stdin.readableEnded || process.stdin.destroyed) closed()
  }

  get over(): Promise<WayOut> {
    return this.#out.promise
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Has steps taken at the end; at once when it is over already. */
  undo(...steps: ReadonlyArray<() => void>): void {
    if (this.#isOver) for (const step of steps) step()
    else this.#undo.push(...steps)
  }

  /** Ends it; a second way out is none. */
  end(way: WayOut): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const step of this.#undo) step()
    this.#terminal.restore()
    this.#out.resolve(way)
  }

  /** Shows what an attachment gives with `take`, until the stay is over or the attachment ends. */
  show(attachment: Attachment, take: (item: Item) => void | Promise<void>): void {
    this.undo(() => attachment.detach())
    attachment
      .consume((item) => {
        if (this.#isOver) return
        if (item._tag === "Ended") return this.end({ _tag: "Failed", error: item.error })
        return take(item)
      })
      .catch((error: unknown) => this.end({ _tag: "Failed", error }))
  }
}
