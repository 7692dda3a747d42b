/** What is known of a turn when it ends. */
import type { Message, TurnOutcome, Usage } from "@holdfast/protocol/agent/message"

/** How a turn ended. */
export interface TurnEnding {
  readonly outcome: TurnOutcome
  readonly error?: { readonly tag: string; readonly message: string }
  readonly usage?: Usage
  readonly model?: string
  readonly message?: Message
  /** Requests that stand on. */
  readonly standing?: ReadonlyArray<string>
}
