/** A runner that a test plays: its children's journals are in memory, and the hub's connection to it can be cut. */
import * as Layer from "effect/Layer"
import type { FoundRunner } from "@holdfast/link/found-runner"
import {
  type ConnectOptions,
  RequestRefused,
  type RunnerConnection,
  type RunnerEvents,
  RunnerGone,
} from "@holdfast/link/RunnerConnection"
import type { ChildStatus, JournalEntry, JournalNote } from "@holdfast/link/messages"
import { Runners } from "@holdfast/hub/child/Runners"

/** What a child told: output, or a note. */
type Told = { readonly note: JournalNote } | { readonly bytes: Uint8Array }

/** A child with its whole journal. */
export class PlayedChild<Request extends { readonly id: string; readonly session: string }> {
  readonly number: number
  readonly request: Request
  readonly journal: Array<JournalEntry> = []
  acknowledged = 0
  ended = false
  forgotten = false
  /** Position of the next entry to be sent on the connection; 0 while no one follows. */
  sending = 0

  constructor(number: number, request: Request) {
    this.number = number
    this.request = request
  }
}

const refuse = (): Promise<never> => Promise.reject(new RequestRefused({ tag: "Unavailable", message: "this runner has it not" }))

/** A runner of one kind of children; a hub can connect, be cut off and connect again. */
export abstract class PlayedRunner<Child extends PlayedChild<{ readonly id: string; readonly session: string }>> {
  readonly generation: string
  readonly children: Array<Child> = []
  /** Refuses the next starts with this, when set. */
  refusal: { readonly tag: string; readonly message: string } | undefined
  state: "live" | "dead" = "live"
  /** Lives, and cannot be spoken to. */
  away = false
  readonly #beside: ReadonlyArray<PlayedRunner<Child>>
  #events: RunnerEvents | undefined

  /** `beside`: older runners of the same data directory. */
  constructor(generation: string, beside: ReadonlyArray<PlayedRunner<Child>> = []) {
    this.generation = generation
    this.#beside = beside
  }

  /** The layer of a data directory with this runner, and older ones beside it. */
  get layer(): Layer.Layer<Runners> {
    const everyone: ReadonlyArray<PlayedRunner<Child>> = [this, ...this.#beside]
    const found = ({ state, generation }: PlayedRunner<Child>): FoundRunner => {
      const record = { pid: 1, versions: [1], build: "", startedAt: 0, socket: generation }
      return { state, generation, directory: generation, record }
    }
    return Layer.succeed(Runners, {
      build: "",
      discover: () => Promise.resolve(everyone.map(found)),
      connect: (options: ConnectOptions) => {
        const runner = everyone.find(({ generation }) => generation === options.socket)
        return runner?.state === "live" && !runner.away
          ? Promise.resolve(runner.#connection(options.events))
          : Promise.reject(new Error("nobody is there"))
      },
      start: () => Promise.resolve({ generation: this.generation, directory: this.generation, socket: this.generation, pid: 1 }),
      recover: () => Promise.resolve([]),
      bury: () => Promise.resolve(),
    })
  }

  /** The newest child. */
  get child(): Child {
    const child = this.children.at(-1)
    if (child === undefined) throw new Error("no child was started")
    return child
  }

  /** Ends the connection, as a crash of the hub's side or of the runner would. */
  cut(): void {
    const events = this.#events
    this.#events = undefined
    for (const child of this.children) child.sending = 0
    events?.closed({ reason: "lost", message: "cut by the test" })
  }

  /** What a child's status says beyond its number, ids and journal. */
  protected abstract readonly told: Pick<ChildStatus, "kind" | "pid">

  /** What this kind of runner does when it is asked; everything else is refused or does nothing. */
  protected abstract answers(events: RunnerEvents, gone: () => boolean): Partial<RunnerConnection>

  /** Adds an entry to a child's journal, and sends it to who follows. */
  protected add(child: Child, told: Told): void {
    child.journal.push({ position: child.journal.length + 1, time: Date.now(), ...told })
    this.#pump(child)
  }

  /** The child of a start: the one that is there, or a new one, to which `begin` happens. */
  protected begun(id: string, make: (number: number) => Child, begin?: (child: Child) => void): Promise<ChildStatus> {
    if (this.refusal !== undefined) return Promise.reject(new RequestRefused(this.refusal))
    const there = this.children.find(({ request }) => request.id === id)
    if (there !== undefined) return Promise.resolve(this.status(there))
    const child = make(this.children.length + 1)
    this.children.push(child)
    begin?.(child)
    return Promise.resolve(this.status(child))
  }

  protected of(number: number): Child {
    const child = this.children.find((each) => each.number === number)
    if (child === undefined) throw new Error(`no child ${number}`)
    return child
  }

  protected status({ number, request: { id, session }, ended, journal, acknowledged }: Child): ChildStatus {
    return { child: number, id, session, ...this.told, state: ended ? "exited" : "running", head: journal.length, acknowledged }
  }

  #pump(child: Child): void {
    while (this.#events !== undefined && child.sending > 0 && child.sending <= child.journal.length) {
      const entry = child.journal[child.sending++ - 1]
      if (entry !== undefined) this.#events.entry(child.number, entry)
    }
  }

  #connection(events: RunnerEvents): RunnerConnection {
    this.#events = events
    const gone = (): boolean => this.#events !== events
    const away = () => Promise.reject(new RunnerGone("played"))
    return {
      welcome: {
        version: 1,
        runner: this.generation,
        pid: 1,
        build: "",
        draining: false,
        children: this.children.filter(({ forgotten }) => !forgotten).map((child) => this.status(child)),
      },
      start: refuse,
      startAgent: refuse,
      commandAgent: refuse,
      follow: (number, after) => {
        if (gone()) return
        const child = this.of(number)
        child.sending = after + 1
        setImmediate(() => (gone() ? undefined : this.#pump(child)))
      },
      ack: (number, position) => {
        if (gone()) return
        const child = this.of(number)
        child.acknowledged = Math.max(child.acknowledged, Math.min(position, child.journal.length))
      },
      input: () => {},
      resize: () => {},
      colors: () => {},
      signal: refuse,
      end: refuse,
      forget: (number) => {
        this.of(number).forgotten = true
      },
      screen: refuse,
      checkpoint: refuse,
      files: ({ ask }) => (ask === "snapshot" ? Promise.resolve({ kept: false } as never) : refuse()),
      status: away,
      drain: () => Promise.resolve(),
      close: () => {
        if (!gone()) this.#events = undefined
        for (const child of this.children) child.sending = 0
      },
      ...this.answers(events, gone),
    }
  }
}
