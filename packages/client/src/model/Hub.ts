/** What a model needs of a hub, which is what `connect` returns, and of an outbox, where there is one. */
import type { Connection } from "../Connection.ts"
import type { AgentApi } from "../http/agent-api.ts"
import type { Api } from "../http/api.ts"

/** Counts of the items of an outbox by status. */
export type OutboxCounts = Readonly<Record<"pending" | "processing" | "failed" | "completed", number>>

/** The part of an outbox that is shown and acted on; that of `holdfast/client/outbox` fits. `Item` is what it holds. */
export interface OutboxLike<Item = OutboxEntry> {
  /** The same object until something changes. */
  readonly state: OutboxLikeState<Item>
  readonly listen: (listener: () => void) => () => void
  /** Tries failed items again, or one; gives how many. */
  readonly retry: (id?: string) => Promise<number>
  /** Removes failed items, or one; gives how many. */
  readonly clear: (id?: string) => Promise<number>
  readonly cancel: (id: string) => Promise<unknown>
  /** Stops sending; what is stored stays. */
  readonly close: () => void
}

/** What is in an outbox. */
export interface OutboxLikeState<Item = OutboxEntry> {
  readonly items: ReadonlyArray<Item>
  readonly counts: OutboxCounts
  /** False: the items end with this page. */
  readonly isDurable: boolean
}

/** One command in an outbox. */
export interface OutboxEntry {
  readonly id: string
  readonly operation: string
  readonly session: string
  readonly status: keyof OutboxCounts
  readonly input: Readonly<Record<string, unknown>>
  /** Epoch milliseconds. */
  readonly at: number
  readonly error?: { readonly tag: string; readonly message: string }
}

/** A hub that is connected to. */
export interface Hub {
  readonly connection: Connection
  readonly sessions: Api
  readonly agents: AgentApi
  /** Ends the connection. */
  readonly close: () => void
}
