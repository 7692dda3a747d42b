/** The message that the chunks of a turn come to, for doors that hand out chunks. */
import { type Accumulator, emptyMessage } from "@holdfast/core/agent/accumulator"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { MessageItem, ShownMessage } from "../src/door.ts"

const plain = <A>(value: A): A => JSON.parse(JSON.stringify(value)) as A

/** Reads chunks one by one. */
export class ChunkReader {
  #turn: Accumulator | undefined
  #shown: ShownMessage | undefined

  /** A turn begins, or begins again: what was shown of it is void. */
  begin(turn: string): void {
    this.#turn = emptyMessage(turn, 0)
  }

  /** Takes a chunk; gives the message as it is now. */
  take(chunk: AgentChunk): MessageItem | undefined {
    if (this.#turn === undefined) return undefined
    this.#turn.tell(chunk)
    const { id, parts } = this.#turn.message()
    return this.#show({ id, parts: plain(parts) as ReadonlyArray<unknown> }, false)
  }

  /** A whole message stands for what was shown. */
  replace({ id, parts }: ShownMessage): MessageItem {
    return this.#show({ id, parts }, false)
  }

  /** The door's mark of the end. */
  end(): MessageItem | undefined {
    return this.#shown === undefined ? undefined : this.#show(this.#shown, true)
  }

  #show(message: ShownMessage, done: boolean): MessageItem {
    this.#shown = message
    return { kind: "message", message, done }
  }
}
