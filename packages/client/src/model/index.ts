/**
 * What a log comes to: turns, messages and the state of a session, by the same functions that the hub uses (docs/protocol/rules.md,
 * E-5, M-1). Published as `holdfast/client/model`, apart from the connection, because not every page needs it.
 */
export { Accumulator } from "@holdfast/core/agent/accumulator"
export type { LiveMessage } from "@holdfast/core/agent/accumulator"
export { chunksBetween, chunksFrom } from "@holdfast/core/agent/chunks-between"
export type { MessagePart } from "@holdfast/core/agent/message-part"
export { evolve } from "@holdfast/core/evolve"
export type { SessionState } from "@holdfast/core/state"
export { sendAndFollow } from "../turn.ts"
export type { FollowedTurn, TurnEnd } from "../turn.ts"
