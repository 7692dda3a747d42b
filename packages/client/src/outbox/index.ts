/**
 * The outbox: what is published as `holdfast/client/outbox`. It runs in browsers and in Node.
 */
export { offlineId } from "./item.ts"
export type {
  OutboxAnswer,
  OutboxFailure,
  OutboxInput,
  OutboxItem,
  OutboxOperation,
  OutboxOperations,
  OutboxStatus,
} from "./item.ts"
export { openOutbox } from "./open.ts"
export type { OpenOutboxOptions } from "./open.ts"
export { isOffline, offlineMessages, withOffline } from "./optimistic.ts"
export type { OfflineMessage, OfflineSession, Shown, ShownSession, SyncedSession } from "./optimistic.ts"
export { Outbox } from "./Outbox.ts"
export type { AddOptions, Entry, OutboxState } from "./Outbox.ts"
export { sendOnConnection, sendOverHttp } from "./send.ts"
export type { OutboxSend } from "./send.ts"
