/** A runner whose agents do what a test tells them, note by note, and that remembers what the hub asked of them. */
import * as Layer from "effect/Layer"
import type { AgentCommand, AgentNote } from "@holdfast/runner/agent/agent-messages"
import {
  type ConnectOptions,
  RequestRefused,
  type RunnerConnection,
  type RunnerEvents,
  RunnerGone,
  type StartAgent,
} from "@holdfast/runner/client/RunnerConnection"
import type { ChildStatus, JournalEntry } from "@holdfast/runner/wire/messages"
import { Runners } from "../../src/runners/Runners.ts"

/** One agent's process with its journal. */
export interface ToldChild {
  readonly number: number
  readonly request: StartAgent
  readonly journal: Array<JournalEntry>
  readonly commands: Array<AgentCommand>
  acknowledged: number
  ended: boolean
  forgotten: boolean
  sending: number
}

const GENERATION = "told"

/** The runner. */
export class ToldRunner {
  readonly children: Array<ToldChild> = []
  /** Refuses the next starts with this, when set. */
  refusal: { readonly tag: string; readonly message: string } | undefined
  private events: RunnerEvents | undefined
  private waiters: Array<() => void> = []

  /** The layer with this runner alone. */
  get layer(): Layer.Layer<Runners> {
    const record = { pid: 1, versions: [1], build: "", startedAt: 0, socket: GENERATION }
    return Layer.succeed(Runners, {
      discover: () => Promise.resolve([{ state: "live", generation: GENERATION, directory: GENERATION, record }]),
      connect: (options: ConnectOptions) => Promise.resolve(this.connection(options.events)),
      start: () => Promise.resolve({ generation: GENERATION, directory: GENERATION, socket: GENERATION, pid: 1 }),
      recover: () => Promise.resolve([]),
      bury: () => Promise.resolve(),
    })
  }

  /** The newest process. */
  get child(): ToldChild {
    const child = this.children.at(-1)
    if (child === undefined) throw new Error("no agent was started")
    return child
  }

  /** Lets the newest process do something. */
  note(...notes: ReadonlyArray<AgentNote>): void {
    for (const note of notes) this.add({ type: "agent", note, size: JSON.stringify(note).length })
  }

  /** Lets the newest process end. */
  exit(code: number): void {
    this.child.ended = true
    this.add({ type: "exit", code })
  }

  /** Ends the connection. */
  cut(): void {
    const { events } = this
    this.events = undefined
    for (const child of this.children) child.sending = 0
    events?.closed({ reason: "lost", message: "cut by the test" })
  }

  /** Waits, bounded, until the hub asked for something. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const end = Date.now() + 5000
    while (!condition()) {
      if (Date.now() > end) throw new Error(`${what} did not happen`)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100)
        this.waiters.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }

  private add(note: Extract<JournalEntry, { readonly note: unknown }>["note"]): void {
    const { child } = this
    child.journal.push({ position: child.journal.length + 1, time: Date.now(), note })
    this.pump(child)
  }

  private pump(child: ToldChild): void {
    while (this.events !== undefined && child.sending > 0 && child.sending <= child.journal.length) {
      const entry = child.journal[child.sending++ - 1]
      if (entry !== undefined) this.events.entry(child.number, entry)
    }
  }

  private wake(): void {
    for (const waiter of this.waiters.splice(0)) waiter()
  }

  private status(child: ToldChild): ChildStatus {
    const { number, request, ended, journal, acknowledged } = child
    const { id, session } = request
    return { child: number, id, session, kind: "agent", state: ended ? "exited" : "running", head: journal.length, acknowledged }
  }

  private connection(events: RunnerEvents): RunnerConnection {
    this.events = events
    const gone = (): boolean => this.events !== events
    const refuse = (): Promise<never> =>
      Promise.reject(new RequestRefused({ tag: "Unavailable", message: "it has no terminals" }))
    const of = (number: number): ToldChild => this.children[number - 1] as ToldChild
    return {
      welcome: {
        version: 1,
        runner: GENERATION,
        pid: 1,
        build: "",
        draining: false,
        children: this.children.filter(({ forgotten }) => !forgotten).map((child) => this.status(child)),
      },
      bufferedBytes: 0,
      start: refuse,
      startAgent: (request) => {
        if (gone()) return Promise.reject(new RunnerGone("gone"))
        if (this.refusal !== undefined) return Promise.reject(new RequestRefused(this.refusal))
        const there = this.children.find((child) => child.request.id === request.id)
        if (there !== undefined) return Promise.resolve(this.status(there))
        const state = { journal: [], commands: [], acknowledged: 0, ended: false, forgotten: false, sending: 0 }
        const child: ToldChild = { number: this.children.length + 1, request, ...state }
        this.children.push(child)
        this.wake()
        return Promise.resolve(this.status(child))
      },
      commandAgent: (number, command) => {
        if (gone()) return Promise.reject(new RunnerGone("gone"))
        of(number).commands.push(command)
        this.wake()
        return Promise.resolve()
      },
      follow: (number, after) => {
        const child = of(number)
        child.sending = after + 1
        setImmediate(() => (gone() ? undefined : this.pump(child)))
      },
      ack: (number, position) => {
        of(number).acknowledged = Math.max(of(number).acknowledged, Math.min(position, of(number).journal.length))
      },
      input: () => {},
      resize: () => {},
      signal: refuse,
      end: (number) => {
        if (!of(number).ended) this.exit(0)
        return Promise.resolve()
      },
      forget: (number) => {
        of(number).forgotten = true
        this.wake()
      },
      screen: refuse,
      checkpoint: refuse,
      status: () => Promise.reject(new RunnerGone("told")),
      drain: () => Promise.resolve(),
      ping: () => Promise.resolve(0),
      pause: () => {},
      resume: () => {},
      close: () => {
        if (this.events === events) this.events = undefined
        for (const child of this.children) child.sending = 0
      },
    }
  }
}
