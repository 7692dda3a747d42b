/**
 * One client of the Socket.IO door: the four events that it sends, its attachments, and its acknowledgements
 * (docs/protocol/rules.md, K-2 to K-7).
 */
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { Socket } from "socket.io"
import { BadRequest, Busy, type DoorError, SessionNotFound } from "@holdfast/protocol/errors"
import { errorBody } from "@holdfast/protocol/http-errors"
import type { OperationInput } from "@holdfast/protocol/operations"
import type { Session } from "@holdfast/protocol/session"
import type { Settings } from "@holdfast/protocol/settings"
import { headOf } from "@holdfast/protocol/text-cut"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { connectedCaller, renamed } from "../SocketDoor.ts"
import type { Attachment, Caller, Hub, Outcome, PerformedName, Principal, Running } from "@holdfast/hub/Hub"
import { failureOfCause } from "@holdfast/hub/operations/failure"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { askedBy, type ClientEvent, decodeSent, isClientEvent, type Sent, unknownEvent } from "./client-events.ts"
import { IoFlow } from "./IoFlow.ts"
import { IoSink } from "./IoSink.ts"
import { noticePacket } from "./run-events.ts"
import { tooLarge } from "./packet-limit.ts"
import { refusalOf } from "./strict-parser.ts"

/** Events under way beyond which another is `Busy`. */
const UNDER_WAY_MAX = 256
/** Attachments that are being made at a time: what one begins with may be large. */
const ATTACHING_MAX = 4
/** Unread bytes beyond which a client that keeps sending and reads no answer is sent away. */
const UNREAD_MAX = 17 * 1024 * 1024

/** What connections share. */
export interface IoParts {
  readonly hub: Hub["Service"]
  readonly settings: Settings
  readonly version: string
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  readonly telemetry: Telemetry
}

/** Answers an event, once. */
type Answer = (answer: object | DoorError) => void

interface Held {
  readonly attachment: Attachment
  readonly sink: IoSink
}

/** A connected client. */
export class IoConnection {
  readonly principal: Principal
  readonly #socket: Socket
  readonly #parts: IoParts
  readonly #flow: IoFlow
  readonly #runs = new Map<string, Held>()
  readonly #kinds = new Map<string, Session["kind"]>()
  readonly #running = new Set<Running>()
  /** Attachments that wait until there is room for what they begin with. */
  readonly #waiting: Array<() => void> = []
  #caller: Caller
  #seat: { readonly client: string; readonly name: string }
  #underWay = 0
  #attaching = 0
  #open = true

  constructor(socket: Socket, principal: Principal, parts: IoParts) {
    this.principal = principal
    this.#socket = socket
    this.#parts = parts
    this.#caller = connectedCaller(principal, "socket.io")
    this.#seat = { client: `io-${socket.id}`, name: principal.name }
    this.#flow = new IoFlow(socket.conn, () => this.#drained())
    socket.onAny((event: unknown, ...given: Array<unknown>) => this.#take(event, given))
  }

  get #asking(): Caller {
    return (this.#caller = renamed(this.#caller, this.principal))
  }

  /** Ends the attachments; what was accepted is kept, and no turn ends. */
  release(reason: string): void {
    if (!this.#open) return
    this.#open = false
    for (const running of this.#running) running.interruptUnsafe()
    for (const { attachment } of this.#runs.values()) attachment.detach(reason)
    this.#runs.clear()
    this.#waiting.splice(0)
  }

  /** Says on each attachment why it ends, and ends them. */
  sendAway(reason: string): void {
    if (!this.#open) return
    for (const run of this.#runs.keys()) this.#flow.write(noticePacket(run, "detached", { reason }))
    this.release(reason)
  }

  /** Ends its namespace: its client does not come back by itself. */
  disconnect(): void {
    this.#socket.disconnect()
  }

  #take(event: unknown, given: Array<unknown>): void {
    if (!this.#open) return
    const last = given.at(-1)
    const acknowledge = typeof last === "function" ? (last as (answer: object) => void) : undefined
    if (acknowledge !== undefined) given.pop()
    if (this.#flow.unread > UNREAD_MAX) return void this.#socket.conn.close(true)
    const [payload, ...rest] = given
    let isAnswered = false
    this.#underWay++
    const answer: Answer = (value) => {
      if (isAnswered) return
      isAnswered = true
      this.#underWay--
      if (this.#open) this.#answer(event, payload, acknowledge, value)
    }
    const problem = this.#problemOf(event, rest) ?? this.#problemOfBytes(payload)
    if (problem !== undefined) return answer(problem)
    this.#do(event as ClientEvent, payload, answer)
  }

  #problemOf(event: unknown, rest: ReadonlyArray<unknown>): DoorError | undefined {
    const refused = refusalOf(event, rest)
    if (refused !== undefined) return refused
    if (!isClientEvent(event)) return unknownEvent(event)
    if (rest.length > 0) return new BadRequest({ message: `${event} takes one object, and an acknowledgement` })
    if (this.#underWay <= UNDER_WAY_MAX) return undefined
    const message = `a connection has at most ${UNDER_WAY_MAX} events in flight; wait for some acknowledgements`
    return new Busy({ message, retryAfter: 1 })
  }

  /** Bytes travel beside an event, so that its own length does not say how much it holds. */
  #problemOfBytes(payload: unknown): DoorError | undefined {
    const { socketMaxFrame } = this.#parts.settings
    const data = typeof payload === "object" && payload !== null && "data" in payload ? payload.data : undefined
    return data instanceof Uint8Array && data.length > socketMaxFrame ? tooLarge(socketMaxFrame) : undefined
  }

  #do(event: ClientEvent, payload: unknown, answer: Answer): void {
    switch (event) {
      case "client:hello":
        return this.#with(event, payload, answer, (sent) => this.#hello(sent, answer))
      case "run:attach":
        return this.#with(event, payload, answer, (sent) => this.#line(() => this.#attach(sent, answer)))
      case "run:input":
        return this.#with(event, payload, answer, (sent) => this.#input(sent, answer))
      case "run:close":
        return this.#with(event, payload, answer, (sent) => this.#close(sent, answer))
    }
  }

  #with<E extends ClientEvent>(event: E, payload: unknown, answer: Answer, then: (sent: Sent<E>) => void): void {
    const decoded = decodeSent(event, payload)
    if (!("value" in decoded)) return answer(decoded)
    try {
      then(decoded.value)
    } catch (thrown) {
      this.#fault(event, thrown, answer)
    }
  }

  #hello({ clientId, name = this.principal.name }: Sent<"client:hello">, answer: Answer): void {
    this.#seat = { client: clientId, name }
    this.#caller = connectedCaller(this.principal, "socket.io", { seated: this.#seat })
    const { hub, settings, version } = this.#parts
    answer({ clientId, protocol: PROTOCOL_VERSION, version, hub: hub.id, silence: settings.socketSilence })
  }

  #attach({ runId, ...cursor }: Sent<"run:attach">, answer: Answer): void {
    const { attachmentsMax } = this.#parts.settings
    this.#attaching++
    const over = (): void => {
      this.#attaching--
      this.#next()
    }
    if (this.#runs.size >= attachmentsMax && !this.#runs.has(runId)) {
      answer(new Busy({ message: `a connection has at most ${attachmentsMax} attachments; close one`, retryAfter: 1 }))
      return over()
    }
    const sink = new IoSink(runId, this.#flow, (ended) => {
      if (this.#runs.get(runId)?.sink === ended) this.#runs.delete(runId)
    })
    const request = { session: runId, mode: "viewer", ...cursor, ...this.#seat } as const
    this.#run(this.#parts.hub.attach(request, sink, this.#asking), "run:attach", answer, over, (attachment) => {
      if (!this.#open) return attachment.detach("the client closed the connection")
      this.#runs.get(runId)?.attachment.detach("another attachment of its connection replaced it")
      this.#runs.set(runId, { attachment, sink })
      this.#kinds.set(runId, attachment.session.kind)
      sink.attachment = attachment
      answer({ runId, log: attachment.log, session: attachment.session })
      // The answer is sent before the first event.
      attachment.start()
    })
  }

  #input(sent: Sent<"run:input">, answer: Answer): void {
    const kind = this.#kinds.get(sent.runId)
    if (kind !== undefined) return this.#ask(sent, kind, answer)
    this.#perform("sessions.get", { session: sent.runId }, answer, (session) => {
      this.#kinds.set(sent.runId, session.kind)
      this.#ask(sent, session.kind, answer)
    })
  }

  #ask(sent: Sent<"run:input">, kind: Session["kind"], answer: Answer): void {
    const asked = askedBy(sent, kind)
    switch (asked.name) {
      case "terminal.input":
        return this.#perform(asked.name, asked.input, answer, answer)
      case "messages.send":
        return this.#perform(asked.name, asked.input, answer, answer)
      case "agent.interrupt":
        return this.#perform(asked.name, asked.input, answer, answer, sent.key)
      case "permissions.answer":
        return this.#perform(asked.name, asked.input, answer, answer, sent.key)
    }
  }

  #close({ runId }: Sent<"run:close">, answer: Answer): void {
    const held = this.#runs.get(runId)
    if (held === undefined) {
      return answer(new SessionNotFound({ message: "this connection is not attached to that session", session: runId }))
    }
    this.#runs.delete(runId)
    held.attachment.leave()
    answer({ runId })
  }

  /** Performs an operation, with a key where its input has no place for one; `then` gets its value, a refusal is the answer. */
  #perform<N extends PerformedName>(
    name: N,
    input: OperationInput<N> | DoorError,
    answer: Answer,
    then: (value: Outcome<N>) => void,
    key?: string,
  ): void {
    const caller = key === undefined ? this.#asking : { ...this.#asking, key }
    const under: { running?: Running | undefined; isOver: boolean } = { isOver: false }
    under.running = this.#parts.hub.perform(name, input, caller, (performed) => {
      under.isOver = true
      if (under.running !== undefined) this.#running.delete(under.running)
      if (performed._tag === "Success") then(performed.value)
      else answer(performed.error)
    })
    if (under.running !== undefined && !under.isOver) this.#running.add(under.running)
  }

  /** Waits for an effect; `then` gets its value, a failure is the answer. `over` is called in either case. */
  #run<A>(
    effect: Effect.Effect<A, DoorError>,
    event: ClientEvent,
    answer: Answer,
    over: () => void,
    then: (value: A) => void,
  ): void {
    const fiber = this.#parts.fork(effect)
    this.#running.add(fiber)
    fiber.addObserver((exit) => {
      this.#running.delete(fiber)
      try {
        if (Exit.isSuccess(exit)) then(exit.value)
        else answer(failureOfCause(exit.cause).error)
      } catch (thrown) {
        this.#fault(event, thrown, answer)
      }
      over()
    })
  }

  /** A fault of ours is reported, and its client gets the fingerprint. */
  #fault(event: ClientEvent, thrown: unknown, answer: Answer): void {
    const { error, defect } = failureOfCause(Cause.die(thrown))
    const fingerprint = "fingerprint" in error ? error.fingerprint : undefined
    if (defect !== undefined) this.#parts.telemetry.log("error", defect, { operation: event, fingerprint })
    answer(error)
  }

  /** Begins an attachment when there is room for what it begins with. */
  #line(begin: () => void): void {
    this.#waiting.push(begin)
    this.#next()
  }

  #next(): void {
    while (this.#open && this.#attaching < ATTACHING_MAX && !this.#flow.full) {
      const begin = this.#waiting.shift()
      if (begin === undefined) return
      begin()
    }
  }

  #drained(): void {
    for (const { attachment } of this.#runs.values()) attachment.acknowledge(0)
    this.#next()
  }

  /** Acknowledges an event; one that is refused and asked for no acknowledgement is answered with a notice. */
  #answer(
    event: unknown,
    payload: unknown,
    acknowledge: ((answer: object) => void) | undefined,
    value: object | DoorError,
  ): void {
    const body = value instanceof Error ? errorBody(value).body : value
    if (acknowledge !== undefined) return acknowledge(body)
    if (!(value instanceof Error)) return
    const { runId } = (typeof payload === "object" && payload !== null ? payload : {}) as { readonly runId?: unknown }
    const run = typeof runId === "string" ? headOf(runId, 256) : ""
    const named = typeof event === "string" ? headOf(event, 60) : ""
    this.#flow.write(noticePacket(run, "refused", { event: named, ...body }))
  }
}
