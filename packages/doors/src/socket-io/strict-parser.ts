/**
 * The parser of Socket.IO with our own reading of JSON in front of it (docs/protocol/rules.md, X-5): what another reader could take
 * for something else is refused, and its sender gets to know why.
 */
import { randomUUID } from "node:crypto"
import { Decoder, Encoder, PacketType } from "socket.io-parser"
import { JsonRefused, parseJson } from "../json/strict-json.ts"

/** Name of an event that stands for one whose JSON was refused; no client can send it. */
const REFUSED = `refused-${randomUUID()}`

/** Type, number of attachments, namespace and id of a packet: what stands before its JSON. */
const HEAD = /^(\d)(?:\d+-)?(?:\/[^,]*,?)?(\d*)/

/** Why an event was refused before it was read, if it was. */
export function refusedText(event: unknown, given: ReadonlyArray<unknown>): string | undefined {
  return event === REFUSED ? String(given[0]) : undefined
}

/** Why the JSON of a packet is refused, with the packet's type and id. */
function problemOf(packet: string): { readonly type: number; readonly id: string; readonly message: string } | undefined {
  const [head = "", type = "", id = ""] = HEAD.exec(packet) ?? []
  if (head.length === packet.length) return undefined
  try {
    parseJson(packet.slice(head.length))
    return undefined
  } catch (cause) {
    if (!(cause instanceof JsonRefused)) throw cause
    return { type: Number(type), id, message: cause.message }
  }
}

class StrictDecoder extends Decoder {
  override add(packet: unknown): void {
    const problem = typeof packet === "string" ? problemOf(packet) : undefined
    if (problem === undefined) return super.add(packet)
    // An event is answered; anything else ends the connection, as a packet does that cannot be read.
    if (problem.type !== PacketType.EVENT) throw new Error(problem.message)
    const id = problem.id === "" ? {} : { id: Number(problem.id) }
    super.emitReserved("decoded", { type: PacketType.EVENT, nsp: "/", data: [REFUSED, undefined, problem.message], ...id })
  }
}

/** The parser. */
export const strictParser = { Encoder, Decoder: StrictDecoder }
