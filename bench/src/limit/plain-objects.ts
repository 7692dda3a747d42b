/**
 * A station: what a plain object with a session's fields costs.
 */
import { answer } from "../process/station.ts"

answer({
  make: (fields) => {
    const count = Number(fields["count"])
    const collect = (): number => {
      for (let time = 0; time < 3; time++) globalThis.gc?.()
      return process.memoryUsage().heapUsed
    }
    const before = collect()
    const kept = Array.from({ length: count }, (_, at) => ({
      id: `session-${at}`,
      handle: at,
      epoch: 1,
      next: at,
      first: 1,
      viewers: [],
      waiting: [],
      touched: at,
    }))
    const kilobytes = (collect() - before) / 1024 / count
    return { kilobytes, kept: kept.length }
  },
})
