/** The emulators' thread: takes batches of steps, gives every child its turns, reports. */
import { parentPort } from "node:worker_threads"
import { EmulatorQueue } from "./EmulatorQueue.ts"
import { Loans } from "./Loans.ts"
import type { EmulatorBatch, EmulatorReport, EmulatorStep } from "./thread-messages.ts"

/** How long children are worked on before new messages are looked at, in milliseconds. */
const ROUND = 8
/** Parsed bytes of a child after which they are reported while more wait. */
const REPORT_BYTES = 256 * 1024

const queues = new Map<number, EmulatorQueue>()
const parsed = new Map<number, number>()
let scheduled = false

const report = (message: EmulatorReport): void => parentPort?.postMessage(message)

const loans = new Loans((buffer) => parentPort?.postMessage({ type: "returned", buffer } satisfies EmulatorReport, [buffer]))

const reportParsed = (child: number): void => {
  const bytes = parsed.get(child) ?? 0
  parsed.delete(child)
  if (bytes > 0) report({ type: "parsed", child, bytes })
}

const open = (child: number, cols: number, rows: number, scrollback: number): EmulatorQueue =>
  new EmulatorQueue(cols, rows, scrollback, {
    answer: (data) => report({ type: "answer", child, data }),
    title: (title) => report({ type: "title", child, title }),
    reports: {
      program: (program) => report({ type: "program", child, program }),
      command: (command) => report({ type: "command", child, command }),
    },
    parsed: (bytes) => {
      loans.done(child, bytes)
      const sum = (parsed.get(child) ?? 0) + bytes
      parsed.set(child, sum)
      if (sum >= REPORT_BYTES) reportParsed(child)
    },
    screen: (request, screen) => report({ type: "screen", request, screen }),
    checkpoint: (request, checkpoint) => report({ type: "checkpoint", request, checkpoint }),
    unavailable: (request, reason) => report({ type: "unavailable", request, reason }),
    broken: (reason) => report({ type: "broken", child, reason }),
    ready: schedule,
  })

const take = (step: EmulatorStep, bytes: ArrayBuffer): void => {
  if (step.type === "open") {
    queues.get(step.child)?.close()
    loans.forget(step.child)
    queues.set(step.child, open(step.child, step.cols, step.rows, step.scrollback))
    return
  }
  const queue = queues.get(step.child)
  switch (step.type) {
    case "feed":
      if (queue === undefined) report({ type: "parsed", child: step.child, bytes: step.length })
      else queue.add({ type: "bytes", position: step.position, bytes: new Uint8Array(bytes, step.offset, step.length) })
      return
    case "resize":
    case "theme":
    case "settle":
    case "ended":
      return queue?.add(step)
    case "screen":
    case "checkpoint":
      if (queue === undefined) report({ type: "unavailable", request: step.request, reason: "no such child" })
      else queue.add({ type: step.type, request: step.request })
      return
    case "close":
      queue?.close()
      queues.delete(step.child)
      loans.forget(step.child)
      reportParsed(step.child)
  }
}

/** Turns in rotation: a child that still has work goes to the end of the map, which the loop then reaches again. */
const work = (): void => {
  scheduled = false
  const end = performance.now() + ROUND
  for (const [child, queue] of queues) {
    if (!queue.isReady) continue
    if (performance.now() >= end) return schedule()
    queue.turn()
    if (queue.isReady) {
      queues.delete(child)
      queues.set(child, queue)
    } else reportParsed(child)
  }
}

function schedule(): void {
  if (scheduled) return
  scheduled = true
  setImmediate(work)
}

parentPort?.on("message", (batch: EmulatorBatch) => {
  for (const step of batch.steps) take(step, batch.bytes)
  const fed = batch.steps.filter((step) => step.type === "feed")
  if (fed.length > 0) {
    loans.lend(
      batch.bytes,
      fed.filter(({ child }) => queues.has(child)).map(({ child, length }) => [child, length] as const),
    )
  }
  schedule()
})
