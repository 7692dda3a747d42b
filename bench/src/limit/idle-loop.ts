/**
 * A station: the event loop's delay with nothing to do.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as pause } from "node:timers/promises"
import { answer } from "../process/station.ts"

/** Milliseconds beyond the 1 ms at which the histogram looks: its values are whole intervals. */
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - 1)

answer({
  idle: async (fields) => {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await pause(Number(fields["milliseconds"]))
    delay.disable()
    return { p99: late(delay.percentile(99)) }
  },
})
