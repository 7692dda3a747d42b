/**
 * Loaded into the hub under test with `--import`: tells the bench about the process from within, over a socket of its own.
 *
 * One line asks, one line of JSON answers: `collect` runs the garbage collector first, `reset` starts the measuring
 * of the event loop's delay anew, `read` gives resident memory, heap and the delay's quantiles.
 */
import { createServer } from "node:net"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { isMainThread } from "node:worker_threads"

const path = process.env["BENCH_PROBE"]

if (isMainThread && path !== undefined) {
  delete process.env["BENCH_PROBE"]
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const read = (): object => {
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, heap: heapUsed + external, p50: delay.percentile(50) / 1e6, p99: delay.percentile(99) / 1e6, max: delay.max / 1e6 }
  }
  const server = createServer((socket) => {
    socket.unref()
    socket.on("error", () => socket.destroy())
    socket.on("data", (bytes) => {
      const word = bytes.toString("utf8").trim()
      if (word === "collect") for (let time = 0; time < 3; time++) globalThis.gc?.()
      if (word === "reset") delay.reset()
      socket.write(`${JSON.stringify(read())}\n`)
    })
  })
  server.listen(path)
  server.unref()
}
