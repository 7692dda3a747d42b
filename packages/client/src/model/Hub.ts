/** What a model needs of a hub, which is what `connect` returns, and of an outbox, where there is one. */
import type { Connection } from "../Connection.ts"
import type { AgentApi } from "../http/agent-api.ts"
import type { Api } from "../http/api.ts"
import type { HttpOptions } from "../http/request.ts"
import type { Outbox } from "../outbox/Outbox.ts"

/** The part of an outbox that is shown and acted on. */
export type OutboxLike = Pick<
  Outbox,
  "state" | "listen" | "add" | "create" | "send" | "retry" | "clear" | "cancel" | "wake" | "close"
>

/** A hub that is connected to. */
export interface Hub {
  readonly connection: Connection
  readonly sessions: Api
  readonly agents: AgentApi
  /** How its routes are called, for those that have no function of the hub's own. */
  readonly http: HttpOptions
  /** Ends the connection. */
  readonly close: () => void
}
