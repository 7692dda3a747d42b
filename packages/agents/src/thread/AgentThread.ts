/**
 * The runner's side of an agent's thread: started with its first agent, ended a while after the last.
 *
 * When the thread dies, its agent's process is killed, and the agent is told to have ended as its adapter would have
 * told it: the streaming turn as `AgentCrashed`, or as `AgentOutOfMemory`, then the exit. The next agent gets a new thread.
 */
import { Worker } from "node:worker_threads"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { AgentJournal } from "@holdfast/adapter/AgentHosts"
import { MARKER } from "@holdfast/adapter/process/environment"
import { givenOpenFiles } from "@holdfast/adapter/process/open-files"
import type { RunnerFailure } from "@holdfast/link/messages"
import type { AgentHandle } from "@holdfast/adapter/agent-adapter"
import type { AgentInstruction, AgentNote, AgentStart } from "@holdfast/link/agent-messages"
import { endGroup } from "@holdfast/adapter/process/process-group"
import type { AgentStep, AgentThreadReport } from "./thread-messages.ts"

/** How long an empty thread stays, in milliseconds. */
const IDLE_MILLIS = 10_000
/** Memory an agent's thread may take for objects, in MB; beyond it the thread dies, not the runner and no other agent. */
const HEAP_MAX_MB = 512
const YOUNG_MAX_MB = 8
/** The thread is told of this many characters at a time: far fewer than those from which an agent is paused. */
const TOOK_CHARACTERS = 64 * 1024

interface Hosted {
  readonly journal: AgentJournal
  readonly marker: string | undefined
  pid: number | undefined
  /** Characters that reached the journal since the thread was told. */
  taken: number
  told: boolean
  turn: string | undefined
}

interface Ending {
  readonly child: number
  readonly resolve: () => void
  readonly reject: (failure: RunnerFailure) => void
}

const threadFile = new URL(import.meta.url.endsWith(".ts") ? "./agents-thread.ts" : "./agents-thread.js", import.meta.url)

/** Why a thread died. */
interface Death {
  readonly tag: string
  readonly message: string
}

const crash = (reason: string): Death => ({ tag: "AgentCrashed", message: `the agent's host in the runner crashed: ${reason}` })

const outOfMemory = (heap: number): Death => ({
  tag: "AgentOutOfMemory",
  message: `this agent's output needed more than ${heap} MB of the runner's memory; its process was ended, and the next message restarts it`,
})

/** What tests change of a thread: its program, and its memory in MB. */
export interface ThreadOptions {
  readonly file?: URL
  readonly heap?: number
}

/** A thread with its agents. */
export class AgentThread {
  readonly #file: URL
  readonly #heap: number
  readonly #failed: (message: string) => void
  readonly #hosted = new Map<number, Hosted>()
  readonly #endings = new Map<number, Ending>()
  #worker: Worker | undefined
  #request = 0
  #idle: NodeJS.Timeout | undefined

  /** `failed` hears of a thread that died. */
  constructor(failed: (message: string) => void, { file = threadFile, heap = HEAP_MAX_MB }: ThreadOptions = {}) {
    this.#failed = failed
    this.#file = file
    this.#heap = heap
  }

  /** Starts an agent; what goes wrong is reported by its notes. `environment` is all that its process gets. */
  start(child: number, start: AgentStart, environment: Readonly<Record<string, string>>, journal: AgentJournal): AgentHandle {
    clearTimeout(this.#idle)
    this.#hosted.set(child, { journal, marker: environment[MARKER], pid: undefined, taken: 0, told: false, turn: undefined })
    this.#post({ type: "start", child, start, environment })
    return {
      command: (command: AgentInstruction) => this.#ask(child, { type: "command", child, command }),
      pause: () => this.#ask(child, { type: "pause", child }),
      continue: () => this.#ask(child, { type: "continue", child }),
      end: (graceMillis) => this.#end(child, graceMillis),
    }
  }

  /** Ends the thread; agents that are still there are killed and reported as crashed. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle)
    const worker = this.#worker
    this.#worker = undefined
    await worker?.terminate()
    await this.#crashed(crash("the runner is ending"))
  }

  #end(child: number, grace: number): Promise<void> {
    if (!this.#hosted.has(child)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const request = ++this.#request
      this.#endings.set(request, {
        child,
        resolve,
        reject: ({ tag, message }) => reject(new AdapterRefused(tag, message)),
      })
      this.#post({ type: "end", child, request, grace })
    })
  }

  #ask(child: number, step: AgentStep): void {
    if (this.#hosted.has(child)) this.#post(step)
  }

  #post(step: AgentStep): void {
    this.#worker ??= this.#begin()
    this.#worker.postMessage(step)
  }

  #begin(): Worker {
    const worker = new Worker(this.#file, {
      name: "agents",
      workerData: { openFiles: givenOpenFiles() },
      resourceLimits: { maxOldGenerationSizeMb: this.#heap, maxYoungGenerationSizeMb: YOUNG_MAX_MB },
    })
    let death: Death | undefined
    worker.on("message", (report: AgentThreadReport) => this.#take(report))
    worker.on("error", (cause) => (death = deathBy(cause, this.#heap)))
    worker.on("exit", (code) => this.#died(worker, death ?? crash(`exit code ${code}`)))
    worker.unref()
    return worker
  }

  #take(report: AgentThreadReport): void {
    if (report.type === "ended") {
      const ending = this.#endings.get(report.request)
      this.#endings.delete(report.request)
      if (report.failure === undefined) ending?.resolve()
      else ending?.reject(report.failure)
      return
    }
    const hosted = this.#hosted.get(report.child)
    if (hosted === undefined) return
    switch (report.type) {
      case "spawned":
        hosted.pid = report.pid
        return hosted.journal.spawned(report.pid)
      case "note":
        this.#follow(hosted, report.note)
        hosted.journal.note(report.note, report.size)
        return this.#took(report.child, hosted, report.size)
      case "exit":
        this.#hosted.delete(report.child)
        hosted.journal.exit(report.exit)
        if (this.#hosted.size === 0) this.#rest()
    }
  }

  /** Tells the thread what reached the journal: not each word, which would wake it for nothing. */
  #took(child: number, hosted: Hosted, size: number): void {
    hosted.taken += size
    if (hosted.taken < TOOK_CHARACTERS) return
    this.#post({ type: "took", child, size: hosted.taken })
    hosted.taken = 0
  }

  /** Knows what a crashed thread owes: a first word, and the end of the turn. */
  #follow(hosted: Hosted, note: AgentNote): void {
    if (note.type === "ready" || note.type === "failed") hosted.told = true
    if (note.type === "turn-ended") hosted.turn = undefined
    if (note.type === "taken" || note.type === "chunks") hosted.turn = note.turn
  }

  #rest(): void {
    this.#idle = setTimeout(() => {
      const worker = this.#worker
      if (this.#hosted.size > 0 || worker === undefined) return
      this.#worker = undefined
      // Its last words are of no use to anyone: it has no agent.
      void worker.terminate()
    }, IDLE_MILLIS)
    this.#idle.unref()
  }

  #died(worker: Worker, death: Death): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#failed(`an agent's thread died: ${death.message}`)
    void this.#crashed(death)
  }

  async #crashed(death: Death): Promise<void> {
    const crashed = [...this.#hosted.values()]
    const endings = [...this.#endings.values()]
    this.#hosted.clear()
    this.#endings.clear()
    await Promise.all(crashed.map((hosted) => this.#bury(hosted, death)))
    for (const { resolve } of endings) resolve()
  }

  async #bury({ journal, marker, pid, told, turn }: Hosted, error: Death): Promise<void> {
    try {
      await endGroup(marker, pid, 0)
    } catch (cause) {
      this.#failed(cause instanceof Error ? cause.message : String(cause))
    }
    const note = (one: AgentNote): void => journal.note(one, JSON.stringify(one).length)
    if (!told) note({ type: "failed", tag: error.tag, message: error.message })
    if (turn !== undefined) note({ type: "turn-ended", turn, outcome: "error", error })
    journal.exit({ code: 137, signal: "SIGKILL" })
  }
}

function deathBy(cause: unknown, heap: number): Death {
  if (cause instanceof Error && "code" in cause && cause.code === "ERR_WORKER_OUT_OF_MEMORY") return outOfMemory(heap)
  return crash(cause instanceof Error ? cause.message : String(cause))
}
