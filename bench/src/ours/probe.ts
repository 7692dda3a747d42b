/**
 * Loaded into the hub under test with `--import`: tells the bench about the process from within, over a socket of its own.
 *
 * One line asks, one line of JSON answers: `collect` runs the garbage collector first, `reset` starts the measuring
 * of the event loop's delay again and any other word ends it, `read` gives resident memory, heap and the delay's quantiles.
 */
import { rmSync } from "node:fs"
import { createServer } from "node:net"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { isMainThread } from "node:worker_threads"

/** Milliseconds beyond the 1 ms at which the histogram looks: its values are whole intervals. */
const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - 1)

const path = process.env["BENCH_PROBE"]

if (isMainThread && path !== undefined) {
  delete process.env["BENCH_PROBE"]
  // A hub that was killed left it.
  rmSync(path, { force: true })
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const read = (): object => {
    const { rss, heapUsed, external } = process.memoryUsage()
    return {
      rss,
      heap: heapUsed + external,
      p50: late(delay.percentile(50)),
      p99: late(delay.percentile(99)),
      max: late(delay.max),
    }
  }
  const server = createServer((socket) => {
    socket.unref()
    socket.on("error", () => socket.destroy())
    socket.on("data", (bytes) => {
      const word = bytes.toString("utf8").trim()
      if (word === "collect") for (let time = 0; time < 3; time++) globalThis.gc?.()
      if (word === "reset") {
        delay.reset()
        delay.enable()
      } else {
        // Looking each millisecond costs processor time that other rows measure.
        delay.disable()
      }
      socket.write(`${JSON.stringify(read())}\n`)
    })
  })
  server.listen(path)
  server.unref()
}
