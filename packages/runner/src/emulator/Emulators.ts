/**
 * The runner's emulators: one headless terminal per child, in a worker thread (T-3).
 *
 * They follow the output and never stand in its way: `feed` makes the one copy, which goes to the thread with all others of
 * the tick and is parsed there. What a child asks of its terminal is answered there and nowhere else. When the thread
 * dies, the screens it had are unknown forever and say so; their output continues, and children that begin later get a new
 * thread.
 */
import { Worker } from "node:worker_threads"
import type { TerminalColors } from "@holdfast/protocol/terminal-colors"
import type { ReportedProgram, TerminalCommand } from "@holdfast/protocol/terminal-program"
import type { CheckpointReply, ScreenReply } from "@holdfast/link/messages"
import { EmulatorLag } from "./EmulatorLag.ts"
import { StepBatch } from "./StepBatch.ts"
import type { EmulatorReport, EmulatorStep } from "./thread-messages.ts"

/** What emulators report; called on the runner's loop. */
export interface EmulatorEvents {
  /** Bytes the child's terminal answers with; to be written to the child as they are (T-3). */
  readonly answer: (child: number, bytes: Uint8Array) => void
  /** The child set its title: no control characters, at most 256 characters (E-7). */
  readonly title: (child: number, title: string) => void
  /** All that the child's program reports of itself; `undefined` for nothing any more (T-54). */
  readonly program?: (child: number, program: ReportedProgram | undefined) => void
  /** A command of the child's shell began or ended (T-57). */
  readonly command?: (child: number, command: TerminalCommand) => void
  /** The lag of a child that was refused by `feed` fell below half of the bound. */
  readonly drained: (child: number) => void
  /** An emulator or the whole thread died: the screens concerned are gone, output continues. */
  readonly failed: (message: string) => void
}

/** One emulator per child. `position` is that of the journal entry. */
export interface Emulators {
  /** Opens an empty terminal; sizes in cells, `scrollback` in lines. */
  open(child: number, cols: number, rows: number, scrollback: number): void
  /**
   * Takes a copy of output, in order. False: the lag bound is reached (the bytes are taken), pause the child until
   * `drained`.
   */
  feed(child: number, position: number, bytes: Uint8Array): boolean
  /** Changes the size, in order with the output (T-9). */
  resize(child: number, position: number, cols: number, rows: number): void
  /** The colours of the viewer's terminal that counts, for questions in later output (T-20). */
  theme(child: number, colors: TerminalColors): void
  /** Reports at once what would wait for its time (T-56): what is asked next is answered after it. */
  settle(child: number): void
  /** The program that reported is gone: what ends with it ends (T-55). */
  ended(child: number): void
  /** The visible screen after everything fed so far; rejects with `ScreenUnavailable`. */
  screen(child: number): Promise<ScreenReply>
  /** The screen after everything fed so far as escape sequences (T-6); rejects with `ScreenUnavailable`. */
  checkpoint(child: number): Promise<CheckpointReply>
  /** Forgets a child; outstanding requests are rejected. */
  close(child: number): void
  /** Ends the thread; outstanding requests are rejected. */
  stop(): Promise<void>
}

/** The screen of a child is not known: its emulator died, or the child is closed. */
export class ScreenUnavailable extends Error {
  readonly _tag = "ScreenUnavailable"
  override readonly name = "ScreenUnavailable"
}

/** Threads started before emulation is given up; each further one had to die first. */
const MAX_THREADS = 5
/** Unflushed bytes from which a batch is sent within the tick. */
const FLUSH_BYTES = 1024 * 1024

interface Pending {
  readonly child: number
  readonly screen?: (screen: ScreenReply) => void
  readonly checkpoint?: (checkpoint: CheckpointReply) => void
  readonly reject: (cause: ScreenUnavailable) => void
}

const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./emulator-thread.ts" : "./emulator-thread.js", import.meta.url)

class ThreadedEmulators implements Emulators {
  readonly #events: EmulatorEvents
  readonly #thread: URL
  readonly #batch = new StepBatch()
  readonly #lag = new EmulatorLag()
  readonly #pending = new Map<number, Pending>()
  readonly #open = new Set<number>()
  /** Opened, and nothing to do yet: the thread learns of it with the first output, so that starting a child does not wake it. */
  readonly #idle = new Map<number, Extract<EmulatorStep, { type: "open" }>>()
  readonly #lost = new Map<number, string>()
  #worker: Worker | undefined
  #threads = 0
  #request = 0
  #isScheduled = false
  #isStopped = false

  constructor(events: EmulatorEvents, thread: URL) {
    this.#events = events
    this.#thread = thread
  }

  open(child: number, cols: number, rows: number, scrollback: number): void {
    if (this.#isStopped) return
    this.#lost.delete(child)
    this.#open.add(child)
    this.#idle.set(child, { type: "open", child, cols, rows, scrollback })
  }

  feed(child: number, position: number, bytes: Uint8Array): boolean {
    if (bytes.length === 0 || !this.#begun(child)) return true
    this.#batch.feed(child, position, bytes)
    if (this.#batch.length >= FLUSH_BYTES) this.#flush()
    else this.#schedule()
    return this.#lag.add(child, bytes.length)
  }

  resize(child: number, position: number, cols: number, rows: number): void {
    if (this.#begun(child)) this.#send({ type: "resize", child, position, cols, rows })
  }

  theme(child: number, colors: TerminalColors): void {
    if (this.#begun(child)) this.#send({ type: "theme", child, colors })
  }

  settle(child: number): void {
    if (this.#open.has(child) && !this.#idle.has(child)) this.#send({ type: "settle", child })
  }

  ended(child: number): void {
    if (this.#open.has(child) && !this.#idle.has(child)) this.#send({ type: "ended", child })
  }

  screen(child: number): Promise<ScreenReply> {
    return new Promise((resolve, reject) => this.#ask("screen", { child, screen: resolve, reject }))
  }

  checkpoint(child: number): Promise<CheckpointReply> {
    return new Promise((resolve, reject) => this.#ask("checkpoint", { child, checkpoint: resolve, reject }))
  }

  close(child: number): void {
    this.#lost.delete(child)
    if (!this.#open.delete(child)) return
    if (!this.#idle.delete(child)) this.#send({ type: "close", child })
    this.#reject((pending) => pending.child === child, "the child was closed")
    this.#drain(this.#lag.forget(child).filter((each) => each !== child))
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#open.clear()
    this.#idle.clear()
    this.#reject(() => true, "the runner is ending")
    const worker = this.#worker
    this.#worker = undefined
    worker?.removeAllListeners()
    worker?.on("error", () => undefined)
    await worker?.terminate()
  }

  #ask(type: "screen" | "checkpoint", pending: Pending): void {
    const { child } = pending
    if (!this.#begun(child)) {
      pending.reject(new ScreenUnavailable(`the screen is not known: ${this.#lost.get(child) ?? "the child is not open"}`))
      return
    }
    const request = ++this.#request
    this.#pending.set(request, pending)
    this.#batch.add({ type, child, request })
    this.#flush()
    this.#worker?.ref()
  }

  /** Whether a child has an emulator; it gets one when it has none yet. */
  #begun(child: number): boolean {
    const step = this.#idle.get(child)
    if (step === undefined) return this.#open.has(child)
    this.#idle.delete(child)
    if (this.#worker === undefined && this.#threads >= MAX_THREADS) {
      this.#lose(child, "emulation was given up after several failures")
      return false
    }
    this.#batch.add(step)
    return true
  }

  #send(step: EmulatorStep): void {
    this.#batch.add(step)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#batch.isEmpty || this.#isStopped) return
    const batch = this.#batch.take()
    this.#worker ??= this.#start()
    this.#worker.postMessage(batch, [batch.bytes])
  }

  #start(): Worker {
    this.#threads++
    const worker = new Worker(this.#thread, { name: "emulators" })
    worker.on("message", (report: EmulatorReport) => this.#take(report))
    worker.on("error", (cause) => this.#died(worker, cause instanceof Error ? cause.message : String(cause)))
    worker.on("exit", (code) => this.#died(worker, `exit code ${code}`))
    worker.unref()
    return worker
  }

  #take(report: EmulatorReport): void {
    switch (report.type) {
      case "answer":
        if (this.#open.has(report.child)) this.#events.answer(report.child, Buffer.from(report.data, "utf8"))
        return
      case "title":
        if (this.#open.has(report.child)) this.#events.title(report.child, report.title)
        return
      case "program":
        if (this.#open.has(report.child)) this.#events.program?.(report.child, report.program)
        return
      case "command":
        if (this.#open.has(report.child)) this.#events.command?.(report.child, report.command)
        return
      case "parsed":
        return this.#drain(this.#lag.remove(report.child, report.bytes))
      case "returned":
        return this.#batch.give(report.buffer)
      case "screen":
        return this.#settle(report.request)?.screen?.(report.screen)
      case "checkpoint":
        return this.#settle(report.request)?.checkpoint?.(report.checkpoint)
      case "unavailable":
        return this.#settle(report.request)?.reject(new ScreenUnavailable(`the screen is not known: ${report.reason}`))
      case "broken":
        this.#lose(report.child, report.reason)
        this.#send({ type: "close", child: report.child })
        this.#events.failed(`the emulator of child ${report.child} failed: ${report.reason}`)
    }
  }

  #settle(request: number): Pending | undefined {
    const pending = this.#pending.get(request)
    this.#pending.delete(request)
    if (this.#pending.size === 0) this.#worker?.unref()
    return pending
  }

  #died(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#batch.take()
    for (const child of [...this.#open]) if (!this.#idle.has(child)) this.#lose(child, `the emulators' thread died (${reason})`)
    this.#events.failed(`the emulators' thread died: ${reason}`)
  }

  /** From here on the screen of a child is unknown; its output is not held back any more. */
  #lose(child: number, reason: string): void {
    this.#open.delete(child)
    this.#lost.set(child, reason)
    this.#reject((pending) => pending.child === child, reason)
    this.#drain(this.#lag.forget(child))
    this.#events.program?.(child, undefined)
  }

  #reject(concerns: (pending: Pending) => boolean, reason: string): void {
    for (const [request, pending] of [...this.#pending]) {
      if (concerns(pending)) this.#settle(request)?.reject(new ScreenUnavailable(`the screen is not known: ${reason}`))
    }
  }

  #drain(children: ReadonlyArray<number>): void {
    for (const child of children) this.#events.drained(child)
  }
}

/** Emulators whose thread starts with the first child; `thread` is the program of the thread, for tests. */
export function startEmulators(events: EmulatorEvents, thread: URL = threadFile): Emulators {
  return new ThreadedEmulators(events, thread)
}
