/** A runner whose children do exactly what a test says, for what a real child cannot be made to do. */
import * as Layer from "effect/Layer"
import type { FoundRunner } from "@holdfast/runner/client/generations"
import {
  type ConnectOptions,
  RequestRefused,
  type RunnerConnection,
  RunnerGone,
  type RunnerEvents,
  type StartTerminal,
} from "@holdfast/runner/client/RunnerConnection"
import type { CheckpointReply, ChildStatus, JournalEntry, JournalNote } from "@holdfast/runner/wire/messages"
import { Runners } from "../src/runners/Runners.ts"

type NoteOrBytes = { readonly note: JournalNote } | { readonly bytes: Uint8Array }

/** A child with its whole journal. */
export class ScriptedChild {
  readonly number: number
  readonly request: StartTerminal
  readonly journal: Array<JournalEntry> = []
  readonly inputs: Array<string> = []
  readonly sizes: Array<string> = []
  acknowledged = 0
  ended = false
  forgotten = false
  /** Highest number carried out per client, as a runner remembers it. */
  readonly carriedOut = new Map<string, number>()
  /** What a checkpoint answers; by default everything printed so far. */
  checkpoint: () => Promise<CheckpointReply>
  /** Position of the next entry to be sent on the connection; 0 while nobody follows. */
  sending = 0

  constructor(number: number, request: StartTerminal) {
    this.number = number
    this.request = request
    this.checkpoint = () =>
      Promise.resolve({ position: this.journal.length, cols: 80, rows: 24, screen: this.printed(this.journal.length) })
  }

  /** All output up to a position. */
  printed(position: number): string {
    return Buffer.concat(this.journal.slice(0, position).flatMap((entry) => ("bytes" in entry ? [entry.bytes] : []))).toString()
  }

  get status(): ChildStatus {
    const { id, session } = this.request
    return {
      child: this.number,
      id,
      session,
      kind: "terminal",
      state: this.ended ? "exited" : "running",
      pid: 4242,
      head: this.journal.length,
      acknowledged: this.acknowledged,
    }
  }
}

/** One scripted runner; a hub can connect, be cut off and connect again. */
export class ScriptedRunner {
  readonly generation: string
  readonly children: Array<ScriptedChild> = []
  /** Fails the next starts with this, when set. */
  refusal: { readonly tag: string; readonly message: string } | undefined
  /** Takes starts without carrying them out or answering, when set. */
  swallow = false
  autoStarted = true
  settleInput = true
  state: "live" | "dead" = "live"
  private events: RunnerEvents | undefined
  private readonly swallowed: Array<(error: Error) => void> = []
  private readonly all: ReadonlyArray<ScriptedRunner>

  constructor(generation: string, all: ReadonlyArray<ScriptedRunner> = []) {
    this.generation = generation
    this.all = all
  }

  /** The layer of a data directory with this runner, and older ones beside it. */
  get layer(): Layer.Layer<Runners> {
    const everyone = [this, ...this.all]
    const found = (runner: ScriptedRunner): FoundRunner => {
      const record = { pid: 1, versions: [1], build: "", startedAt: 0, socket: runner.generation }
      return { state: runner.state, generation: runner.generation, directory: runner.generation, record }
    }
    return Layer.succeed(Runners, {
      discover: () => Promise.resolve(everyone.map(found)),
      connect: (options: ConnectOptions) => {
        const runner = everyone.find(({ generation }) => generation === options.socket)
        return runner?.state === "live"
          ? Promise.resolve(runner.connection(options.events))
          : Promise.reject(new Error("nobody is there"))
      },
      start: () => Promise.resolve({ generation: this.generation, directory: this.generation, socket: this.generation, pid: 1 }),
      recover: () => Promise.resolve([]),
      bury: () => Promise.resolve(),
    })
  }

  get child(): ScriptedChild {
    const child = this.children.at(-1)
    if (child === undefined) throw new Error("no child was started")
    return child
  }

  /** Lets the last child print. */
  print(text: string | Uint8Array, child = this.child): void {
    this.add({ bytes: typeof text === "string" ? Buffer.from(text) : text }, child)
  }

  /** Lets something happen to the last child. */
  note(note: JournalNote, child = this.child): void {
    if (note.type === "exit") child.ended = true
    this.add({ note }, child)
  }

  /** Ends the connection, as a crash of the hub's side or of the runner would. */
  cut(): void {
    const { events } = this
    this.events = undefined
    for (const child of this.children) child.sending = 0
    for (const reject of this.swallowed.splice(0)) reject(new RunnerGone("cut by the test"))
    events?.closed({ reason: "lost", message: "cut by the test" })
  }

  /** Dies with all its children. */
  die(): void {
    this.state = "dead"
    this.cut()
  }

  private add(what: NoteOrBytes, child: ScriptedChild): void {
    child.journal.push({ position: child.journal.length + 1, time: 1_000_000 + child.journal.length, ...what })
    this.pump(child)
  }

  private pump(child: ScriptedChild): void {
    while (this.events !== undefined && child.sending > 0 && child.sending <= child.journal.length) {
      const entry = child.journal[child.sending++ - 1]
      if (entry !== undefined) this.events.entry(child.number, entry)
    }
  }

  private connection(events: RunnerEvents): RunnerConnection {
    this.events = events
    const of = (number: number): ScriptedChild => {
      const child = this.children.find((each) => each.number === number)
      if (child === undefined) throw new Error(`no child ${number}`)
      return child
    }
    const gone = (): boolean => this.events !== events
    return {
      welcome: {
        version: 1,
        runner: this.generation,
        pid: 1,
        build: "",
        draining: false,
        children: this.children.filter(({ forgotten }) => !forgotten).map(({ status }) => status),
      },
      bufferedBytes: 0,
      start: (request) => {
        if (gone()) return Promise.reject(new RunnerGone("gone"))
        if (this.swallow) return new Promise((_, reject) => this.swallowed.push(reject))
        if (this.refusal !== undefined) return Promise.reject(new RequestRefused(this.refusal))
        const there = this.children.find((child) => child.request.id === request.id)
        if (there !== undefined) return Promise.resolve(there.status)
        const child = new ScriptedChild(this.children.length + 1, request)
        this.children.push(child)
        if (this.autoStarted)
          this.note({ type: "started", pid: 4242, cols: request.terminal.cols, rows: request.terminal.rows }, child)
        return Promise.resolve(child.status)
      },
      startAgent: () => Promise.reject(new RequestRefused({ tag: "Unavailable", message: "it has no agents" })),
      commandAgent: () => Promise.reject(new RequestRefused({ tag: "SessionState", message: "it has no agents" })),
      follow: (number, after) => {
        if (gone()) return
        const child = of(number)
        child.sending = after + 1
        setImmediate(() => (gone() ? undefined : this.pump(child)))
      },
      ack: (number, position) => {
        if (!gone()) of(number).acknowledged = Math.max(of(number).acknowledged, Math.min(position, of(number).journal.length))
      },
      input: (number, client, seq, bytes) => {
        if (gone()) return
        const child = of(number)
        if (seq > (child.carriedOut.get(client) ?? 0)) {
          child.carriedOut.set(client, seq)
          child.inputs.push(Buffer.from(bytes).toString())
        }
        if (this.settleInput) setImmediate(() => (gone() ? undefined : events.input(number, client, seq, undefined)))
      },
      resize: (number, cols, rows) => {
        if (gone()) return
        of(number).sizes.push(`${cols}x${rows}`)
        this.note({ type: "resize", cols, rows }, of(number))
      },
      signal: () => Promise.resolve(),
      end: (number) => {
        if (!of(number).ended) this.note({ type: "exit", code: 129, signal: "SIGHUP" }, of(number))
        return Promise.resolve()
      },
      forget: (number) => {
        of(number).forgotten = true
      },
      screen: () => Promise.reject(new RequestRefused({ tag: "Unavailable", message: "scripted" })),
      checkpoint: (number) => of(number).checkpoint(),
      status: () => Promise.reject(new RunnerGone("scripted")),
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
