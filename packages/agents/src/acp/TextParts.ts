/** Text and reasoning of a turn: chunks of the same kind and message that follow each other are one part. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"

type Kind = "text" | "reasoning"

/** At most one part is open. */
export class TextParts {
  readonly #out: (chunk: AgentChunk) => void
  #open: { readonly kind: Kind; readonly id: string; readonly message: string | undefined } | undefined
  #count = 0

  constructor(out: (chunk: AgentChunk) => void) {
    this.#out = out
  }

  /** Adds text; `message` is the agent's own id of what it belongs to, where it reports one. */
  add(kind: Kind, message: string | undefined, delta: string): void {
    if (delta === "") return
    if (this.#open?.kind !== kind || this.#open.message !== message) {
      this.close()
      this.#count += 1
      this.#open = { kind, id: `${kind}-${this.#count}`, message }
      this.#out({ type: `${kind}-start`, id: this.#open.id })
    }
    this.#out({ type: `${kind}-delta`, id: this.#open.id, delta })
  }

  /** Something else follows, or the turn is over. */
  close(): void {
    const open = this.#open
    this.#open = undefined
    if (open !== undefined) this.#out({ type: `${open.kind}-end`, id: open.id })
  }
}
