/** A command of the stream socket that is under way: answered once, with a value, a refusal or what an effect ends with. */
import * as Cause from "effect/Cause"
import type * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type { DoorError } from "@holdfast/protocol/errors"
import type { Running } from "@holdfast/hub/Hub"
import { failureOfCause } from "@holdfast/hub/operations/failure"
import type { Telemetry } from "@holdfast/hub/Telemetry"
import type { SocketConnection } from "./SocketConnection.ts"
import { failure, success, successText } from "../json/rpc-messages.ts"

/** What calls share. */
export interface CallOwner {
  readonly fork: <A, E>(effect: Effect.Effect<A, E>) => Fiber.Fiber<A, E>
  readonly telemetry: Telemetry
  /** What waits for answers of a connection. */
  readonly waiting: (connection: SocketConnection) => Set<Running>
}

/** One command under way; it is answered once, by `done` or by `fail`. */
export class Call<A> {
  readonly connection: SocketConnection
  readonly #id: string | number
  readonly #tag: string
  readonly #reads: boolean
  readonly #owner: CallOwner
  #answered = false
  #running: Running | undefined

  constructor(owner: CallOwner, connection: SocketConnection, id: string | number, tag: string, reads: boolean) {
    this.#owner = owner
    this.connection = connection
    this.#id = id
    this.#tag = tag
    this.#reads = reads
    connection.commands++
    if (reads) connection.reading++
  }

  /** Answers with a value. */
  done(value: A): void {
    if (this.#settle()) this.#answer(success(this.#id, value))
  }

  /** Answers with a value that is JSON already. */
  doneText(text: string): void {
    if (this.#settle()) this.#answer(successText(this.#id, text))
  }

  /** Answers with a refusal. */
  fail(error: DoorError): void {
    if (this.#settle()) this.#answer(failure(this.#id, error))
  }

  /** Waits for an effect; `then` gets its value, a failure is the answer. */
  run<B>(effect: Effect.Effect<B, DoorError>, then: (value: B) => void): void {
    const fiber = this.#owner.fork(effect)
    fiber.addObserver((exit) => {
      if (Exit.isSuccess(exit)) this.attempt(() => then(exit.value))
      else this.fail(failureOfCause(exit.cause).error)
    })
    this.waitFor(fiber)
  }

  /** Does a step of the command; what it throws is the answer, and is reported. */
  attempt(step: () => void): void {
    try {
      step()
    } catch (thrown) {
      const { error, defect } = failureOfCause(Cause.die(thrown))
      const fingerprint = "fingerprint" in error ? error.fingerprint : undefined
      if (defect !== undefined) this.#owner.telemetry.log("error", defect, { operation: this.#tag, fingerprint })
      this.fail(error)
    }
  }

  /** Has what continues behind the command interrupted when the connection closes before the answer. */
  waitFor(running: Running | undefined): void {
    if (running === undefined || this.#answered) return
    this.#running = running
    this.#owner.waiting(this.connection).add(running)
  }

  #answer(text: string): void {
    if (this.#running !== undefined) this.#owner.waiting(this.connection).delete(this.#running)
    this.connection.answer(text)
    if (this.#reads) this.connection.readingDone()
  }

  #settle(): boolean {
    if (this.#answered) return false
    this.#answered = true
    this.connection.commands--
    return true
  }
}
