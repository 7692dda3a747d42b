/**
 * How an outbox's commands reach the hub: over HTTP, or on a connection's socket.
 */
import type { OperationRoute } from "@holdfast/protocol/operations"
import type { CommandName, CommandPayload } from "../calls.ts"
import type { Connection } from "../Connection.ts"
import { given } from "../given.ts"
import { prepare } from "../http/prepare.ts"
import { json } from "../http/request.ts"
import type { HttpOptions } from "../http/request.ts"
import type { OutboxOperation } from "./item.ts"

/** Sends one command; fails with `HoldfastError`, and with `Aborted` once `signal` is aborted. */
export interface OutboxSend {
  (operation: OutboxOperation, input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>
  /** Calls `f` whenever the hub may be there again; gives the function that ends it. */
  readonly onReady?: (f: () => void) => () => void
}

const ROUTES: { readonly [N in OutboxOperation]: OperationRoute<N> } = {
  "log.mark": "POST /api/sessions/:session/marks",
  "messages.send": "POST /api/sessions/:session/messages",
  "permissions.answer": "POST /api/sessions/:session/permissions/:requestId",
  "sessions.archive": "POST /api/sessions/:session/archive",
  "sessions.create": "POST /api/sessions",
  "sessions.delete": "DELETE /api/sessions/:session",
  "sessions.restore": "POST /api/sessions/:session/restore",
  "sessions.update": "PATCH /api/sessions/:session",
  "terminal.input": "POST /api/sessions/:session/input",
  "terminal.restart": "POST /api/sessions/:session/restart",
}

/** Sends over HTTP. A session that it creates keeps the kind of client that the options name, as those of `makeApi` do. */
export function sendOverHttp(options: HttpOptions): OutboxSend {
  const { createdBy } = options
  return (operation, input, signal) => {
    const whole = operation === "sessions.create" ? { ...given({ createdBy }), ...input } : input
    const { method, path, call } = prepare(ROUTES[operation], whole)
    return json(options, method, path, { ...call, signal })
  }
}

/** Sends on a connection, which other parts of the program may use too. */
export function sendOnConnection(connection: Connection): OutboxSend {
  const send = (operation: CommandName, input: object, signal: AbortSignal): Promise<unknown> => {
    const { state } = connection
    if (state._tag === "Refused") return Promise.reject(state.error)
    return connection.call(operation, input as CommandPayload<CommandName>, { signal })
  }
  const onReady = (f: () => void): (() => void) => connection.onState(({ _tag }) => (_tag === "Online" ? f() : undefined))
  return Object.assign(send, { onReady })
}
