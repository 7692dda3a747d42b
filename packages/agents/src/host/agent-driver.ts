/**
 * What an adapter adds to the host: how one kind of agent is spoken to.
 *
 * The host has done the rest before a driver is called: each command comes once, a turn at a time, only after `ready` and
 * before the end. What a driver throws ends the agent as `AgentCrashed`.
 */
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"

/** A message that is handed to the agent. */
export interface MessageDelivery {
  readonly id: string
  readonly turn: string
  readonly parts: ReadonlyArray<InputPart>
}

/** How an agent is spoken to. */
export interface AgentDriver {
  /** Begins a turn; `host.taken` or `host.returned` reports what became of the message, `host.turnEnded` ends the turn. */
  readonly deliver: (message: MessageDelivery) => void
  /** Puts a message into the streaming turn, where the agent can. */
  readonly steer?: (message: MessageDelivery) => void
  /** Stops the turn; its open permission requests are answered as cancelled right after, those of background tasks stand. */
  readonly interrupt: (turn: string) => void
  /** Gives the answer to a request that it asked with `host.ask`; once per request. */
  readonly answer: (permission: string, outcome: PermissionOutcome) => void
  /** Stops a background task; `host.tasks.ended` reports when it is over. */
  readonly stopTask?: (task: string) => void
  /** A message waits for a turn that the agent began by itself: ends that turn, where nothing but time would. */
  readonly makeWay?: () => void
  readonly configure: (change: { readonly model?: string; readonly mode?: string }) => void
  /** Without these the output of the host's process is paused. */
  readonly pause?: () => void
  readonly continue?: () => void
  /** Resolves once everything that was read from the ended process was reported; at most a second is waited. */
  readonly drained?: () => Promise<void>
  /** The agent is to end although nothing is wrong with it: tells it so; at most a second is waited. Never rejects. */
  readonly leave?: () => Promise<void>
  /** The agent ends now: what the driver holds is let go of. */
  readonly close?: () => void
}
