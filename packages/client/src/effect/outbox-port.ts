/** What the Effect surface needs of an outbox: the client's `Outbox` has it. */
import type { CreateSession } from "@holdfast/protocol/session"

/** One command in a box. */
export interface OutboxCommand {
  /** Also its key. */
  readonly id: string
  readonly operation: string
  readonly session: string
  readonly status: "pending" | "processing" | "failed" | "completed"
  readonly error?: { readonly tag: string; readonly message: string }
  /** Of a completed one. */
  readonly answer?: unknown
}

/** Everything in a box at one moment. */
export interface OutboxState {
  readonly items: ReadonlyArray<OutboxCommand>
  readonly counts: Readonly<Record<OutboxCommand["status"], number>>
  /** False: the items end with this page or process. */
  readonly isDurable: boolean
}

/** A command that was put into a box. */
export interface OutboxEntry {
  readonly id: string
  /** Settles once it is stored. */
  readonly stored: Promise<void>
  /** The hub's answer, or why there is none. */
  readonly done: Promise<unknown>
}

/** How a command is sent. */
export interface OutboxHow {
  /** In place of a key of its own: of a command that was sent before, and may have been carried out. */
  readonly key?: string
  readonly priority?: number
  readonly expiresIn?: number
}

/** A box. Methods, so that one whose operations are typed more narrowly is one too. */
export interface OutboxPort {
  readonly state: OutboxState
  listen(f: () => void): () => void
  add(operation: string, input: object, options?: OutboxHow): OutboxEntry
  create(request: CreateSession, options?: OutboxHow): OutboxEntry & { readonly session: string }
  retry(id?: string): Promise<number>
  clear(id?: string): Promise<number>
  cancel(id: string): Promise<"cancelled" | "uncertain" | "settled">
  wake(): void
  close(): void
}
