/** A request as the parts of its view go by it. */
import type { AnswerPermission, PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Asked } from "./asked.ts"
import type { AnswerNow } from "./use-answer.ts"
import type { DetailNow } from "./use-detail.ts"
import type { SeenNow } from "./use-seen.ts"
import type { Words } from "./use-words.ts"

/** What unfolds below the buttons. */
export type Unfolded = "rule" | "reason" | "edit" | "snooze" | undefined

/** Everything that the parts of a request's view go by. */
export interface RequestNow {
  readonly request: PermissionRequest
  readonly asked: Asked
  readonly detail: DetailNow
  readonly answer: AnswerNow
  readonly words: Words
  readonly unfolded: Unfolded
  /** Why it cannot be allowed yet; `undefined` when it can. */
  readonly lack: string | undefined
  /** Whether the person can have seen that it is this one: until then nothing allows it. */
  readonly isArmed: boolean
  /** How much of it was on the screen: until all of it was, nothing allows it. */
  readonly seen: SeenNow
  /** Whether there may be a rule to make; false once it is known that none fits. */
  readonly hasRules: boolean
  readonly say: (words: Words) => void
  readonly unfold: (what: Unfolded) => void
  readonly allow: (more?: Partial<AnswerPermission>) => void
  readonly refuse: () => void
  readonly choose: (optionId: string) => void
  readonly snooze: (until: number) => void
}
