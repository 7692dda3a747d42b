/**
 * What an outbox keeps: commands that are to be carried out once, whatever happens in between.
 *
 * An item's id is the command's key. It is made before the item is first written, so however often the item is sent, by
 * whichever tab or process, the hub carries it out once (docs/protocol/rules.md, C-50).
 */
// Under other names, so that the published types have what these come to instead of them (decision 0035).
import type {
  OperationInput as InputOf,
  OperationName as NameOf,
  OperationOutput as AnswerOf,
} from "@holdfast/protocol/operations"

/** The operations that an outbox takes: those that have a key, and answers to permission requests, of which the first wins. */
type Taken = Extract<
  NameOf,
  | "log.mark"
  | "messages.send"
  | "permissions.answer"
  | "sessions.archive"
  | "sessions.create"
  | "sessions.delete"
  | "sessions.restore"
  | "sessions.update"
  | "terminal.input"
  | "terminal.restart"
>

/** What each operation takes, without its key, which the outbox makes, and what the hub answers. */
export type OutboxOperations = {
  readonly [N in Taken]: { readonly input: Omit<InputOf<N>, "key">; readonly answer: AnswerOf<N> }
}

/** Name of an operation that an outbox takes. */
export type OutboxOperation = keyof OutboxOperations

/** What an operation takes, without its key. */
export type OutboxInput<N extends OutboxOperation> = OutboxOperations[N]["input"]

/** What an operation answers with. */
export type OutboxAnswer<N extends OutboxOperation> = OutboxOperations[N]["answer"]

/** `pending`: to be sent, perhaps again. `processing`: on its way. `failed`: refused, expired, or tried too often; it stays until it is retried or cleared. */
export type OutboxStatus = "pending" | "processing" | "failed" | "completed"

/** Why an item failed, or failed last: `tag` to branch on, `message` to show. */
export interface OutboxFailure {
  readonly tag: string
  readonly message: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The other fields of the hub's error. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** One command in an outbox. Times are epoch milliseconds. */
export interface OutboxItem {
  /** Also the command's key. */
  readonly id: string
  /** Grows with every change of the item, so that an older state never replaces a newer one. */
  readonly version: number
  /** Items of one session are sent in this order. */
  readonly order: number
  readonly operation: OutboxOperation
  /** What the operation takes, without session and key; of completed items only short messages keep it. */
  readonly input: Readonly<Record<string, unknown>>
  /** Id of the session, or `offlineId` of the create that makes it. */
  readonly session: string
  readonly status: OutboxStatus
  /** Sessions with an item of a higher priority are served first; 0 unless it was given. */
  readonly priority: number
  /** When it was put into the box, or retried by a person. */
  readonly at: number
  readonly expiresAt?: number
  /** Tries that failed although the hub was there. */
  readonly tries: number
  /** It was sent at least once; until it is settled the hub may have carried it out. */
  readonly sent: boolean
  /** Not sent again before this time. */
  readonly notBefore?: number
  readonly error?: OutboxFailure
  readonly answer?: unknown
}

/** What the id of a session begins with that does not exist yet. */
const OFFLINE = "new:"

/** Id of the session that a create will make, until the hub has named it: other items may refer to it at once. */
export function offlineId(create: string): string {
  return OFFLINE + create
}

/** Id of the create that a session waits for; `undefined` for a session of the hub. */
export function createOf(session: string): string | undefined {
  return session.startsWith(OFFLINE) ? session.slice(OFFLINE.length) : undefined
}

/** True when an item is still to be sent. */
export function isOpen(item: OutboxItem): boolean {
  return item.status === "pending" || item.status === "processing"
}

/** Items by their ids. */
export type Items = ReadonlyMap<string, OutboxItem>

/** The session's id at the hub, once its create was answered. */
export function sessionOf(items: Items, session: string): string {
  const create = createOf(session)
  const answer = create === undefined ? undefined : items.get(create)?.answer
  return typeof answer === "object" && answer !== null && "id" in answer ? String(answer.id) : session
}

/** The same item in a later state. */
export function later(item: OutboxItem, change: Partial<OutboxItem>): OutboxItem {
  return { ...item, ...change, version: item.version + 1 }
}

/** The same item without what went wrong, and without limits of time. */
export function unhindered(item: OutboxItem): OutboxItem {
  const { notBefore: _notBefore, error: _error, expiresAt: _expiresAt, ...rest } = item
  return rest
}
