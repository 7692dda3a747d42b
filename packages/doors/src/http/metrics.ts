/**
 * Figures of the hub in Prometheus text format (https://prometheus.io/docs/instrumenting/exposition_formats/).
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import * as Effect from "effect/Effect"
import type { Hub } from "@holdfast/hub/Hub"
import type { OperationLabels } from "@holdfast/hub/Telemetry"

/** Counts of answers by route and class of status. */
export class AnswerCounts {
  readonly #counts = new Map<string, { count: number; milliseconds: number }>()

  /** Counts one answer. */
  add(route: string, status: number, milliseconds: number): void {
    const key = `route="${route}",status="${Math.floor(status / 100)}xx"`
    const entry = this.#counts.get(key) ?? { count: 0, milliseconds: 0 }
    entry.count++
    entry.milliseconds += milliseconds
    this.#counts.set(key, entry)
  }

  /** Lines of the counts. */
  lines(): ReadonlyArray<string> {
    return linesOf("holdfast_http_requests_total", "holdfast_http_milliseconds_total", this.#counts)
  }
}

/** Counts of operations by name, door and outcome, with the time they took. */
export class OperationCounts {
  readonly #counts = new Map<string, { count: number; milliseconds: number }>()

  /** Counts one that has ended. */
  add({ operation, door, outcome }: OperationLabels, milliseconds: number): void {
    const key = `operation="${operation}",door="${door}",outcome="${outcome}"`
    const entry = this.#counts.get(key)
    if (entry === undefined) this.#counts.set(key, { count: 1, milliseconds })
    else {
      entry.count++
      entry.milliseconds += milliseconds
    }
  }

  /** Lines of the counts. */
  lines(): ReadonlyArray<string> {
    return linesOf("holdfast_operations_total", "holdfast_operation_milliseconds_total", this.#counts)
  }
}

const linesOf = (
  count: string,
  time: string,
  counts: ReadonlyMap<string, { readonly count: number; readonly milliseconds: number }>,
): ReadonlyArray<string> => [
  `# TYPE ${count} counter`,
  ...[...counts].map(([key, entry]) => `${count}{${key}} ${entry.count}`),
  `# TYPE ${time} counter`,
  ...[...counts].map(([key, { milliseconds }]) => `${time}{${key}} ${milliseconds.toFixed(1)}`),
]

/** Milliseconds between two samples of the event loop; the samples hold it. */
const SAMPLING = 50

const gauge = (name: string, value: number): ReadonlyArray<string> => [`# TYPE ${name} gauge`, `${name} ${value}`]
const counter = (name: string, value: number): ReadonlyArray<string> => [`# TYPE ${name} counter`, `${name} ${value}`]

/** What is shown of the store. */
export interface StoreFigures {
  /** Counts since the start, appends that wait for a commit now, and bytes on disk. */
  readonly stats: Effect.Effect<
    { readonly appends: number; readonly commits: number; readonly waiting: number; readonly bytes: number },
    { readonly message: string }
  >
}

/** Makes the text of all figures; `sockets` and `connections` are counts of the moment. */
export function makeMetrics(
  hub: Hub["Service"],
  store: StoreFigures,
  counts: ReadonlyArray<{ readonly lines: () => ReadonlyArray<string> }>,
  sockets: () => number,
  connections: () => number,
): { readonly text: Effect.Effect<string>; readonly stop: () => void } {
  const delay = monitorEventLoopDelay({ resolution: SAMPLING })
  delay.enable()
  const text = Effect.gen(function* () {
    const health = yield* hub.health
    const stats = yield* Effect.option(store.stats)
    const memory = process.memoryUsage()
    const lines = [
      ...gauge("holdfast_ready", health.ready ? 1 : 0),
      ...gauge("holdfast_sessions", health.sessions),
      ...gauge("holdfast_sessions_loaded", health.loaded),
      ...gauge("holdfast_attachments", health.attachments),
      ...gauge("holdfast_sockets", sockets()),
      ...gauge("holdfast_connections", connections()),
      ...(stats._tag === "Some"
        ? [
            ...counter("holdfast_store_appends_total", stats.value.appends),
            ...counter("holdfast_store_commits_total", stats.value.commits),
            ...gauge("holdfast_store_waiting", stats.value.waiting),
            ...gauge("holdfast_store_bytes", stats.value.bytes),
          ]
        : []),
      ...gauge("holdfast_event_loop_delay_p99_milliseconds", Math.max(0, delay.percentile(99) / 1e6 - SAMPLING)),
      ...gauge("process_resident_memory_bytes", memory.rss),
      ...gauge("nodejs_heap_used_bytes", memory.heapUsed),
      ...counter("process_cpu_seconds_total", process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6),
      ...gauge("process_uptime_seconds", Math.round(process.uptime())),
      ...counts.flatMap((each) => each.lines()),
    ]
    delay.reset()
    return `${lines.join("\n")}\n`
  })
  return { text, stop: () => void delay.disable() }
}
