/** How a message goes out now, and what the button says: it names what it does (docs/protocol/app-rules.md, APP-47). */
import type { SendMode } from "@holdfast/protocol/agent/message"
import type { Session } from "@holdfast/protocol/session"

/** One way to send. */
export interface SendChoice {
  readonly mode: Exclude<SendMode, "reject">
  readonly words: string
}

/** The ways to send now: Enter, Mod and Enter, and all that there are. */
export interface SendChoices {
  readonly first: SendChoice
  /** Absent where it would be the same. */
  readonly second?: SendChoice
  readonly all: ReadonlyArray<SendChoice>
}

/** What decides it. */
export interface SendSituation {
  readonly turn: Pick<Session["turn"], "status" | "interrupting">
  /** Whether the agent takes a message in mid-turn. */
  readonly steers: boolean
  readonly isConnected: boolean
}

const SEND: SendChoice = { mode: "queue", words: "Send" }
const QUEUE: SendChoice = { mode: "queue", words: "Queue" }
const STEER: SendChoice = { mode: "steer", words: "Steer" }
const INTERRUPT: SendChoice = { mode: "interrupt", words: "Interrupt and send" }
const LATER: SendChoice = { mode: "queue", words: "Send when connected" }

/** The ways to send in a situation. */
export function sendChoices({ turn, steers, isConnected }: SendSituation): SendChoices {
  // What the turn is by then no one knows: it waits its turn.
  if (!isConnected) return { first: LATER, all: [LATER] }
  if (turn.status === "idle") return { first: SEND, all: [SEND] }
  if (turn.interrupting === true) return { first: QUEUE, all: [QUEUE] }
  return steers
    ? { first: QUEUE, second: STEER, all: [QUEUE, STEER, INTERRUPT] }
    : { first: QUEUE, second: INTERRUPT, all: [QUEUE, INTERRUPT] }
}
