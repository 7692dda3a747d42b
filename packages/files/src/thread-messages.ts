/** What a runner and its thread for files say to each other. */
import type { FilesAnswers, FilesAsk } from "@holdfast/link/file-messages"

/** A question. */
export interface ThreadAsk {
  readonly request: number
  readonly ask: FilesAsk
}

/** It is to end what it does, and then itself. */
export const END = "end"

/** What a question can be answered with. */
export type Answer = FilesAnswers[FilesAsk["ask"]]

/** Its answer, or why there is none. */
export interface ThreadAnswer {
  readonly request: number
  readonly value?: Answer
  /** `stack`: where it went wrong, for the log alone. */
  readonly failure?: { readonly tag: string; readonly message: string; readonly stack?: string }
}
