/**
 * A suite that any door of a Holdfast server passes, and the doors that it knows.
 */
export { CHECKS } from "./checks.ts"
export { DoorRefused, refusalIn } from "./door.ts"
export type {
  AttachWith,
  DoorItem,
  DoorReader,
  DoorUnderTest,
  EndedItem,
  Entry,
  EventItem,
  MessageItem,
  SendWith,
  ShownMessage,
  SnapshotItem,
  SyncedItem,
} from "./door.ts"
export { pagesDoor } from "./doors/pages.ts"
export { rpcDoor } from "./doors/rpc.ts"
export { socketIoDoor } from "./doors/socket-io.ts"
export { sseDoor } from "./doors/sse.ts"
export { streamSocketDoor } from "./doors/stream-socket.ts"
export { eventItem, HubCalls } from "./hub.ts"
export type { HubUnderTest } from "./hub.ts"
export { ItemQueue } from "./item-queue.ts"
export { reportOf } from "./report.ts"
export { runCheck, runSuite, Suite } from "./suite.ts"
export type { Check, Result } from "./suite.ts"
export { CheckFailed, demand } from "./failed.ts"
export { Tape } from "./tape.ts"
