/**
 * Chunks on their way to the journal: the first of a tick goes at once, what follows in the same tick goes together.
 *
 * Deltas of the same block that follow each other become one; nothing of their text is lost.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { cutChunk, jsonBytes } from "@holdfast/protocol/agent/cut"
import { CHUNK_BATCH_BYTES } from "@holdfast/link/agent-messages"

type Delta = Extract<AgentChunk, { type: "text-delta" | "reasoning-delta" }>

const isPlainDelta = (chunk: AgentChunk | undefined): chunk is Delta =>
  (chunk?.type === "text-delta" || chunk?.type === "reasoning-delta") && chunk.providerMetadata === undefined

/** One chunk for two deltas of the same block, or nothing. */
function joined(before: AgentChunk | undefined, chunk: AgentChunk): AgentChunk | undefined {
  if (!isPlainDelta(before) || !isPlainDelta(chunk)) return undefined
  return before.type === chunk.type && before.id === chunk.id ? { ...before, delta: before.delta + chunk.delta } : undefined
}

/** Gathers chunks; `send` gets them in order. */
export class ChunkBatch {
  readonly #send: (chunks: ReadonlyArray<AgentChunk>) => void
  #chunks: Array<AgentChunk> = []
  #bytes = 0
  #ticking = false

  constructor(send: (chunks: ReadonlyArray<AgentChunk>) => void) {
    this.#send = send
  }

  /** Takes a chunk; one that is too long is cut, and says so. */
  add(given: AgentChunk): void {
    const chunk = cutChunk(given)
    if (!this.#ticking) {
      this.#ticking = true
      setImmediate(() => {
        this.#ticking = false
        this.flush()
      })
      return this.#send([chunk])
    }
    const bytes = jsonBytes(chunk)
    if (this.#bytes > 0 && this.#bytes + bytes > CHUNK_BATCH_BYTES) this.flush()
    const one = joined(this.#chunks.at(-1), chunk)
    if (one === undefined) this.#chunks.push(chunk)
    else this.#chunks[this.#chunks.length - 1] = one
    this.#bytes += bytes
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.#chunks.length === 0) return
    const chunks = this.#chunks
    this.#chunks = []
    this.#bytes = 0
    this.#send(chunks)
  }
}
