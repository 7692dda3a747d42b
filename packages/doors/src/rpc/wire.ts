/**
 * The wire of Effect RPC (effect 4.1, `RpcSerialization.ndjson`): one JSON message a line, and what the door answers with.
 */
import { SubscriptionEnded } from "@holdfast/protocol/chat/errors"
import * as Schema from "effect/Schema"

/** Splits what comes into lines; a line may come in several pieces. */
export class Lines {
  readonly #max: number
  #begun = ""

  /** `max`: longest line, in characters. */
  constructor(max: number) {
    this.#max = max
  }

  /** Takes a piece and gives the lines that it ends, or `undefined` when a line is too long. */
  take(piece: string): ReadonlyArray<string> | undefined {
    const end = piece.lastIndexOf("\n")
    if (end < 0) {
      // Put together once it is whole: one that comes byte by byte costs no more than others.
      this.#begun += piece
      return this.#begun.length > this.#max ? undefined : []
    }
    const lines = (this.#begun + piece.slice(0, end)).split("\n")
    this.#begun = piece.slice(end + 1)
    return this.#begun.length > this.#max ? undefined : lines.filter((line) => line.trim() !== "")
  }
}

/** What a stock client sends after each chunk: so frequent that it is not parsed. */
const ACK = /^\{"_tag":"Ack","requestId":("[\w-]{1,64}"|\d{1,15})\}$/

/** The id, as JSON, of a line that acknowledges a chunk in the usual form; anything else is parsed. */
export function ackOf(line: string): string | undefined {
  return line.startsWith('{"_tag":"Ack"') ? ACK.exec(line)?.[1] : undefined
}

/** Values of a stream. */
export function chunkText(id: string, values: ReadonlyArray<string>): string {
  return `{"_tag":"Chunk","requestId":${id},"values":[${values.join(",")}]}`
}

/** The end of a call that the client interrupted. */
export function interruptedText(id: string): string {
  return `{"_tag":"Exit","requestId":${id},"exit":{"_tag":"Failure","cause":[{"_tag":"Interrupt","fiberId":null}]}}`
}

const encodeEnded = Schema.encodeSync(Schema.toCodecJson(SubscriptionEnded))

/** The end of a subscription that the hub ended. */
export function endedText(id: string, message: string): string {
  const error = encodeEnded(new SubscriptionEnded({ message }))
  return JSON.stringify({
    _tag: "Exit",
    requestId: JSON.parse(id),
    exit: { _tag: "Failure", cause: [{ _tag: "Fail", error }] },
  })
}

/** The answer to a line that is no message: nothing can be told to a call, as none is named. */
export function defectText(message: string): string {
  return JSON.stringify({ _tag: "Defect", defect: message })
}
