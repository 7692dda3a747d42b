/** What came of a link that pairs a device (docs/protocol/app-rules.md, APP-29). */
import { HoldfastError } from "@holdfast/client"
import type { TokenShown } from "@holdfast/protocol/http-bodies"

/** The device that opened it; "over" when none can any more. */
export type Outcome = TokenShown | "over"

/** Milliseconds from an answer that did not come to the next question, at first and at most. */
const PAUSES = { first: 500, most: 15_000 } as const

const after = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true })
  })

/** Whether asking again changes nothing; what a proxy says in the server's place is not such an answer. */
const isFinal = (cause: unknown): boolean =>
  cause instanceof HoldfastError && !cause.retryable && !(cause.tag === "HttpError" && (cause.status ?? 0) >= 500)

/** Asks until there is an answer; fails once the signal does, and with what asking again would not change. */
export async function deviceOf(
  ask: () => Promise<{ readonly device?: TokenShown; readonly isOpen: boolean }>,
  signal: AbortSignal,
  pauses: { readonly first: number; readonly most: number } = PAUSES,
): Promise<Outcome> {
  let pause = pauses.first
  for (;;) {
    try {
      const { device, isOpen } = await ask()
      pause = pauses.first
      if (device !== undefined || !isOpen) return device ?? "over"
    } catch (cause) {
      if (signal.aborted || isFinal(cause)) throw cause
      await after(pause, signal)
      pause = Math.min(2 * pause, pauses.most)
    }
    signal.throwIfAborted()
  }
}
