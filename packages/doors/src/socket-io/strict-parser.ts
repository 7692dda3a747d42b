/**
 * The parser of Socket.IO with our own reading of JSON in front of it (docs/protocol/rules.md, X-5): what another reader could take
 * for something else is refused, and its sender gets to know why.
 */
import { randomUUID } from "node:crypto"
import { Decoder, Encoder, PacketType } from "socket.io-parser"
import { BadRequest, type DoorError, TooLarge } from "@holdfast/protocol/errors"
import { JsonRefused, parseJson } from "../json/strict-json.ts"
import { tooLarge } from "./packet-limit.ts"

/** Name of an event that stands for one that was refused; no client can send it. */
const REFUSED = `refused-${randomUUID()}`

/** Type, number of attachments, namespace and id of a packet: what stands before its JSON. */
const HEAD = /^(\d)(?:\d+-)?(?:\/[^,]*,?)?(\d*)/

/** Why an event was refused before it was read, if it was. */
export function refusalOf(event: unknown, given: ReadonlyArray<unknown>): DoorError | undefined {
  const [error] = given
  return event === REFUSED && (error instanceof BadRequest || error instanceof TooLarge) ? error : undefined
}

/** Why a packet is refused, with its type and id. */
function problemOf(
  packet: string,
  limit: number,
): { readonly type: number; readonly id: string; readonly error: DoorError } | undefined {
  const [head = "", type = "", id = ""] = HEAD.exec(packet) ?? []
  if (head.length === packet.length) return undefined
  // A character takes at most three bytes: the bytes of a packet that is far shorter are not counted.
  if (packet.length > limit / 3 && Buffer.byteLength(packet) > limit) return { type: Number(type), id, error: tooLarge(limit) }
  try {
    parseJson(packet.slice(head.length))
    return undefined
  } catch (cause) {
    if (!(cause instanceof JsonRefused)) throw cause
    return { type: Number(type), id, error: new BadRequest({ message: cause.message }) }
  }
}

class StrictDecoder extends Decoder {
  readonly #limit: number

  constructor(limit: number, ...given: ConstructorParameters<typeof Decoder>) {
    super(...given)
    this.#limit = limit
  }

  override add(packet: unknown): void {
    const problem = typeof packet === "string" ? problemOf(packet, this.#limit) : undefined
    if (problem === undefined) return super.add(packet)
    // An event is answered; anything else ends the connection, as a packet does that cannot be read.
    if (problem.type !== PacketType.EVENT) throw new Error(problem.error.message)
    const id = problem.id === "" ? {} : { id: Number(problem.id) }
    super.emitReserved("decoded", { type: PacketType.EVENT, nsp: "/", data: [REFUSED, undefined, problem.error], ...id })
  }
}

/** The parser, for packets of at most `limit` bytes. */
export function strictParser(limit: number): { readonly Encoder: typeof Encoder; readonly Decoder: typeof Decoder } {
  return {
    Encoder,
    Decoder: class extends StrictDecoder {
      constructor(...given: ConstructorParameters<typeof Decoder>) {
        super(limit, ...given)
      }
    },
  }
}
