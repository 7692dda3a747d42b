/** What is asked of the runners themselves: how they are, and that they end. */
import * as Effect from "effect/Effect"
import { Unavailable } from "@holdfast/protocol/errors"
import { RunnerGone } from "@holdfast/link/RunnerConnection"
import type { RunnerStatus } from "@holdfast/link/messages"
import type { Fleet } from "./Fleet.ts"
import type { RunnerLink } from "./RunnerLink.ts"

/** Longest time in which a runner that is connected says how it is, in milliseconds. */
const STATUS_WAIT = 10_000

/** The status of every connected runner. */
export function runnerStatus(fleet: Fleet): Effect.Effect<ReadonlyArray<RunnerStatus>, Unavailable> {
  return ask(async () => (await Promise.all([...fleet.links.values()].map(statusIfThere))).flat())
}

/** Has every runner end, at once or when its children have ended; `grace` is that of the children, in milliseconds. */
export function stopRunners(
  fleet: Fleet,
  atOnce: boolean,
  grace: number,
): Effect.Effect<ReadonlyArray<RunnerStatus>, Unavailable> {
  return ask(() => Promise.all([...fleet.links.values()].map((link) => stop(link, atOnce, grace))))
}

async function stop(link: RunnerLink, atOnce: boolean, grace: number): Promise<RunnerStatus> {
  link.draining = true
  const status = await statusOf(link)
  await link.connection.drain(atOnce, grace).catch((cause: unknown) => {
    // A runner that was told to end at once may be gone before its answer is: that is what was asked for.
    if (!(atOnce && cause instanceof RunnerGone)) throw cause
  })
  return status
}

/** The status of a runner, or none where it ended while it was asked. */
const statusIfThere = (link: RunnerLink): Promise<ReadonlyArray<RunnerStatus>> =>
  statusOf(link).then(
    (status) => [status],
    (cause: unknown) => {
      if (cause instanceof RunnerGone) return []
      throw cause
    },
  )

/** The status of a runner; one that is stopped or stuck is not waited for without end. */
function statusOf({ connection }: RunnerLink): Promise<RunnerStatus> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${STATUS_WAIT / 1000} s`)), STATUS_WAIT)
  return Promise.race([connection.status(), late]).finally(() => clearTimeout(timer))
}

const ask = <A>(body: () => Promise<A>): Effect.Effect<A, Unavailable> =>
  Effect.tryPromise({ try: body, catch: (cause) => new Unavailable({ message: `the runner did not answer: ${String(cause)}` }) })
