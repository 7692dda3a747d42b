/**
 * The input of an operation from a request: the fields of its path, its query and its body, each decoded once, and its key
 * from the header or from the request (X-1, H-25).
 */
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { BadRequest, type DoorError, KeyConflict } from "@holdfast/protocol/errors"
import { KeyHeader } from "@holdfast/protocol/http-bodies"
import { type OperationName, operationOf } from "@holdfast/protocol/operations"
import { Nothing, takesKey } from "@holdfast/protocol/operations/operation"
import { failureOf } from "../json/decode-failure.ts"
import { JsonRefused, parseBody } from "../json/strict-json.ts"

/** The parts of a request that hold an input. */
export interface RequestParts {
  readonly params: Readonly<Record<string, string>>
  /** As in the address, without the question mark. */
  readonly query: string
  readonly body: Uint8Array
  /** The header `Idempotency-Key`. */
  readonly key: string | undefined
}

type Fields = Readonly<Record<string, unknown>>
type Decode = (input: unknown) => Exit.Exit<unknown, Schema.SchemaError>

interface Reader {
  readonly params: Decode | undefined
  readonly query: Decode
  readonly body: Decode
  readonly takesKey: boolean
}

const STRICT = { onExcessProperty: "error" } as const
const readers = new Map<OperationName, Reader>()
const readKeyHeader: Decode = Schema.decodeUnknownExit(KeyHeader)

/** Made when the first request asks for the operation. */
function readerOf(name: OperationName): Reader {
  const known = readers.get(name)
  if (known !== undefined) return known
  const definition = operationOf(name)
  const { body = Nothing, params, query = Nothing } = definition
  const made: Reader = {
    params: params === undefined ? undefined : Schema.decodeUnknownExit(codec(Schema.Struct(params))),
    query: Schema.decodeUnknownExit(codec(Schema.toCodecArrayFromSingle(Schema.toCodecStringTree(query))), STRICT),
    body: Schema.decodeUnknownExit(codec(Schema.toCodecJson(body)), STRICT),
    takesKey: takesKey(definition),
  }
  readers.set(name, made)
  return made
}

/** The schemas of the table need no services. */
const codec = (schema: Schema.Constraint): Schema.Codec<unknown> => schema as unknown as Schema.Codec<unknown>

/** Reads the input, or says what is wrong with the request. */
export function readInput(name: OperationName, { params, query, body, key }: RequestParts): object | DoorError {
  const reader = readerOf(name)
  const parts: Array<[Decode | undefined, unknown, "params" | "query" | "payload"]> = [
    [reader.params, params, "params"],
    [reader.query, queryOf(query), "query"],
  ]
  let input: Fields = {}
  for (const [decode, given, part] of parts) {
    const read = decode === undefined ? {} : decoded(decode, given, part)
    if (read instanceof Error) return read
    input = { ...input, ...read }
  }
  const parsed = parsedBody(body)
  if (parsed instanceof Error) return parsed
  const read = decoded(reader.body, parsed, "payload")
  if (read instanceof Error) return read
  input = { ...read, ...input }
  return reader.takesKey ? withKey(input, key) : input
}

/** The key that the header holds, for an operation whose input has no place for one; a malformed one is refused. */
export function readKey(header: string | undefined): string | undefined | DoorError {
  if (header === undefined) return undefined
  const read = decoded(readKeyHeader, { "idempotency-key": header }, "headers")
  return read instanceof Error ? read : keyIn(header)
}

/** A structured field (RFC 8941) writes a key as a string, most clients write it plain. */
const keyIn = (header: string): string => (header.startsWith('"') ? header.slice(1, -1) : header)

/** Where every field of a body is optional, it may be left out, or `null`. */
function parsedBody(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return {}
  try {
    return parseBody(bytes) ?? {}
  } catch (cause) {
    if (cause instanceof JsonRefused) return new BadRequest({ message: cause.message })
    throw cause
  }
}

/** Each name with its value, or with its values where it stands several times. */
function queryOf(query: string): Record<string, string | Array<string>> {
  const fields = Object.create(null) as Record<string, string | Array<string>>
  for (const [name, value] of new URLSearchParams(query)) {
    const before = fields[name]
    fields[name] = before === undefined ? value : typeof before === "string" ? [before, value] : [...before, value]
  }
  return { ...fields }
}

function decoded(decode: Decode, given: unknown, part: "params" | "query" | "payload" | "headers"): Fields | DoorError {
  const exit = decode(given)
  // A struct's value is an object.
  if (Exit.isSuccess(exit)) return exit.value as Fields
  const error = Exit.findErrorOption(exit)
  if (error._tag === "None") return new BadRequest({ message: `the ${part} cannot be read` })
  return failureOf(error.value.issue, part, part === "payload")
}

/** The input with its key, wherever it stood; `KeyConflict` when it stands in both places and differs. */
function withKey(input: Fields, header: string | undefined): object | DoorError {
  if (header === undefined) return input
  const key = readKey(header)
  if (key instanceof Error || key === undefined) return key ?? input
  if (input["key"] === undefined || input["key"] === key) return { ...input, key }
  const message = "the Idempotency-Key header and the key of the request differ; send one of them, or the same value in both"
  return new KeyConflict({ message, key })
}
