/** A call of the RPC door that is under way: answered once, with a value, a refusal, or as interrupted. */
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Performed, Running } from "@holdfast/hub/Hub"
import { failureOfCause } from "@holdfast/hub/operations/failure"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import { failure, successText } from "../json/rpc-messages.ts"
import { interruptedText } from "./wire.ts"

/** What a call needs of its connection. */
export interface CallOwner {
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  readonly telemetry: Telemetry
  readonly send: (text: string) => void
  /** The call was answered. */
  readonly over: (call: RpcCall) => void
}

/** How the client wants to hear of it: as usual, at its start, or not at all. */
export type ReplyMode = "answer" | "discard" | "notification"

/** One call. */
export class RpcCall {
  readonly id: string | number
  readonly tag: string
  readonly #owner: CallOwner
  #mode: ReplyMode
  #answered = false
  #running: Running | undefined
  /** Called when the client acknowledges a chunk, and when the call is over. */
  onAck: () => void = () => {}
  onEnd: (reason: string) => void = () => {}

  constructor(owner: CallOwner, id: string | number, tag: string, mode: ReplyMode) {
    this.#owner = owner
    this.id = id
    this.tag = tag
    this.#mode = mode
  }

  /** The id as JSON. */
  get idText(): string {
    return JSON.stringify(this.id)
  }

  /** Whether it was not answered yet. */
  get isOpen(): boolean {
    return !this.#answered
  }

  /** It was understood and begins: all that a client waits for which discards the answer. */
  begun(): void {
    if (this.#mode !== "discard") return
    this.#owner.send(successText(this.id, "null"))
    this.#mode = "notification"
  }

  /** Answers as an operation ended. */
  settle<A>(performed: Performed<A>, told: (value: A) => unknown = (value) => value): void {
    if (performed._tag === "Refused") this.fail(performed.error)
    else this.done(JSON.stringify(told(performed.value)))
  }

  /** Answers with a value that is JSON. */
  done(text: string): void {
    this.#end(successText(this.id, text))
  }

  /** Answers with a refusal. */
  fail(error: DoorError): void {
    this.#end(failure(this.id, error))
  }

  /** Answers with a message that is a whole `Exit`. */
  exit(text: string): void {
    this.#end(text)
  }

  /** The client does not wait any more, or is gone. What was asked for and begun is carried out. */
  interrupt(reason: string): void {
    this.#running?.interruptUnsafe()
    this.#end(interruptedText(this.idText), reason)
  }

  /** Waits for an effect; `then` gets its value, a failure is the answer. */
  run<B>(effect: Effect.Effect<B, DoorError>, then: (value: B) => void): void {
    const fiber = this.#owner.fork(effect)
    fiber.addObserver((exit) => {
      if (Exit.isSuccess(exit)) this.attempt(() => then(exit.value))
      else if (this.isOpen) this.#fault(exit.cause)
    })
    this.waitFor(fiber)
  }

  /** Does a step; what it throws is the answer, and is reported. */
  attempt(step: () => void): void {
    try {
      step()
    } catch (thrown) {
      this.#fault(Cause.die(thrown))
    }
  }

  /** Has what continues behind the call interrupted with it. */
  waitFor(running: Running | undefined): void {
    if (!this.#answered) this.#running = running
  }

  #fault(cause: Cause.Cause<unknown>): void {
    const { error, defect } = failureOfCause(cause)
    const fingerprint = "fingerprint" in error ? error.fingerprint : undefined
    if (defect !== undefined) this.#owner.telemetry.log("error", defect, { operation: this.tag, fingerprint })
    this.fail(error)
  }

  #end(text: string, reason = "the call is over"): void {
    if (this.#answered) return
    this.#answered = true
    if (this.#mode === "answer" || this.#mode === "discard") this.#owner.send(text)
    this.#owner.over(this)
    this.onEnd(reason)
  }
}
