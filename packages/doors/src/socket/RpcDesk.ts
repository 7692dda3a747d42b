/**
 * The commands of the stream socket: RPC messages as JSON (docs/PROTOCOL.md, W-2), each decoded once and answered once.
 *
 * The messages are those of Effect RPC; its server is not used, because a fiber, a scope and three codecs a command cost
 * several times what the command itself does. What is not understood is answered with `BadRequest` under the request's
 * id when it has one, and ends the connection when it has none.
 */
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import type { Rpc, RpcGroup } from "effect/rpc"
import { BadRequest, Busy, type DoorError } from "@holdfast/protocol/errors"
import { SessionRpcs } from "@holdfast/protocol/rpc"
import { headOf } from "@holdfast/protocol/text-cut"
import { errorOfCause } from "../http/answer.ts"
import { payloadFailure } from "../http/decode-failure.ts"
import { CommandLine } from "./CommandLine.ts"
import { COMMANDS_MAX, type Connection } from "./Connection.ts"
import { failure, PONG, readRpcText, type RpcMessage, success, unknownField } from "./rpc-messages.ts"

type Rpcs = RpcGroup.Rpcs<typeof SessionRpcs>

/** Handlers of every command. What a handler throws is answered as a fault of the hub's own. */
export type Handlers = { readonly [R in Rpcs as R["_tag"]]: (payload: Rpc.Payload<R>, call: Call<Rpc.SuccessEncoded<R>>) => void }

/** Takes the text messages of connections. */
export interface RpcDesk {
  readonly text: (connection: Connection, text: string) => void
  /** Interrupts the effects that the connection's commands wait for. */
  readonly close: (connection: Connection) => void
}

/** What the desk needs. */
export interface DeskOptions {
  readonly handlers: Handlers
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  /** Receives a fault of the hub's own: where it happened, in which command, and its name. */
  readonly fault: (stack: string, command: string, fingerprint: string) => void
}

/** Commands with which much comes back, and how many of them are under way at a time (W-12). */
const READING: ReadonlyMap<string, number> = new Map([
  ["Attach", 4],
  ["Get", 1],
  ["List", 1],
  ["Messages", 1],
  ["QueuedMessage", 1],
  ["WaitingPermissions", 1],
  ["Agents", 1],
])

type Handle = (payload: unknown, call: Call<unknown>) => void

interface Command {
  readonly decode: (payload: unknown) => Exit.Exit<unknown, Schema.SchemaError>
  readonly handle: Handle
}

/** One command under way; it is answered once, by `done` or by `fail`. */
export class Call<A> {
  readonly connection: Connection
  private readonly id: string | number
  private readonly tag: string
  private readonly desk: Desk
  private answered = false

  constructor(desk: Desk, connection: Connection, id: string | number, tag: string) {
    this.desk = desk
    this.connection = connection
    this.id = id
    this.tag = tag
    connection.commands++
    if (READING.has(tag)) connection.reading++
  }

  /** Answers with a value. */
  done(value: A): void {
    if (this.settle()) this.answer(success(this.id, value))
  }

  /** Answers with a refusal. */
  fail(error: DoorError): void {
    if (this.settle()) this.answer(failure(this.id, error))
  }

  private answer(text: string): void {
    this.connection.answer(text)
    if (READING.has(this.tag)) this.connection.readingDone()
  }

  /** Answers with what failed: the error, or a fault of the hub's own, which is reported. */
  failWith(cause: Cause.Cause<unknown>): void {
    const { error, defect } = errorOfCause(cause)
    if (error._tag === "InternalError" && defect !== undefined && !Cause.hasInterruptsOnly(cause)) {
      this.desk.options.fault(defect, this.tag, error.fingerprint)
    }
    this.fail(error)
  }

  /** Waits for an effect; `then` gets its value, a failure is the answer. */
  run<B>(effect: Effect.Effect<B, DoorError>, then: (value: B) => void): void {
    this.desk.run(this.connection, effect, (exit) => {
      if (Exit.isSuccess(exit)) this.attempt(() => then(exit.value))
      else this.failWith(exit.cause)
    })
  }

  /** Does a step of the command; what it throws is the answer. */
  attempt(step: () => void): void {
    try {
      step()
    } catch (thrown) {
      this.failWith(Cause.die(thrown))
    }
  }

  private settle(): boolean {
    if (this.answered) return false
    this.answered = true
    this.connection.commands--
    return true
  }
}

/** Makes the desk. */
export const makeRpcDesk = (options: DeskOptions): RpcDesk => new Desk(options)

class Desk implements RpcDesk {
  readonly options: DeskOptions
  private readonly commands: ReadonlyMap<string, Command>
  private readonly lines = new WeakMap<Connection, CommandLine<RpcMessage>>()
  private readonly waiting = new WeakMap<Connection, Set<Fiber.Fiber<unknown, unknown>>>()

  constructor(options: DeskOptions) {
    this.options = options
    this.commands = new Map(
      [...SessionRpcs.requests].map(([tag, rpc]) => [
        tag,
        {
          decode: Schema.decodeUnknownExit(Schema.toCodecJson(rpc.payloadSchema), { onExcessProperty: "error" }),
          // Its payload is what `decode` of the same command gives.
          handle: options.handlers[tag as keyof Handlers] as Handle,
        },
      ]),
    )
  }

  text(connection: Connection, text: string): void {
    const read = readRpcText(text)
    if (read === undefined) return connection.close(1008, "a text message is an RPC message as JSON, or an array of them")
    const { messages, refused } = read
    if (refused === undefined) return this.lineOf(connection).add(messages, text.length)
    // Nothing of it is carried out; whoever can be told is told why.
    for (const { id } of messages) {
      if (!isId(id)) return connection.close(1008, refused)
      connection.answer(failure(id, new BadRequest({ message: refused })))
    }
  }

  private lineOf(connection: Connection): CommandLine<RpcMessage> {
    const known = this.lines.get(connection)
    if (known !== undefined) return known
    const line = new CommandLine<RpcMessage>({
      ready: ({ tag }) => {
        const most = READING.get(String(tag))
        return most === undefined ? !connection.flooded : connection.reading < most && connection.hasRoom
      },
      begin: (message) => this.take(connection, message),
      open: () => connection.isOpen,
      full: (full) => connection.wait(full),
    })
    this.lines.set(connection, line)
    connection.onRoom = () => line.wake()
    return line
  }

  private take(connection: Connection, message: RpcMessage): void {
    const { _tag: kind, id, tag, payload } = message
    if (kind !== "Request") {
      if (kind === "Ping") return connection.answer(PONG)
      // Commands are short and give no streams: there is nothing to interrupt or to acknowledge.
      if (kind === "Interrupt" || kind === "Ack" || kind === "Eof") return
      return connection.close(1008, "unknown RPC message")
    }
    if (!isId(id) || typeof tag !== "string") return connection.close(1008, "a request has an id and a tag")
    const unknown = unknownField(message)
    if (unknown !== undefined)
      return connection.answer(failure(id, new BadRequest({ message: `${headOf(unknown, 50)} is not known in a request` })))
    if (!connection.greeted && tag !== "Hello") {
      connection.answer(failure(id, new BadRequest({ message: "the first command is Hello" })))
      return connection.close(1008, "the first command is Hello")
    }
    if (connection.commands >= COMMANDS_MAX) {
      const message = `at most ${COMMANDS_MAX} commands of a connection are under way; wait for some`
      return connection.answer(failure(id, new Busy({ message, retryAfter: 1 })))
    }
    const command = this.commands.get(tag)
    if (command === undefined) {
      return connection.answer(failure(id, new BadRequest({ message: `unknown command ${headOf(tag, 50)}` })))
    }
    const decoded = decode(command, payload)
    if ("_tag" in decoded) return connection.answer(failure(id, decoded))
    const call = new Call<unknown>(this, connection, id, tag)
    try {
      command.handle(decoded.value, call)
    } catch (thrown) {
      call.failWith(Cause.die(thrown))
    }
  }

  run<A, E>(connection: Connection, effect: Effect.Effect<A, E>, done: (exit: Exit.Exit<A, E>) => void): void {
    const fiber = this.options.fork(effect)
    const over = fiber.pollUnsafe()
    if (over !== undefined) return done(over)
    let fibers = this.waiting.get(connection)
    if (fibers === undefined) this.waiting.set(connection, (fibers = new Set()))
    fibers.add(fiber)
    const held = fibers
    fiber.addObserver((exit) => {
      held.delete(fiber)
      done(exit)
    })
  }

  close(connection: Connection): void {
    for (const fiber of this.waiting.get(connection) ?? []) fiber.interruptUnsafe()
  }
}

const isId = (id: unknown): id is string | number => typeof id === "string" || typeof id === "number"

type Refusal = ReturnType<typeof payloadFailure>

/** The payload, or what is wrong with it; nesting that exhausts the stack is wrong too. */
function decode(command: Command, payload: unknown): { readonly value: unknown } | Refusal {
  try {
    const exit = command.decode(payload)
    return Exit.isSuccess(exit) ? { value: exit.value } : problem(exit)
  } catch (cause) {
    return new BadRequest({ message: `the command cannot be read: ${headOf(String(cause), 200)}` })
  }
}

function problem(exit: Exit.Failure<unknown, Schema.SchemaError>): Refusal {
  const error = Exit.findErrorOption(exit)
  return error._tag === "None" ? new BadRequest({ message: "the command is malformed" }) : payloadFailure(error.value.issue)
}
