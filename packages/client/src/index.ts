/**
 * The client library of Holdfast: what is published as `holdfast/client`. It runs in browsers and in Node.
 */
export { Attachment } from "./Attachment.ts"
export type { AttachOptions } from "./attach-options.ts"
export type { CommandAnswer, CommandName, CommandPayload } from "./calls.ts"
export { Client, connect } from "./Client.ts"
export type { ConnectOptions, WebSocketClass } from "./Client.ts"
export { Connection } from "./Connection.ts"
export type { ConnectionOptions } from "./Connection.ts"
export type { Credential } from "./credential.ts"
export { HoldfastError, isError, isTransient, isUnreachable } from "./errors.ts"
export { chunkOf, decodeEvent } from "./event.ts"
export type { ChunkEvent, EventHead, EventNamed, FoldedEvent, SessionEvent } from "./event.ts"
export { Feed } from "./Feed.ts"
export type { FeedBeside, FeedCursor, FeedListener, FeedWishes } from "./Feed.ts"
export { makeAgentApi } from "./http/agent-api.ts"
export type { AgentApi } from "./http/agent-api.ts"
export { makeApi } from "./http/api.ts"
export type { Api, EventPage, EventRange, HealthReport, Input, TokenMade } from "./http/api.ts"
export type { Answer, Fetch, HttpOptions } from "./http/request.ts"
export type { SseEvent } from "./http/sse.ts"
export { clientIdentity } from "./identity.ts"
export type { ClientIdentity, IdentityPlace } from "./identity.ts"
export type { Item } from "./items.ts"
export { browserKey } from "./browser-key.ts"
export { browserSocket } from "./browser-socket.ts"
export { SessionWatch } from "./SessionWatch.ts"
export type { WatchItem, WatchOptions } from "./SessionWatch.ts"
export type { CallOptions } from "./signals.ts"
export { SKIP_BYTES } from "./skipping.ts"
export { socketUrl, wsSocket } from "./socket.ts"
export type { OpenSocket, Probe, Socket, SocketEvents } from "./socket.ts"
export type { ConnectionState, StateListener } from "./state.ts"
export { platformTimers } from "./timers.ts"
export type { Backoff, Timers } from "./timers.ts"
export { wakeWithPage } from "./wake.ts"
export type { WakingPage } from "./wake.ts"
export { decodeRecord, readRecords } from "@holdfast/protocol/record"
export type { RecordView } from "@holdfast/protocol/record"
export type { Announcement } from "@holdfast/protocol/announcement"
export type { AgentChunk } from "@holdfast/protocol/agent/chunk"
export type { InputPart, Message, SendMessage, Sent } from "@holdfast/protocol/agent/message"
export type { PermissionRequest } from "@holdfast/protocol/agent/permission"
export type { QueueItem } from "@holdfast/protocol/agent/queue"
export type { ErrorFields } from "@holdfast/protocol/errors"
export type { EventData } from "@holdfast/protocol/events"
export type {
  CreatedBy,
  CreateSession,
  Session,
  SessionPage,
  SessionQuery,
  TerminalState,
  UpdateSession,
} from "@holdfast/protocol/session"
