/** The four events that a client sends (docs/protocol/rules.md, K-2): what each takes, and what an input asks of the hub. */
import * as Schema from "effect/Schema"
import { BadRequest, type DoorError, Unprocessable } from "@holdfast/protocol/errors"
import type { OperationInput, OperationName } from "@holdfast/protocol/operations"
import { SessionName } from "@holdfast/protocol/operations/operation"
import { COMMAND_INPUTS, CONNECTION_COMMANDS } from "@holdfast/protocol/rpc"
import type { Session } from "@holdfast/protocol/session"
import { headOf } from "@holdfast/protocol/text-cut"
import { Key } from "@holdfast/protocol/session"
import { type Decoded, payloadDecoder } from "../json/payload.ts"

const { client, name } = CONNECTION_COMMANDS.Hello.input.fields

/** What the events take. */
const SCHEMAS = {
  "client:hello": Schema.Struct({ clientId: client, name: Schema.optionalKey(name) }),
  "run:attach": Schema.Struct({
    runId: SessionName,
    after: Schema.optionalKey(Schema.Finite),
    log: Schema.optionalKey(Schema.String),
  }),
  "run:input": Schema.Struct({ runId: SessionName, key: Key, data: Schema.Json }),
  "run:close": Schema.Struct({ runId: SessionName }),
} as const

/** Name of an event that a client sends. */
export type ClientEvent = keyof typeof SCHEMAS

/** What a client sends with an event. */
export type Sent<E extends ClientEvent> = (typeof SCHEMAS)[E]["Type"]

const NAMES = Object.keys(SCHEMAS)

/** Whether a client may send this event. */
export function isClientEvent(event: unknown): event is ClientEvent {
  return typeof event === "string" && Object.hasOwn(SCHEMAS, event)
}

/** The refusal of any other. */
export function unknownEvent(event: unknown): BadRequest {
  return new BadRequest({
    message: `${headOf(String(event), 60)} is not an event of this door; send ${NAMES.join(", ")}`,
  })
}

const decoders = Object.fromEntries(
  Object.entries(SCHEMAS).map(([event, schema]) => [event, payloadDecoder(schema as unknown as Schema.Codec<unknown>)]),
)

/** What came with an event, or what is wrong with it. */
export function decodeSent<E extends ClientEvent>(event: E, payload: unknown): Decoded<Sent<E>> {
  const decode = decoders[event] as unknown as (payload: unknown) => Decoded<Sent<E>>
  return decode(bytesAsBase64(payload))
}

/** Bytes travel beside the JSON of a packet; as the data of an input they are what is typed. */
function bytesAsBase64(payload: unknown): unknown {
  if (typeof payload !== "object" || payload === null || !("data" in payload)) return payload
  const { data } = payload
  return data instanceof Uint8Array ? { ...payload, data: { base64: Buffer.from(data).toString("base64") } } : payload
}

/** What an input asks of the hub: an operation, with its input or what is wrong with it. */
export type Asked = { [N in InputName]: { readonly name: N; readonly input: OperationInput<N> | DoorError } }[InputName]

type InputName = "terminal.input" | "messages.send" | "agent.interrupt" | "permissions.answer"

const inputs = new Map<OperationName, (payload: unknown) => Decoded<unknown>>()

function inputOf<N extends InputName>(name: N, payload: object): Extract<Asked, { readonly name: N }> {
  let decode = inputs.get(name)
  if (decode === undefined) inputs.set(name, (decode = payloadDecoder(COMMAND_INPUTS.get(name) as Schema.Codec<unknown>)))
  const decoded = decode(payload)
  // The schema is that of this operation.
  const input = ("value" in decoded ? decoded.value : decoded) as OperationInput<N> | DoorError
  return { name, input } as unknown as Extract<Asked, { readonly name: N }>
}

/** Reads the data of an input to a session of this kind: a text, or an object with the fields of the operation. */
export function askedBy({ runId: session, key, data }: Sent<"run:input">, kind: Session["kind"]): Asked {
  if (kind !== "terminal" && kind !== "agent") {
    const message = `a session of the kind ${kind} takes no input`
    return { name: "messages.send", input: new Unprocessable({ message, field: "runId" }) }
  }
  const fields = typeof data === "object" && data !== null && !Array.isArray(data) ? data : { text: data }
  if (kind === "terminal") return inputOf("terminal.input", { ...fields, session, key })
  if ("interrupt" in fields) return interruptOf(session, fields)
  if ("requestId" in fields) return inputOf("permissions.answer", { ...fields, session })
  return inputOf("messages.send", { ...fields, session, key })
}

/** An interrupt, which says so. */
function interruptOf(session: string, { interrupt, ...rest }: Readonly<Record<string, unknown>>): Asked {
  if (interrupt === true) return inputOf("agent.interrupt", { ...rest, session })
  const message = "interrupt: true is what stops a turn"
  return { name: "agent.interrupt", input: new BadRequest({ message, field: "data.interrupt" }) }
}
