/**
 * What people did and the hub has not confirmed yet, as it is shown: at once, replaced by the real thing by its key, or rolled
 * back with the reason (docs/protocol/rules.md, C-61, C-62).
 */
import type { FirstMessage, InputPart } from "@holdfast/protocol/agent/message"
import type { CreateSession, Session, SessionStatus } from "@holdfast/protocol/session"
import { given } from "../given.ts"
import { createOf, isOpen, sessionOf } from "./item.ts"
import type { OutboxFailure, OutboxItem } from "./item.ts"
import type { OutboxState } from "./Outbox.ts"

/** A session that is to be created. */
export interface OfflineSession {
  /** Stands for it in other commands (`offlineId`). */
  readonly id: string
  readonly key: string
  readonly kind: string
  readonly label: string
  readonly tags: ReadonlyArray<string>
  readonly pinned: boolean
  readonly status: "offline"
  /** False when its create failed. */
  readonly syncPending: boolean
  readonly createdAt: number
  readonly failure?: OutboxFailure
}

/** A session of the hub with the changes that wait in the outbox; `syncPending` while there are any. */
export type SyncedSession = Session & { readonly syncPending?: true }

/** A row of a list of sessions. */
export type ShownSession = OfflineSession | SyncedSession

/** A message that is to be sent. */
export interface OfflineMessage {
  /** The hub's message carries the same. */
  readonly key: string
  readonly role: "user"
  readonly parts: ReadonlyArray<InputPart>
  readonly createdAt: number
  readonly status: "offline" | "sending" | "sent" | "failed"
  /** False when it failed. */
  readonly syncPending: boolean
  readonly failure?: OutboxFailure
}

/** What of a session's log is on the screen. */
export interface Shown {
  /** The last seq whose event is shown. */
  readonly seq: number
  /** Keys of the messages and queue items that are shown. */
  readonly keys: ReadonlySet<string>
}

/**
 * A list of sessions as a person expects it: first those that are to be created, newest first, then `sessions` with the changes that
 * wait in the outbox. `change` is the feed's last change that `sessions` reflects; with it a session that was just created is shown
 * from the hub's answer until the feed brings it.
 */
export function withOffline(
  sessions: ReadonlyArray<Session>,
  { items }: Pick<OutboxState, "items">,
  change = Infinity,
): ReadonlyArray<ShownSession> {
  const known = new Map<string, Session>(sessions.map((session) => [session.id, session]))
  const shown = inPlaceOf((id) => known.get(id), items, change)
  const created = [...shown.values()].filter(({ id }) => !known.has(id))
  return [...created, ...sessions.map((session) => shown.get(session.id) ?? session)]
}

/**
 * By their ids, what is shown in place of the records that `read` gives: sessions that are to be created, newest first, then those
 * with changes that wait.
 */
export function inPlaceOf(
  read: (id: string) => Session | undefined,
  items: ReadonlyArray<OutboxItem>,
  change: number,
): Map<string, ShownSession> {
  const shown = new Map<string, ShownSession>()
  for (const item of [...items].reverse()) {
    if (item.operation !== "sessions.create") continue
    const answer = item.answer as Session | undefined
    if (answer === undefined) shown.set(item.session, offlineSession(item))
    else if (answer.change > change && read(answer.id) === undefined) shown.set(answer.id, answer)
  }
  for (const [id, changes] of changesOf(items)) {
    const session = shown.get(id) ?? read(id)
    if (session !== undefined && !isOffline(session)) shown.set(id, withChanges(session, changes))
  }
  return shown
}

function offlineSession(item: OutboxItem): OfflineSession {
  const { kind, label, command, agent, tags } = item.input as unknown as CreateSession
  return {
    id: item.session,
    key: item.id,
    kind,
    label: label ?? command ?? agent ?? kind,
    tags: tags ?? [],
    pinned: false,
    status: "offline",
    syncPending: isOpen(item),
    createdAt: item.at,
    ...given({ failure: item.status === "failed" ? item.error : undefined }),
  }
}

/** Open items by the session that they change. */
function changesOf(items: ReadonlyArray<OutboxItem>): ReadonlyMap<string, ReadonlyArray<OutboxItem>> {
  const byId = new Map(items.map((item) => [item.id, item]))
  const changes = new Map<string, Array<OutboxItem>>()
  for (const item of items) {
    if (!isOpen(item) || item.operation === "sessions.create") continue
    const session = sessionOf(byId, item.session)
    changes.set(session, [...(changes.get(session) ?? []), item])
  }
  return changes
}

const STATUS: Readonly<Record<string, SessionStatus>> = {
  "sessions.archive": "archived",
  "sessions.delete": "deleted",
  "sessions.restore": "active",
}

function withChanges(session: Session, items: ReadonlyArray<OutboxItem>): SyncedSession {
  return items.reduce<SyncedSession>((shown, { operation, input }) => {
    const status = STATUS[operation]
    const changed = status !== undefined ? { status } : operation === "sessions.update" ? input : {}
    return { ...shown, ...changed, syncPending: true }
  }, session)
}

/**
 * The messages of a session that are not in its transcript or its queue yet, in order. `shown` says what is; a message that was
 * accepted is shown until the event of its acceptance is.
 */
export function offlineMessages(
  session: string,
  { items }: Pick<OutboxState, "items">,
  shown?: Shown,
): ReadonlyArray<OfflineMessage> {
  const byId = new Map(items.map((item) => [item.id, item]))
  const wanted = sessionOf(byId, session)
  return items.flatMap((item) => {
    if (contentOf(item) === undefined || sessionOf(byId, item.session) !== wanted || shown?.keys.has(item.id) === true) return []
    return item.status === "completed" && !isUnseen(item, shown) ? [] : [offlineMessage(item)]
  })
}

const isUnseen = ({ answer }: OutboxItem, shown: Shown | undefined): boolean =>
  shown !== undefined && typeof answer === "object" && answer !== null && "seq" in answer && Number(answer.seq) > shown.seq

const SHOWN_AS = { pending: "offline", processing: "sending", completed: "sent", failed: "failed" } as const

/** What an item says to an agent, itself or with the session that it creates; long messages that were sent are not kept. */
function contentOf({ operation, input }: OutboxItem): FirstMessage | undefined {
  const said = operation === "messages.send" ? input : operation === "sessions.create" ? input["message"] : undefined
  const { text, parts } = (said ?? {}) as FirstMessage
  return text === undefined && parts === undefined ? undefined : (said as FirstMessage)
}

function offlineMessage(item: OutboxItem): OfflineMessage {
  const { text, parts } = contentOf(item) ?? {}
  return {
    key: item.id,
    role: "user",
    parts: parts ?? [{ type: "text", text: text ?? "" }],
    createdAt: item.at,
    status: SHOWN_AS[item.status],
    syncPending: item.status !== "failed",
    ...given({ failure: item.status === "failed" ? item.error : undefined }),
  }
}

/** True for a session that the hub has not made yet. */
export function isOffline(session: ShownSession): session is OfflineSession {
  return createOf(session.id) !== undefined
}
