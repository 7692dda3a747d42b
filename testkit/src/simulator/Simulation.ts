/**
 * A whole hub under seeded faults in virtual time: store, clock and transport fail, the hub dies and comes back, and at
 * the end every promise of the log must hold (check:O11).
 *
 * The caller owns the clock: global timers must be fake, and `advance` moves them.
 */
import { scriptedCatalog } from "@holdfast/agents/catalog/scripted-catalog"
import { hubParts } from "@holdfast/server/inside/hub-parts"
import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { decide } from "@holdfast/core/decide"
import { uuidV7 } from "@holdfast/protocol/ids"
import { decodeRecord, readRecords } from "@holdfast/protocol/record"
import { resolveSettings } from "@holdfast/protocol/settings"
import { Hub, performed } from "@holdfast/hub/Hub"
import { layer as hubLayer } from "@holdfast/hub/layer"
import { encodeDrafts, storedState } from "@holdfast/hub/inside/session/encode"
import { Runners } from "@holdfast/hub/child/Runners"
import { layer as memoryLayer } from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import { randomFrom } from "../sizes.ts"
import { faultyStore, type FaultyStore, type StoreBug } from "./faulty-store.ts"
import { SCRIPTED_GENERATION, ScriptedRunners, type TransportBug } from "./scripted-runners.ts"
import { OWNER, SimulatedReader } from "./SimulatedReader.ts"

/** How one simulation ended. */
export interface Outcome {
  /** Hash over everything that readers saw and writers were told, in order. */
  readonly trace: string
  /** Sentences about broken promises; empty when all held. */
  readonly breaches: ReadonlyArray<string>
  readonly events: number
  readonly crashes: number
}

/** What to simulate. */
export interface SimulationOptions {
  readonly seed: number
  /** Steps of the world; each is a few milliseconds of virtual time. */
  readonly steps: number
  readonly bug?: StoreBug | TransportBug | ReaderBug
  /** Moves the fake clock, running what falls due and all promises in between. */
  readonly advance: (milliseconds: number) => Promise<void>
  /** Lets the wall clock jump, forward or back. */
  readonly jump: (milliseconds: number) => void
}

/** Bugs that can be planted in a reader: it comes back with a cursor that is not its own (trap:2). */
export type ReaderBug = "stale-cursor"

const STORE_BUGS: ReadonlyArray<string> = ["forget-keys", "acknowledge-early", "order-by-time"]

/** Virtual milliseconds at the end in which nothing fails. */
const CALM = 15_000

const SETTINGS = resolveSettings({}, {}, { subscriberWindow: 64 * 1024, catchUpChunk: 4096, idleUnload: 1000 }).values

const CREATE = {
  _tag: "Create",
  kind: "terminal",
  label: "simulated",
  tags: [],
  owner: "owner",
  terminal: { command: "/bin/sh", args: [], cwd: "/", env: [], cols: 80, rows: 24, term: "xterm-256color" },
} as const

interface Running {
  readonly hub: Hub["Service"]
  readonly store: FaultyStore
  readonly scope: Scope.Closeable
}

/** What a log holds, as readers must have seen it. */
interface LoggedSession {
  readonly lines: ReadonlyArray<string>
  readonly seqs: ReadonlyMap<string, number>
  readonly output: string
}

/** Runs one simulation to its end. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const simulation = new Simulation(options)
  await simulation.begin()
  for (let step = 0; step < options.steps; step++) await simulation.step()
  await simulation.settle()
  return simulation.end()
}

/** A world of one store, one hub at a time, two sessions and four readers. */
class Simulation {
  readonly #options: SimulationOptions
  readonly #random: () => number
  readonly #trace = createHash("sha256")
  readonly #breaches: Array<string> = []
  readonly #runners: ScriptedRunners
  readonly #outer = Scope.makeUnsafe()
  readonly #ids: Array<string> = []
  readonly #readers: ReadonlyArray<SimulatedReader>
  readonly #acked = new Map<string, number>()
  readonly #outstanding = new Map<string, number>()
  #inner!: Store["Service"]
  #running!: Running
  #nextKey = 0
  #crashes = 0

  constructor(options: SimulationOptions) {
    this.#options = options
    this.#random = randomFrom(options.seed)
    this.#runners = new ScriptedRunners(this.#random, options.bug === "skip-entry" ? options.bug : undefined)
    const world = {
      breach: (text: string): void => void this.#breaches.push(text),
      note: (text: string): void => this.#note(text),
      isRunning: (hub: Hub["Service"]) => this.#running.hub === hub,
    }
    const isStale = options.bug === "stale-cursor"
    this.#readers = Array.from({ length: 4 }, (_, i) => new SimulatedReader(`r${i}`, i % 2, isStale, world))
  }

  /** Makes the store, the sessions as a hub leaves them that died between the durable create and the start of the child, and a hub. */
  async begin(): Promise<void> {
    const context = await this.#within(Effect.runPromise(Layer.buildWithScope(memoryLayer, this.#outer)), "the store")
    this.#inner = Context.get(context, Store)
    for (let i = 1; i <= 2; i++) {
      const id = uuidV7(Date.now(), Uint8Array.of(i, 0, 0, 0, 0, 0, 0, 0, 0, 0))
      const decision = decide(undefined, { ...CREATE, child: `child-${i}`, runner: SCRIPTED_GENERATION })
      const encoded =
        decision._tag === "Accepted" ? encodeDrafts(id, undefined, decision.events, 1, Date.now(), "owner") : undefined
      if (encoded === undefined) throw new Error("a session was refused")
      const { records } = encoded
      await this.#within(Effect.runPromise(this.#inner.create({ id, records, state: storedState(encoded.state) })), "create")
      this.#ids.push(id)
    }
    this.#running = await this.#start()
  }

  /** One step of the world: someone acts, or something fails. */
  async step(): Promise<void> {
    const random = this.#random
    const dice = random()
    if (dice < 0.25) this.#send(`k${this.#nextKey++}`, Math.floor(random() * 2))
    else if (dice < 0.3 && this.#outstanding.size > 0) this.#sendAgain()
    else if (dice < 0.5) this.#runners.tick()
    else if (dice < 0.6) this.#attach(this.#anyReader())
    else if (dice < 0.64) this.#anyReader().detach()
    else if (dice < 0.67) this.#anyReader().lazy = random() < 0.5
    else if (dice < 0.69) this.#running.store.fill()
    else if (dice < 0.74) this.#running.store.free()
    else if (dice < 0.76) this.#runners.cut()
    else if (dice < 0.78) this.#options.jump(Math.floor(random() * 120_000) - 60_000)
    else if (dice < 0.795) await this.#crash()
    await this.#options.advance(Math.floor(random() * 8))
  }

  /** Lets everyone finish: nothing fails any more, every reader is there, every message is sent until it is answered. */
  async settle(): Promise<void> {
    this.#runners.finish()
    this.#running.store.free()
    for (let at = 0; at < CALM; at += 100) {
      for (const reader of this.#readers) {
        reader.lazy = false
        this.#attach(reader)
        reader.acknowledge()
      }
      this.#sendAgain()
      await this.#options.advance(100)
    }
  }

  /** Compares what was told with what is in the logs, and ends everything. */
  async end(): Promise<Outcome> {
    let events = 0
    for (const [index, id] of this.#ids.entries()) {
      const log = await this.#logOf(index, id)
      events += log.lines.length
      this.#compare(index, id, log)
    }
    for (const key of this.#acked.keys()) this.#breaches.push(`${key} was acknowledged and is in no log`)
    for (const key of this.#outstanding.keys()) this.#breaches.push(`${key} was never acknowledged`)
    await this.#within(Effect.runPromise(Scope.close(this.#running.scope, Exit.void)), "the hub's end")
    await this.#within(Effect.runPromise(Scope.close(this.#outer, Exit.void)), "the store's end")
    return { trace: this.#trace.digest("hex"), breaches: this.#breaches, events, crashes: this.#crashes }
  }

  #note(text: string): void {
    this.#trace.update(`${text}\n`)
  }

  #anyReader(): SimulatedReader {
    return this.#readers[Math.floor(this.#random() * 4)] as SimulatedReader
  }

  async #within<A>(promise: Promise<A>, what: string): Promise<A> {
    let settled = false
    const watched = promise.finally(() => (settled = true))
    watched.catch(() => undefined)
    for (let i = 0; i < 4000 && !settled; i++) await this.#options.advance(5)
    if (!settled) throw new Error(`${what} never settled`)
    return watched
  }

  async #start(): Promise<Running> {
    const { bug } = this.#options
    const store = faultyStore(this.#inner, this.#random, STORE_BUGS.includes(bug ?? "") ? (bug as StoreBug) : undefined)
    const scope = Scope.makeUnsafe()
    const wired = hubLayer({
      ...hubParts(),
      agents: scriptedCatalog,
      settings: SETTINGS,
      defaults: { env: { PATH: "/bin:/usr/bin", SHELL: "/bin/sh" }, home: "/" },
      data: "/",
    }).pipe(Layer.provide([Layer.succeed(Store, store.service), Layer.succeed(Runners, this.#runners.service())]))
    const context = await this.#within(Effect.runPromise(Layer.buildWithScope(wired, scope)), "the hub's start")
    return { hub: Context.get(context, Hub), store, scope }
  }

  #attach(reader: SimulatedReader): void {
    reader.attach(this.#running.hub, this.#ids[reader.session] ?? "")
  }

  #send(key: string, session: number): void {
    const generation = this.#running
    this.#outstanding.set(key, session)
    Effect.runFork(
      performed(generation.hub, "log.mark", { session: this.#ids[session] ?? "", key, text: key }, OWNER).pipe(
        Effect.match({
          onFailure: () => {},
          onSuccess: ({ seq }) => {
            // The network may lose the answer of a dead hub, and sometimes that of a living one: then the key is sent again.
            if (generation !== this.#running || this.#random() < 0.15) return
            const before = this.#acked.get(key)
            if (before !== undefined && before !== seq) this.#breaches.push(`${key} was acknowledged at ${before} and at ${seq}`)
            this.#acked.set(key, seq)
            this.#outstanding.delete(key)
            this.#note(`ack ${key} ${seq}`)
          },
        }),
      ),
    )
  }

  #sendAgain(): void {
    for (const [key, session] of this.#outstanding) this.#send(key, session)
  }

  /** The hub dies without a word, and another one starts. */
  async #crash(): Promise<void> {
    this.#crashes++
    const dying = this.#running
    dying.store.die()
    this.#runners.forgetHub()
    this.#running = { ...dying, hub: { ...dying.hub } }
    for (const reader of this.#readers) reader.forget()
    this.#running = await this.#start()
    Effect.runFork(Scope.close(dying.scope, Exit.void))
  }

  async #logOf(index: number, id: string): Promise<LoggedSession> {
    const lines: Array<string> = []
    const seqs = new Map<string, number>()
    let [output, previous] = ["", 0]
    for (let after = 0, atHead = false; !atHead;) {
      const claimed = await this.#within(Effect.runPromise(this.#inner.head(id)), "head")
      const chunk = await this.#within(Effect.runPromise(this.#inner.read(claimed.session, { after, maxBytes: 65_536 })), "read")
      for (const record of chunk.records.flatMap((bytes) => [...readRecords(bytes)])) {
        if (record.from !== previous + 1) this.#breaches.push(`the log of ${index} has ${previous} followed by ${record.from}`)
        previous = record.seq
        const { channel, type, data } = decodeRecord(record)
        lines.push(`${record.seq} ${channel}/${type} ${type === "created" ? "" : JSON.stringify(data)}`)
        if (type === "marked") {
          const { text } = data as { readonly text: string }
          if (seqs.has(text)) this.#breaches.push(`${text} is in the log twice`)
          seqs.set(text, record.seq)
        }
        if (type === "output") output += (data as { readonly text: string }).text
      }
      after = chunk.last
      atHead = chunk.atHead
    }
    return { lines, seqs, output }
  }

  /** Names what a session's log, its child, its readers and its writers do not agree on. */
  #compare(index: number, id: string, { lines, seqs, output }: LoggedSession): void {
    const breach = (text: string): void => void this.#breaches.push(text)
    const child = this.#runners.children.find(({ session }) => session === id)
    const written = ScriptedRunners.written(child?.lines ?? 0)
    if (output !== written)
      breach(`the output of ${index} is not what its child wrote (${output.length} of ${written.length} bytes)`)
    if (!lines.some((line) => line.includes("terminal/exit"))) breach(`the exit of ${index} is missing`)
    for (const [key, seq] of this.#acked)
      if (seqs.has(key) && seqs.get(key) !== seq) breach(`${key} was acknowledged at ${seq} and is at ${seqs.get(key)}`)
    for (const reader of this.#readers) {
      if (reader.session === index && reader.seen.join("\n") !== lines.join("\n"))
        breach(`${reader.name} saw ${reader.seen.length} events, the log has ${lines.length}, or others`)
    }
    for (const key of seqs.keys()) this.#acked.delete(key)
  }
}
