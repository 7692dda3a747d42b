/**
 * A door with routes of its own beside those of the operations: the HTTP door reads its requests and lends it the response.
 */
import type { Caller } from "@holdfast/hub/Hub"
import type { DoorError } from "@holdfast/protocol/errors"

/** A request of such a route, which the guard let through, and what it can be answered with; one of them, once. */
export interface Asked {
  readonly params: Readonly<Record<string, string>>
  /** The body as JSON. */
  readonly body: unknown
  readonly by: Caller
  readonly refuse: (error: DoorError) => void
  /** 204: there is nothing. */
  readonly empty: () => void
  /** Begins a stream of server-sent events. */
  readonly stream: (headers: Readonly<Record<string, string>>) => LentStream
  /** Calls back once, when the client is gone or has all of its answer. */
  readonly onClose: (listener: () => void) => void
}

/** An open stream on a response. */
export interface LentStream {
  /** Writes texts; `taken` is called when all of them have left the process, never when the client is gone. */
  readonly send: (pieces: ReadonlyArray<string>, taken?: () => void) => void
  readonly end: () => void
  /** Cuts the connection, so that the client does not take what it has for all there is. */
  readonly tear: () => void
}

/** The door. */
export interface RouteDoor<Name extends string> {
  readonly serve: (name: Name, asked: Asked) => void
}
