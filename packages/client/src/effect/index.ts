/**
 * Holdfast for programs that are written with Effect 4: what is published as `@holdfast/client/effect`. `effect` is a peer.
 */
export { Chat, ChatUnreachable } from "./chat.ts"
export type { ChatCursor, ChatMessageInput, ChatOptions } from "./chat.ts"
export {
  isRetryable,
  SessionCreationError,
  SessionNotFoundError,
  SessionPermissionError,
  SessionRequestError,
  SessionUnavailableError,
} from "./errors.ts"
export type { SessionsError } from "./errors.ts"
export {
  CircuitBreakerOpenError,
  gracefulDegradation,
  makeBreaker,
  mayPass,
  RetryTimeoutError,
  withCircuitBreaker,
  withFallback,
  withRetry,
} from "./policies.ts"
export type { Breaker, BreakerOptions, Degraded, DegradationLevel, RetryOptions } from "./policies.ts"
export { policyUses } from "./policy-record.ts"
export { Sessions, TestSessions } from "./Sessions.ts"
export type { PoolOptions as SessionsOptions } from "./ConnectionPool.ts"
export type { Token } from "./token.ts"
export { advanceCursor } from "./sessions-shape.ts"
export type {
  AllCursor,
  AllFilter,
  AllItem,
  AllOptions,
  BatchChange,
  BatchOptions,
  BatchOutcome,
  StreamItem,
  StreamOptions,
} from "./sessions-shape.ts"
export type { TestEvent } from "./MemorySessions.ts"
export type { TestControl } from "./test-sessions.ts"
export { Outbox, OutboxError, TestOutbox } from "./Outbox.ts"
export type { OfflineSession, OutboxOptions } from "./Outbox.ts"
export type { OutboxCommand, OutboxPort, OutboxState } from "./outbox-port.ts"
