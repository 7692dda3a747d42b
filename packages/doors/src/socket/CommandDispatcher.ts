/**
 * The commands of the stream socket: RPC messages as JSON (docs/protocol/rules.md, W-2), each decoded once and answered once.
 *
 * The messages are those of Effect RPC; its server is not used, because a fiber, a scope and three codecs a command cost
 * several times what the command itself does. A command that is an operation is performed under its own name. What is not
 * understood is answered with `BadRequest` under the request's id when it has one, and ends the connection when it has none.
 */
import type * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { BadRequest, Busy, type DoorError } from "@holdfast/protocol/errors"
import { type OperationInput, type OperationName, operationOf } from "@holdfast/protocol/operations"
import { COMMAND_INPUTS, CONNECTION_COMMANDS, type SocketOperation } from "@holdfast/protocol/rpc"
import { headOf } from "@holdfast/protocol/text-cut"
import type { EventTexts, Hub, Performed, Running } from "@holdfast/hub/Hub"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { eventPageText } from "../json/event-page-text.ts"
import { type Decoded, payloadDecoder } from "../json/payload.ts"
import { Call, type CallOwner } from "./Call.ts"
import { CommandLine } from "./CommandLine.ts"
import { COMMANDS_MAX, type SocketConnection } from "./SocketConnection.ts"
import type { ConnectionHandlers } from "./connection-commands.ts"
import { failure, PONG, readRpcText, type RpcMessage, unknownField } from "../json/rpc-messages.ts"

/** What the dispatcher needs. */
export interface DispatcherOptions {
  readonly hub: Hub["Service"]
  readonly handlers: ConnectionHandlers
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  readonly telemetry: Telemetry
}

/** How many commands with large answers are under way at a time, of each kind (W-12): attachments, and what reads. */
const ATTACHING = 4
const READING = 1

interface Command {
  /** Commands of its kind that may be under way at a time; unlimited when absent. */
  readonly most: number | undefined
  /** Whether it need not wait for a command before it that waits for room. */
  readonly overtakes: boolean
  readonly decode: (payload: unknown) => Decoded<unknown>
  readonly begin: (payload: unknown, call: Call<unknown>) => void
  /** Reports a payload that was refused. */
  readonly refuse: (refused: DoorError, call: Call<unknown>) => void
}

/** Takes the text messages of connections. */
export class CommandDispatcher implements CallOwner {
  readonly fork: DispatcherOptions["fork"]
  readonly telemetry: Telemetry
  readonly #options: DispatcherOptions
  readonly #commands = new Map<string, Command>()
  readonly #lines = new WeakMap<SocketConnection, CommandLine<RpcMessage>>()
  readonly #waiting = new WeakMap<SocketConnection, Set<Running>>()

  constructor(options: DispatcherOptions) {
    this.#options = options
    this.fork = options.fork
    this.telemetry = options.telemetry
    for (const [tag, schema] of COMMAND_INPUTS) {
      const decode = payloadDecoder(schema)
      this.#commands.set(tag, { decode, ...(tag in CONNECTION_COMMANDS ? this.#ofConnection(tag) : this.#ofOperation(tag)) })
    }
  }

  /** What waits for answers of a connection. */
  waiting(connection: SocketConnection): Set<Running> {
    let waiting = this.#waiting.get(connection)
    if (waiting === undefined) this.#waiting.set(connection, (waiting = new Set()))
    return waiting
  }

  /** Takes a text message. */
  text(connection: SocketConnection, text: string): void {
    const read = readRpcText(text)
    if (read === undefined) return connection.close(1008, "a text message must be an RPC message as JSON, or an array of them")
    const { messages, refused } = read
    if (refused === undefined) return this.#lineOf(connection).add(messages, text.length)
    // Nothing of it is carried out; whoever can be told is told why.
    for (const { id } of messages) {
      if (!isId(id) || connection.flooded) return connection.close(1008, refused)
      connection.answer(failure(id, new BadRequest({ message: refused })))
    }
  }

  /** Interrupts the effects that the connection's commands wait for. */
  close(connection: SocketConnection): void {
    for (const running of this.#waiting.get(connection) ?? []) running.interruptUnsafe()
  }

  #ofConnection(tag: string): Omit<Command, "decode"> {
    // Its payload is what `decode` of the same command gives.
    const handle = this.#options.handlers[tag as keyof ConnectionHandlers] as (payload: unknown, call: Call<unknown>) => void
    return {
      most: tag === "Attach" ? ATTACHING : undefined,
      overtakes: false,
      begin: (payload, call) => call.attempt(() => handle(payload, call)),
      refuse: (refused, call) => call.fail(refused),
    }
  }

  #ofOperation(tag: string): Omit<Command, "decode"> {
    // Commands that are not the connection's are named as their operations.
    const name = tag as OperationName & SocketOperation
    const { answer, changes } = operationOf(name)
    const { hub } = this.#options
    const perform = (input: unknown, call: Call<unknown>): void => {
      const ended = (performed: Performed<unknown>): void => {
        if (performed._tag === "Refused") return call.fail(performed.error)
        const { value } = performed
        if (name === "log.events") return call.doneText(eventPageText(value as EventTexts))
        if (answer === "session") return call.done({ seq: (value as { readonly seq: number }).seq })
        call.done(answer === "created" ? (value as { readonly session: unknown }).session : value)
      }
      call.waitFor(hub.perform(name, input as OperationInput<typeof name>, call.connection.caller, ended))
    }
    return { most: changes ? undefined : READING, overtakes: changes, begin: perform, refuse: perform }
  }

  #lineOf(connection: SocketConnection): CommandLine<RpcMessage> {
    const known = this.#lines.get(connection)
    if (known !== undefined) return known
    const line = new CommandLine<RpcMessage>({
      ready: ({ tag }) => {
        const most = this.#commands.get(String(tag))?.most
        return most === undefined ? !connection.flooded : connection.reading < most && connection.hasRoom
      },
      overtakes: ({ _tag: kind, tag }) => kind === "Ping" || this.#commands.get(String(tag))?.overtakes === true,
      begin: (message) => this.#take(connection, message),
      open: () => connection.isOpen,
      full: (full) => connection.wait(full),
    })
    this.#lines.set(connection, line)
    connection.onRoom = () => line.wake()
    return line
  }

  #take(connection: SocketConnection, message: RpcMessage): void {
    const { _tag: kind, id, tag, payload } = message
    if (kind !== "Request") {
      if (kind === "Ping") return connection.answer(PONG)
      // Commands are short and give no streams: there is nothing to interrupt or to acknowledge.
      if (kind === "Interrupt" || kind === "Ack" || kind === "Eof") return
      return connection.close(1008, "unknown RPC message")
    }
    if (!isId(id) || typeof tag !== "string") return connection.close(1008, "a request must have an id and a tag")
    const unknown = unknownField(message)
    if (unknown !== undefined)
      return connection.answer(failure(id, new BadRequest({ message: `${headOf(unknown, 50)} is not known in a request` })))
    if (!connection.greeted && tag !== "Hello") {
      connection.answer(failure(id, new BadRequest({ message: "the first command must be Hello" })))
      return connection.close(1008, "the first command must be Hello")
    }
    if (connection.commands >= COMMANDS_MAX) {
      const message = `a connection has at most ${COMMANDS_MAX} commands in flight; wait for some answers`
      return connection.answer(failure(id, new Busy({ message, retryAfter: 1 })))
    }
    const command = this.#commands.get(tag)
    if (command === undefined) {
      return connection.answer(failure(id, new BadRequest({ message: `unknown command ${headOf(tag, 50)}` })))
    }
    const call = new Call<unknown>(this, connection, id, tag, command.most !== undefined)
    const decoded = command.decode(payload)
    if ("value" in decoded) command.begin(decoded.value, call)
    else command.refuse(decoded, call)
  }
}

const isId = (id: unknown): id is string | number => typeof id === "string" || typeof id === "number"
