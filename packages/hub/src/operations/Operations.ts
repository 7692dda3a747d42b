/**
 * The waist: every operation of every door comes through here, and is authorised, counted, logged and answered in one way.
 *
 * An operation whose handler is plain costs no fiber and no promise here, and its input is not decoded again. Handlers are
 * called with whole session ids only, and by callers whose scope allows it.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { type DoorError, InternalError } from "@holdfast/protocol/errors"
import { operationEntries, type OperationName } from "@holdfast/protocol/operations"
import { type Definition, isAboutSession, takesKey } from "@holdfast/protocol/operations/operation"
import type { Caller, Done, Handler, Handlers, Performed, PerformedName, Running } from "../Hub.ts"
import type { Fork } from "../session/Fork.ts"
import { refuseId } from "../session/whole-id.ts"
import type { EndSpan, Level, Telemetry } from "../Telemetry.ts"
import { type Access, allows, notAllowed, outOfBounds } from "./access.ts"
import { failureOfCause } from "./failure.ts"
import { OperationLines } from "./OperationLines.ts"
import { Rates } from "./Rates.ts"
import { Repeats } from "./Repeats.ts"

/** Errors that are not the caller's and cannot be mended by it: they are failures in the log. */
const FAILURES: ReadonlySet<string> = new Set(["InternalError", "Unavailable", "StorageFull", "LogDamaged"])

/** Outcome of an operation whose caller went away before the answer. */
const INTERRUPTED = "interrupted"

interface Entry extends Access {
  readonly name: OperationName
  readonly about: boolean
  /** It changes something and its input has no place for a key. */
  readonly remembered: boolean
  /** Level of its line when it succeeds. */
  readonly level: Level
  handle: Handle | undefined
}

type Handle = (input: unknown, by: Caller, done: Done<unknown>) => Running | void

/** An input as far as it is looked at here. */
type Input = object | null | undefined

/** The operations of one hub. */
export class Operations {
  readonly telemetry: Telemetry
  readonly #lines: OperationLines
  readonly #entries = new Map<string, Entry>()
  readonly #repeats = new Repeats()
  readonly #rates: Rates

  /** Without `rates` there is no limit on how often a credential may ask. */
  constructor(telemetry: Telemetry, rates: Rates = new Rates(0)) {
    this.telemetry = telemetry
    this.#rates = rates
    this.#lines = new OperationLines(telemetry)
    for (const [name, definition] of operationEntries) this.#entries.set(name, entryOf(name, definition))
  }

  /** Adds handlers. */
  add<N extends PerformedName>(handlers: Handlers<N>): void {
    for (const [name, handler] of Object.entries<Handler<N>>(handlers)) {
      const entry = this.#entries.get(name)
      if (entry !== undefined) entry.handle = handler as Handle
    }
  }

  /** Carries out an operation; see `Hub.perform`. */
  perform(name: OperationName, input: Input, by: Caller, done: (performed: Performed<unknown>) => void): Running | undefined {
    const entry = this.#entries.get(name)
    if (entry === undefined) throw new Error(`${name} is not in the table of operations`)
    const session = entry.about && input !== null && input !== undefined && "session" in input ? input.session : undefined
    const flight = new Flight(this, entry.name, entry.level, typeof session === "string" ? session : undefined, by, done)
    const refused =
      refusalOf(entry, input, flight.session, by) ??
      (entry.needs === "public" || entry.free === true ? undefined : this.#rates.take(by))
    if (refused !== undefined) return flight.refuse(refused)
    try {
      const { handle } = entry
      if (handle === undefined) throw new Error(`${name} has no handler`)
      if (by.key !== undefined && entry.remembered) {
        return this.#repeats.once(name, input, by, by.key, (settle) => handle(input, by, settle), flight.settle)
      }
      return handle(input, by, flight.settle) ?? undefined
    } catch (thrown) {
      flight.settle(Exit.die(thrown))
      return undefined
    }
  }

  /** Reports the beginning of an attachment or a watch, and refuses what the scope does not allow. */
  begin<A>(
    access: Access,
    session: string | undefined,
    by: Caller,
    effect: Effect.Effect<A, DoorError>,
  ): Effect.Effect<A, DoorError> {
    return Effect.suspend(() => {
      const flight = new Flight<unknown>(this, access.name, "info", session, by, () => {})
      const refused = refusalOf(access, undefined, session, by) ?? (access.free === true ? undefined : this.#rates.take(by))
      const begun = refused === undefined ? effect : Effect.fail(refused)
      return Effect.onExit(begun, (exit) => Effect.sync(() => flight.settle(exit)))
    })
  }

  /** Writes the line of an operation that has ended, and counts it. */
  ended(operation: string, level: Level, session: string | undefined, by: Caller, milliseconds: number, refused?: Refused): void {
    const outcome = refused?.error._tag ?? "success"
    this.telemetry.count({ operation, door: by.door ?? "", outcome }, milliseconds)
    if (refused === undefined) {
      this.#lines.add({ operation, session, by, level, message: "done", milliseconds })
      return
    }
    const { error, defect } = refused
    this.#lines.add({
      operation,
      session,
      by,
      level: FAILURES.has(outcome) ? "error" : "warn",
      message: defect ?? error.message,
      milliseconds,
      error: outcome,
      ...(error instanceof InternalError ? { fingerprint: error.fingerprint } : {}),
    })
  }

  /** The same for one whose caller has gone: no one waits for the answer, which is no fault. */
  left(operation: string, session: string | undefined, by: Caller, milliseconds: number): void {
    this.telemetry.count({ operation, door: by.door ?? "", outcome: INTERRUPTED }, milliseconds)
    this.#lines.add({ operation, session, by, level: "info", message: "its caller went away before the answer", milliseconds })
  }

  /** Writes the line of an answer that its door could not take. */
  untold(operation: string, thrown: unknown): void {
    const { defect = String(thrown), error } = failureOfCause(Cause.die(thrown))
    this.telemetry.log("error", defect, {
      operation,
      ...(error instanceof InternalError ? { fingerprint: error.fingerprint } : {}),
    })
  }

  /** Writes the line of the end of an attachment or a watch, with its reason. */
  over(action: string, session: string | undefined, by: Caller, began: number, reason: string): void {
    const milliseconds = Math.round(performance.now() - began)
    this.telemetry.log("info", "ended", {
      operation: action,
      session,
      door: by.door,
      client: by.name,
      milliseconds,
      reason,
      trace: by.trace,
    })
  }

  /** Writes what waits to be written. */
  close(): void {
    this.#lines.close()
  }
}

type Refused = ReturnType<typeof failureOfCause>

const entryOf = (name: OperationName, definition: Definition): Entry => ({
  name,
  needs: definition.scope,
  bound: definition.bound,
  about: isAboutSession(definition),
  remembered: definition.changes && !takesKey(definition) && definition.leaves !== true,
  free: definition.leaves,
  level: definition.quiet === true ? "debug" : "info",
  handle: undefined,
})

function refusalOf(access: Access, input: Input, session: string | undefined, by: Caller): DoorError | undefined {
  if (!allows(by, access.needs)) return notAllowed(by, access.needs, access.name, session)
  // Only a refusal is an error.
  if (input instanceof Error) return input as DoorError
  return outOfBounds(by, access, session) ?? (session === undefined ? undefined : refuseId(session))
}

/** One operation under way: it is answered, logged and counted once. */
class Flight<A> {
  readonly session: string | undefined
  readonly #operations: Operations
  readonly #name: string
  readonly #level: Level
  readonly #by: Caller
  readonly #done: (performed: Performed<A>) => void
  readonly #began = performance.now()
  readonly #span: EndSpan | undefined
  #settled = false

  constructor(
    operations: Operations,
    name: string,
    level: Level,
    session: string | undefined,
    by: Caller,
    done: (performed: Performed<A>) => void,
  ) {
    this.#operations = operations
    this.#name = name
    this.#level = level
    this.session = session
    this.#by = by
    this.#done = done
    const fields = { operation: name, session, door: by.door, client: by.name, trace: by.trace }
    operations.telemetry.log("debug", "begins", fields)
    this.#span = operations.telemetry.span(name, fields)
  }

  /** Ends it with a refusal. */
  refuse(error: DoorError): undefined {
    this.#end({ error })
    this.#answer({ _tag: "Refused", error })
  }

  /** Ends it as its handler did. */
  readonly settle = (exit: Exit.Exit<A, DoorError>): void => {
    if (this.#settled) return
    this.#settled = true
    if (Exit.isSuccess(exit)) {
      this.#end(undefined, sessionOf(exit.value))
      return this.#answer({ _tag: "Success", value: exit.value })
    }
    const failure = failureOfCause(exit.cause)
    if (Cause.hasInterruptsOnly(exit.cause)) this.#left()
    else this.#end(failure)
    this.#answer({ _tag: "Refused", error: failure.error })
  }

  #answer(performed: Performed<A>): void {
    try {
      this.#done(performed)
    } catch (thrown) {
      this.#operations.untold(this.#name, thrown)
    }
  }

  #left(): void {
    this.#span?.(INTERRUPTED)
    this.#operations.left(this.#name, this.session, this.#by, performance.now() - this.#began)
  }

  #end(refused: Refused | undefined, session = this.session): void {
    const milliseconds = performance.now() - this.#began
    this.#span?.(refused?.error._tag ?? "success")
    this.#operations.ended(this.#name, this.#level, session, this.#by, milliseconds, refused)
  }
}

/** The session that an operation made. */
function sessionOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("created" in value) || !("session" in value)) return undefined
  const { session } = value
  return typeof session === "object" && session !== null && "id" in session ? String(session.id) : undefined
}

/** Makes a handler of what answers with an effect, which is interrupted when no one waits for it. */
export const asEffect =
  (fork: Fork) =>
  <I, A>(operation: (input: I, by: Caller) => Effect.Effect<A, DoorError>) =>
  (input: I, by: Caller, done: Done<A>): Running =>
    fork(operation(input, by), done)
