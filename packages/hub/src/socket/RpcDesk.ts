/**
 * Effect RPC over raw `ws` connections: the one place where the unstable RPC server of the effect library is used.
 *
 * Text messages are JSON. What is not understood is answered with `BadRequest` under the request's id when it has one,
 * and ends the connection when it has none.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import { type RpcGroup, RpcSerialization, RpcServer } from "effect/rpc"
import { BadRequest, Busy } from "@holdfast/protocol/errors"
import { SessionRpcs } from "@holdfast/protocol/rpc"
import { COMMANDS_MAX, type Connection } from "./Connection.ts"

/** Handlers of every command. */
export type Handlers = RpcGroup.HandlersFrom<RpcGroup.Rpcs<typeof SessionRpcs>>

/** Takes the text messages of connections. */
export interface RpcDesk {
  readonly open: (connection: Connection) => void
  readonly text: (connection: Connection, text: string) => void
  readonly close: (connection: Connection) => void
}

type FromClient = Parameters<Parameters<RpcServer.Protocol["Service"]["run"]>[0]>[1]
type FromServer = Parameters<RpcServer.Protocol["Service"]["send"]>[1]

/** Payload decoders by command, to answer a bad payload as `BadRequest` and not as a defect. */
const payloads = new Map(
  [...SessionRpcs.requests].map(([tag, rpc]) => [
    tag,
    Schema.decodeUnknownExit(RpcSerialization.json.codecFor(rpc.payloadSchema)),
  ]),
)

/** Serves the commands; `handlers` get the connection by its id, which is the RPC client's. */
export const makeRpcDesk = (handlers: Handlers): Effect.Effect<RpcDesk, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { codecFor } = RpcSerialization.json
    const connections = new Map<number, Connection>()
    const disconnects = yield* Queue.unbounded<number>()
    let write: (client: number, message: FromClient) => Effect.Effect<void> = () => Effect.void
    const protocol = yield* RpcServer.Protocol.make((writeRequest) => {
      write = writeRequest
      return Effect.succeed({
        disconnects,
        send: (client: number, response: FromServer) => Effect.sync(() => reply(connections.get(client), response)),
        end: () => Effect.void,
        clientIds: Effect.sync(() => new Set(connections.keys())),
        initialMessage: Effect.succeedNone,
        supportsAck: true,
        supportsTransferables: false,
        supportsSpanPropagation: false,
        supportsNotifications: false,
        codecFor,
      })
    })
    yield* RpcServer.make(SessionRpcs, { disableTracing: true, concurrency: "unbounded" }).pipe(
      Effect.provideService(RpcServer.Protocol, protocol),
      Effect.provide(SessionRpcs.toLayer(handlers)),
      Effect.forkScoped,
    )
    const context = yield* Effect.context<never>()
    const run = Effect.runForkWith(context)
    return {
      open: (connection) => {
        connections.set(connection.id, connection)
      },
      text: (connection, text) => {
        const message = admit(connection, text)
        if (message !== undefined) run(write(connection.id, message))
      },
      close: (connection) => {
        if (connections.delete(connection.id)) Queue.offerUnsafe(disconnects, connection.id)
      },
    }
  })

function reply(connection: Connection | undefined, response: FromServer): void {
  if (connection === undefined) return
  if (response._tag !== "Exit") return connection.answer(JSON.stringify(response), undefined)
  connection.commands--
  connection.answer(JSON.stringify(response), response.requestId)
}

/** A message that may go to the RPC server; anything else is answered here. */
function admit(connection: Connection, text: string): FromClient | undefined {
  const message = parse(text)
  if (message === undefined) {
    connection.close(1008, "a text message is one RPC message as JSON")
    return undefined
  }
  const { _tag: kind, id, tag, payload } = message
  if (kind !== "Request") {
    if (kind === "Ping") return { _tag: "Ping" }
    // Commands are short and give no streams: there is nothing to interrupt or to acknowledge.
    if (kind === "Interrupt" || kind === "Ack" || kind === "Eof") return undefined
    connection.close(1008, "unknown RPC message")
    return undefined
  }
  if ((typeof id !== "string" && typeof id !== "number") || typeof tag !== "string") {
    connection.close(1008, "a request has an id and a tag")
    return undefined
  }
  if (!connection.greeted && tag !== "Hello") {
    refuse(connection, id, new BadRequest({ message: "the first command is Hello" }))
    connection.close(1008, "the first command is Hello")
    return undefined
  }
  if (connection.commands >= COMMANDS_MAX) {
    refuse(
      connection,
      id,
      new Busy({ message: `at most ${COMMANDS_MAX} commands of a connection are under way; wait for some`, retryAfter: 1 }),
    )
    return undefined
  }
  const wrong = payloadProblem(tag, payload)
  if (wrong !== undefined) {
    refuse(connection, id, new BadRequest({ message: wrong }))
    return undefined
  }
  connection.commands++
  return { _tag: "Request", id, tag, payload, headers: [] }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}

/** What is wrong with a command's payload, if anything; nesting that exhausts the stack is wrong too. */
function payloadProblem(tag: string, payload: unknown): string | undefined {
  const decode = payloads.get(tag)
  if (decode === undefined) return `unknown command ${tag.slice(0, 50)}`
  try {
    const exit = decode(payload)
    return Exit.isFailure(exit) ? problem(exit) : undefined
  } catch (cause) {
    return `the command cannot be read: ${String(cause).slice(0, 200)}`
  }
}

function problem(exit: Exit.Failure<unknown, Schema.SchemaError>): string {
  const error = Exit.findErrorOption(exit)
  return error._tag === "Some" ? `the command is malformed: ${error.value.message.slice(0, 500)}` : "the command is malformed"
}

const encodeRefusal = Schema.encodeSync(Schema.toCodecJson(Schema.Union([BadRequest, Busy])))

function refuse(connection: Connection, requestId: string | number, error: BadRequest | Busy): void {
  const cause = [{ _tag: "Fail", error: encodeRefusal(error) }]
  connection.answer(JSON.stringify({ _tag: "Exit", requestId, exit: { _tag: "Failure", cause } }), requestId)
}
