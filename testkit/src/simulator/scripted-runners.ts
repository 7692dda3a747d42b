/**
 * Runners for the simulator: a layer whose children are scripts, with seeded delays, lost connections and deaths.
 *
 * A child writes numbered lines until it is told to exit. Its journal keeps what was not acknowledged, as a real one does,
 * and outlives every hub.
 */
import { RunnerGone, RunnerRefused, type ConnectOptions, type RunnerConnection } from "@holdfast/link/RunnerConnection"
import type { ChildStatus, JournalEntry } from "@holdfast/link/messages"
import { RUNNER_PROTOCOL_VERSION } from "@holdfast/protocol/version"
import type { FoundRunner } from "@holdfast/link/found-runner"
import type { Runners } from "@holdfast/hub/child/Runners"

/** Bugs that can be planted in the runner's side of the wire. */
export type TransportBug = "skip-entry"

/** Generation of the one scripted runner. */
export const SCRIPTED_GENERATION = "00000000-0000-4000-8000-000000000001"

interface Child {
  readonly number: number
  readonly id: string
  readonly session: string
  readonly entries: Array<JournalEntry>
  head: number
  acknowledged: number
  lines: number
  exited: boolean
  follower: { readonly connection: Link; sent: number } | undefined
}

interface Link {
  readonly options: ConnectOptions
  open: boolean
  /** Messages under way, in order. */
  last: Promise<void>
}

/** Children that are scripts, and the faults one can do to their runner. */
export class ScriptedRunners {
  readonly children: Array<Child> = []
  readonly #random: () => number
  readonly #bug: TransportBug | undefined
  #epoch = 0
  readonly #links = new Set<Link>()

  constructor(random: () => number, bug: TransportBug | undefined) {
    this.#random = random
    this.#bug = bug
  }

  /** What a child wrote until now, as text. */
  static written(lines: number): string {
    return Array.from({ length: lines }, (_, i) => `line ${i + 1}\n`).join("")
  }

  /** Every running child writes up to two lines. */
  tick(): void {
    for (const child of this.children) {
      if (child.exited) continue
      for (let n = Math.floor(this.#random() * 3); n > 0; n--) {
        child.lines++
        this.#add(child, { position: ++child.head, time: Date.now(), bytes: Buffer.from(`line ${child.lines}\n`) })
      }
    }
  }

  /** Lets every child exit with code 3. */
  finish(): void {
    for (const child of this.children) this.#exit(child)
  }

  /** Lets a child exit, once. */
  #exit(child: Child): void {
    if (child.exited) return
    child.exited = true
    this.#add(child, { position: ++child.head, time: Date.now(), note: { type: "exit", code: 3 } })
  }

  /** Cuts every connection; the runner lives. */
  cut(): void {
    for (const link of [...this.#links]) this.#close(link, "lost")
  }

  /** Ends the connections of a hub that was killed; it hears nothing of it. */
  forgetHub(): void {
    for (const link of this.#links) link.open = false
    this.#links.clear()
    for (const child of this.children) child.follower = undefined
  }

  /** The layer's value for a hub. */
  service(): Runners["Service"] {
    return {
      build: "",
      discover: async () => [this.#found()],
      connect: async (options) => this.#connect(options),
      start: async () => ({ generation: SCRIPTED_GENERATION, directory: "", socket: "scripted", pid: 1 }),
      recover: async () => [],
      bury: async () => {},
    }
  }

  #found(): FoundRunner {
    const record = { pid: 1, versions: [RUNNER_PROTOCOL_VERSION], build: "scripted", startedAt: 0, socket: "scripted" }
    return { state: "live", generation: SCRIPTED_GENERATION, directory: "", record }
  }

  #status(child: Child): ChildStatus {
    return {
      child: child.number,
      id: child.id,
      session: child.session,
      kind: "terminal",
      state: child.exited ? "exited" : "running",
      pid: 1000 + child.number,
      head: child.head,
      acknowledged: child.acknowledged,
    }
  }

  #add(child: Child, entry: JournalEntry): void {
    child.entries.push(entry)
    this.#pump(child)
  }

  #pump(child: Child): void {
    const { follower } = child
    if (follower === undefined) return
    for (const entry of child.entries) {
      if (entry.position <= follower.sent) continue
      follower.sent = entry.position
      if (this.#bug === "skip-entry" && this.#random() < 0.01) continue
      this.#later(follower.connection, () => follower.connection.options.events.entry(child.number, entry))
    }
  }

  /** Does something on a connection after a seeded delay, in order. */
  #later(link: Link, action: () => void): void {
    const delay = this.#random() < 0.7 ? 0 : Math.floor(this.#random() * 4)
    link.last = link.last.then(
      () =>
        new Promise((resolve) => {
          setTimeout(() => {
            if (link.open) action()
            resolve()
          }, delay)
        }),
    )
  }

  #close(link: Link, reason: "lost" | "superseded" | "closed"): void {
    if (!link.open) return
    link.open = false
    this.#links.delete(link)
    for (const child of this.children) if (child.follower?.connection === link) child.follower = undefined
    setTimeout(() => link.options.events.closed({ reason, message: reason }), 0)
  }

  #connect(options: ConnectOptions): RunnerConnection {
    if (options.hubEpoch < this.#epoch)
      throw new RunnerRefused("superseded", [RUNNER_PROTOCOL_VERSION], "a newer hub has this runner")
    this.#epoch = options.hubEpoch
    for (const other of [...this.#links]) this.#close(other, "superseded")
    const link: Link = { options, open: true, last: Promise.resolve() }
    this.#links.add(link)
    const childOf = (number: number): Child | undefined => this.children.find((child) => child.number === number)
    const asked = <A>(answer: () => A): Promise<A> =>
      new Promise((resolve, reject) => {
        if (!link.open) return reject(new RunnerGone("the connection is closed"))
        this.#later(link, () => resolve(answer()))
        setTimeout(() => {
          if (!link.open) reject(new RunnerGone("the connection was lost"))
        }, 50)
      })
    const refuse = (): Promise<never> => Promise.reject(new RunnerGone("scripted children have no screen"))
    return {
      welcome: {
        version: RUNNER_PROTOCOL_VERSION,
        runner: SCRIPTED_GENERATION,
        pid: 1,
        build: "scripted",
        draining: false,
        children: this.children.map((child) => this.#status(child)),
      },
      start: (request) =>
        asked(() => {
          const known = this.children.find((child) => child.id === request.id)
          if (known !== undefined) return this.#status(known)
          const child: Child = {
            number: this.children.length + 1,
            id: request.id,
            session: request.session,
            entries: [],
            head: 0,
            acknowledged: 0,
            lines: 0,
            exited: false,
            follower: undefined,
          }
          this.children.push(child)
          const { cols, rows } = request.terminal
          this.#add(child, {
            position: ++child.head,
            time: Date.now(),
            note: { type: "started", pid: 1000 + child.number, cols, rows },
          })
          return this.#status(child)
        }),
      startAgent: refuse,
      commandAgent: refuse,
      follow: (number, after) => {
        const child = childOf(number)
        if (child === undefined || !link.open) return
        child.follower = { connection: link, sent: after }
        this.#pump(child)
      },
      ack: (number, position) => {
        const child = childOf(number)
        if (child === undefined || !link.open) return
        child.acknowledged = Math.max(child.acknowledged, Math.min(position, child.head))
        while ((child.entries[0]?.position ?? Number.POSITIVE_INFINITY) <= child.acknowledged) child.entries.shift()
      },
      input: (number, client, n) => this.#later(link, () => link.options.events.input(number, client, n, undefined)),
      resize: () => {},
      colors: () => {},
      signal: () => asked(() => undefined),
      end: (number) =>
        asked(() => {
          const child = childOf(number)
          if (child !== undefined) this.#exit(child)
        }),
      forget: (number) => {
        const child = childOf(number)
        if (child !== undefined) child.entries.length = 0
      },
      screen: refuse,
      checkpoint: refuse,
      files: refuse,
      status: refuse,
      drain: () => asked(() => undefined),
      close: () => this.#close(link, "closed"),
    }
  }
}
