/**
 * A station: the event loop's delay with nothing to do.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as pause } from "node:timers/promises"
import { answer } from "../process/station.ts"

answer({
  idle: async (fields) => {
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await pause(Number(fields["milliseconds"]))
    delay.disable()
    return { p99: delay.percentile(99) / 1e6 }
  },
})
