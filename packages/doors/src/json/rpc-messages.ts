/**
 * RPC messages as text: read as strictly as the bodies of the HTTP door (docs/protocol/rules.md, X-5), and written.
 */
import * as Schema from "effect/Schema"
import { DoorError } from "@holdfast/protocol/errors"
import { JsonRefused, parseJson } from "./strict-json.ts"

/** A message of a client. */
export type RpcMessage = Readonly<Record<string, unknown>>

/** What a text holds; with `refused` nothing of it may be carried out, and it says why. */
export interface RpcText {
  readonly messages: ReadonlyArray<RpcMessage>
  readonly refused?: string
}

/** The fields of a request: those of Effect RPC. */
const FIELDS = new Set(["_tag", "id", "tag", "payload", "headers", "traceId", "spanId", "sampled"])

/** Reads a text message; `undefined` when it is no JSON object and no array of them. */
export function readRpcText(text: string): RpcText | undefined {
  const read = parse(text)
  if (read === undefined) return undefined
  const messages: ReadonlyArray<unknown> = Array.isArray(read.value) ? read.value : [read.value]
  if (!messages.every(isObject)) return undefined
  return read.refused === undefined ? { messages } : { messages, refused: read.refused }
}

/** What of a request is not known, or `undefined`. */
export function unknownField(message: RpcMessage): string | undefined {
  return Object.keys(message).find((field) => !FIELDS.has(field))
}

function parse(text: string): { readonly value: unknown; readonly refused?: string } | undefined {
  try {
    return { value: parseJson(text) }
  } catch (cause) {
    if (!(cause instanceof JsonRefused)) throw cause
    return cause.parsed === undefined ? undefined : { value: cause.parsed, refused: cause.message }
  }
}

const isObject = (value: unknown): value is RpcMessage => typeof value === "object" && value !== null && !Array.isArray(value)

/** The answer to a ping. */
export const PONG = JSON.stringify({ _tag: "Pong" })

/** The answer to a request that succeeded. */
export function success(id: string | number, value: unknown): string {
  return successText(id, JSON.stringify(value) ?? "null")
}

/** The same with a value that is JSON already. */
export function successText(id: string | number, text: string): string {
  return `{"_tag":"Exit","requestId":${JSON.stringify(id)},"exit":{"_tag":"Success","value":${text}}}`
}

const encodeError = Schema.encodeSync(Schema.toCodecJson(DoorError))

/** The answer to a request that was refused. */
export function failure(requestId: string | number, error: DoorError): string {
  return JSON.stringify({
    _tag: "Exit",
    requestId,
    exit: { _tag: "Failure", cause: [{ _tag: "Fail", error: encodeError(error) }] },
  })
}
