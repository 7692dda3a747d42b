/**
 * Remembers the inputs with a key that a child was given, for as long as the hub may ask for them again.
 *
 * An input that went to the child is reported by a note in the child's journal. Once the hub has acknowledged the note the key is durable
 * with the session, and the hub never hands its input over again: so it is forgotten here. Nothing else makes it forgotten. What
 * waits is bounded by the input queue and what was reported by the journal, which pauses nothing but is emptied by every hub.
 */
import { createHash } from "node:crypto"

interface Keyed {
  readonly hash: string
  /** Position of its note, once the child has it. */
  position: number
}

/** What to do with an input: hand it over, do nothing because its note comes, or refuse it because its key stands for another one. */
export type KeyedVerdict = "new" | "known" | "conflict"

/** Inputs with keys of one child. */
export class KeyedWrites {
  readonly #inputs = new Map<string, Keyed>()

  /** Judges an input and, when it is new, keeps its key. `acknowledged`: the journal's position that the hub has. */
  judge(key: string, hash: string, acknowledged: number): KeyedVerdict {
    this.#forget(acknowledged)
    const known = this.#inputs.get(key)
    if (known !== undefined) return known.hash === hash ? "known" : "conflict"
    this.#inputs.set(key, { hash, position: Number.POSITIVE_INFINITY })
    return "new"
  }

  /** The child has the input, and the note at `position` says so. */
  told(key: string, position: number): void {
    const input = this.#inputs.get(key)
    if (input !== undefined) input.position = position
  }

  /** The input was refused and did nothing. */
  refuse(key: string): void {
    this.#inputs.delete(key)
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#inputs.size
  }

  #forget(acknowledged: number): void {
    for (const [key, { position }] of this.#inputs) {
      // In the order in which they came, which is that of their notes but for what is refused.
      if (position > acknowledged) return
      this.#inputs.delete(key)
    }
  }
}

/** Hash of an input's bytes, as its note has it. */
export function inputHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64url")
}
