/**
 * What a runner knows of files: a thread that is started by the first question and ended when none has come for a while.
 *
 * A thread that dies is started again by the next question; those that were asked of it are refused.
 */
import { Worker } from "node:worker_threads"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { FilesAsk } from "@holdfast/link/file-messages"
import { topOf } from "./git/repository.ts"
import { type Answer, END, type ThreadAnswer, type ThreadAsk } from "./thread-messages.ts"

/** Time without a question after which the thread ends, in milliseconds. */
const IDLE = 300_000
/** Time in which the thread ends Git and cleans up before it is ended itself, in milliseconds. */
const END_MILLIS = 2000
/** Memory of the thread's heap, in MiB. */
const HEAP = 256

interface Pending {
  readonly resolve: (value: Answer) => void
  readonly reject: (cause: Error) => void
}

const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./files-thread.ts" : "./files-thread.js", import.meta.url)

/** The questions of one runner. */
export class Files {
  readonly #failed: (message: string) => void
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #request = 0
  #isStopped = false

  /** `failed` is told why the thread died. */
  constructor(failed: (message: string) => void) {
    this.#failed = failed
  }

  /** Asks; rejects with `AdapterRefused`, or with what went wrong in the thread. */
  async ask(ask: FilesAsk): Promise<Answer> {
    // Most turns begin where there is nothing to keep: that alone starts no thread.
    if (ask.ask === "snapshot" && (await topOf(ask.root)) === undefined) return { kept: false }
    if (this.#isStopped) throw new AdapterRefused("Unavailable", "the runner is ending")
    const worker = (this.#worker ??= this.#start())
    const request = ++this.#request
    clearTimeout(this.#idle)
    return new Promise((resolve, reject) => {
      this.#pending.set(request, { resolve, reject })
      worker.postMessage({ request, ask } satisfies ThreadAsk)
    })
  }

  /** Ends the thread; what is asked is refused. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#end("the runner is ending")
  }

  #start(): Worker {
    const worker = new Worker(threadFile, { name: "files", resourceLimits: { maxOldGenerationSizeMb: HEAP } })
    worker.on("message", (answer: ThreadAnswer) => this.#take(answer))
    worker.on("error", (cause) => this.#died(worker, cause instanceof Error ? cause.message : String(cause)))
    worker.on("exit", (code) => this.#died(worker, `exit code ${code}`))
    worker.unref()
    return worker
  }

  #take({ request, value, failure }: ThreadAnswer): void {
    const pending = this.#pending.get(request)
    this.#pending.delete(request)
    if (value !== undefined) pending?.resolve(value)
    else if (failure?.stack === undefined)
      pending?.reject(new AdapterRefused(failure?.tag ?? "InternalError", failure?.message ?? "no answer"))
    else pending?.reject(Object.assign(new Error(failure.message), { stack: failure.stack }))
    if (this.#pending.size === 0) this.#idle = setTimeout(() => void this.#end("no one asks"), IDLE).unref()
  }

  #died(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#failed(`the thread for files died: ${reason}`)
    this.#refuse("what looks at files died; try again")
  }

  async #end(reason: string): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    this.#refuse(reason)
    if (worker === undefined) return
    const ended = new Promise((resolve) => worker.once("exit", resolve))
    worker.postMessage(END)
    worker.ref()
    const late = setTimeout(() => void worker.terminate(), END_MILLIS)
    await ended
    clearTimeout(late)
  }

  #refuse(reason: string): void {
    for (const { reject } of this.#pending.values()) reject(new AdapterRefused("Unavailable", reason))
    this.#pending.clear()
  }
}
