/**
 * One change to many sessions, with a result for each (docs/protocol/rules.md, C-66).
 */
import type { BatchRequest, BatchResult } from "@holdfast/protocol/http-bodies"
import { aborted, decodeError, HoldfastError, isTransient } from "../errors.ts"
import type { CallOptions } from "../signals.ts"
import { backoffDelay, defaultBackoff, pause, platformTimers } from "../timers.ts"
import type { Timers } from "../timers.ts"

/** Most sessions of one request. */
const AT_ONCE = 1000

/** Most tries of one request: doing it twice has the effect of once. */
const TRIES_MAX = 5

/** What became of one session. */
export type BatchOutcome =
  | { readonly session: string; readonly ok: true; /** False: it was so already. */ readonly changed: boolean }
  | { readonly session: string; readonly ok: false; readonly error: HoldfastError }

/** What gives it up, and its clock. */
export interface BatchOptions extends CallOptions {
  readonly timers?: Timers
}

type Post = (request: BatchRequest, options: CallOptions) => Promise<BatchResult>

/** What is done to each session. */
export type BatchChange = Omit<BatchRequest, "sessions">

/**
 * Changes any number of sessions; resolves with a result for each, in the order asked, and never fails as a whole. `post` is
 * `makeApi(…).batch`. What a request could not be sent for has its error, after five tries; an abort is one too.
 */
export async function changeSessions(
  post: Post,
  sessions: ReadonlyArray<string>,
  change: BatchChange,
  { signal, timers = platformTimers }: BatchOptions = {},
): Promise<ReadonlyArray<BatchOutcome>> {
  const outcomes: Array<BatchOutcome> = []
  for (let from = 0; from < sessions.length; from += AT_ONCE) {
    const some = sessions.slice(from, from + AT_ONCE)
    outcomes.push(...(await part(post, { ...change, sessions: some }, timers, signal)))
  }
  return outcomes
}

async function part(
  post: Post,
  request: BatchRequest,
  timers: Timers,
  signal: AbortSignal | undefined,
): Promise<ReadonlyArray<BatchOutcome>> {
  for (let attempt = 1; ; attempt++) {
    try {
      if (signal?.aborted === true) throw aborted(signal)
      const { results } = await post(request, { signal })
      return results.map(({ session, changed, error }) =>
        error === undefined
          ? { session, ok: true, changed: changed === true }
          : { session, ok: false, error: decodeError(error, "InternalError") },
      )
    } catch (cause) {
      const error = cause instanceof HoldfastError ? cause : decodeError(cause, "InvalidCall")
      if (attempt >= TRIES_MAX || !isTransient(error)) return request.sessions.map((session) => ({ session, ok: false, error }))
      await pause(timers, backoffDelay(defaultBackoff, attempt, timers.random()), signal)
    }
  }
}
