/**
 * A whole hub under seeded faults in virtual time: store, clock and transport fail, the hub dies and comes back, and at
 * the end every promise of the log must hold (check:O11).
 *
 * The caller owns the clock: global timers must be fake, and `advance` moves them.
 */
import { createHash } from "node:crypto"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { decide } from "@holdfast/core/decide"
import { uuidV7 } from "@holdfast/protocol/ids"
import { decodeRecord, readRecord, readRecords } from "@holdfast/protocol/record"
import { resolveSettings } from "@holdfast/protocol/settings"
import { Hub, type Attachment, type Principal } from "@holdfast/hub/Hub"
import { layer as hubLayer } from "@holdfast/hub/layer"
import { encodeDrafts, storedState } from "@holdfast/hub/session/encode"
import { Runners } from "@holdfast/hub/child/Runners"
import { layer as memoryLayer } from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import { randomFrom } from "../sizes.ts"
import { faultyStore, type FaultyStore, type StoreBug } from "./faulty-store.ts"
import { SCRIPTED_GENERATION, ScriptedRunners, type TransportBug } from "./scripted-runners.ts"

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
const owner: Principal = { name: "owner", credential: "owner", scope: "all" }

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

interface ReaderState {
  readonly name: string
  readonly session: number
  cursor: number
  log: string | undefined
  attachment: Attachment | undefined
  attaching: boolean
  lazy: boolean
  readonly seen: Array<string>
}

/** Runs one simulation to its end. */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  const random = randomFrom(options.seed)
  const { bug, advance } = options
  const storeBug = STORE_BUGS.includes(bug ?? "") ? (bug as StoreBug) : undefined
  const trace = createHash("sha256")
  const breaches: Array<string> = []
  const runners = new ScriptedRunners(random, bug === "skip-entry" ? bug : undefined)
  const outer = Scope.makeUnsafe()
  const settings = resolveSettings({}, {}, { subscriberWindow: 64 * 1024, catchUpChunk: 4096, idleUnload: 1000 }).values
  const note = (text: string): void => void trace.update(`${text}\n`)

  const within = async <A>(promise: Promise<A>, what: string): Promise<A> => {
    let settled = false
    const watched = promise.finally(() => (settled = true))
    watched.catch(() => undefined)
    for (let i = 0; i < 4000 && !settled; i++) await advance(5)
    if (!settled) throw new Error(`${what} never settled`)
    return watched
  }

  const inner = Context.get(await within(Effect.runPromise(Layer.buildWithScope(memoryLayer, outer)), "the store"), Store)
  const start = async (): Promise<Running> => {
    const store = faultyStore(inner, random, storeBug)
    const scope = Scope.makeUnsafe()
    const wired = hubLayer({
      settings,
      defaults: { env: { PATH: "/bin:/usr/bin", SHELL: "/bin/sh" }, home: "/" },
      data: "/",
    }).pipe(Layer.provide([Layer.succeed(Store, store.service), Layer.succeed(Runners, runners.service())]))
    const context = await within(Effect.runPromise(Layer.buildWithScope(wired, scope)), "the hub's start")
    return { hub: Context.get(context, Hub), store, scope }
  }

  // The sessions are as a hub leaves them that died between the durable create and the start of the child.
  const ids: Array<string> = []
  for (let i = 1; i <= 2; i++) {
    const id = uuidV7(Date.now(), Uint8Array.of(i, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    const decision = decide(undefined, { ...CREATE, child: `child-${i}`, runner: SCRIPTED_GENERATION })
    const encoded =
      decision._tag === "Accepted" ? encodeDrafts(id, undefined, decision.events, 1, Date.now(), "owner") : undefined
    if (encoded === undefined) throw new Error("a session was refused")
    await within(Effect.runPromise(inner.create({ id, records: encoded.records, state: storedState(encoded.state) })), "create")
    ids.push(id)
  }
  let running = await start()
  let crashes = 0

  const readers: Array<ReaderState> = Array.from({ length: 4 }, (_, i) => ({
    name: `r${i}`,
    session: i % 2,
    cursor: 0,
    log: undefined,
    attachment: undefined,
    attaching: false,
    lazy: false,
    seen: [],
  }))

  const attach = (reader: ReaderState): void => {
    if (reader.attachment !== undefined || reader.attaching) return
    const generation = running
    const mine = { live: true }
    reader.attaching = true
    const lost = (): void => {
      mine.live = false
      reader.attachment = undefined
    }
    Effect.runFork(
      generation.hub
        .attach(
          {
            session: ids[reader.session] ?? "",
            after: bug === "stale-cursor" ? Math.max(0, reader.cursor - 1) : reader.cursor,
            ...(reader.log === undefined ? {} : { log: reader.log }),
            mode: "viewer",
            client: `client-${reader.name}`,
            name: reader.name,
          },
          {
            events: (records) => {
              if (!mine.live || generation !== running) return
              for (const bytes of records) {
                const record = readRecord(bytes, 0)
                if (record.from !== reader.cursor + 1)
                  breaches.push(`${reader.name}: ${reader.cursor} is followed by ${record.from}`)
                reader.cursor = record.seq
                const { channel, type, data } = decodeRecord(record)
                const body = channel === "session" && type === "created" ? "" : JSON.stringify(data)
                reader.seen.push(`${record.seq} ${channel}/${type} ${body}`)
                note(`${reader.name} ${record.seq} ${type} ${body}`)
              }
              if (!reader.lazy) reader.attachment?.acknowledge(reader.cursor)
            },
            snapshot: (seq, head) => breaches.push(`${reader.name}: a snapshot at ${seq} (${head.reason}) without a trim`),
            synced: (seq) => {
              if (mine.live && generation === running && seq !== reader.cursor)
                breaches.push(`${reader.name}: synced at ${seq}, but has ${reader.cursor}`)
            },
            viewers: () => {},
            detached: lost,
          },
          owner,
        )
        .pipe(
          Effect.match({
            onFailure: () => {
              reader.attaching = false
            },
            onSuccess: (attachment) => {
              reader.attaching = false
              if (generation !== running) return
              reader.attachment = attachment
              reader.log = attachment.log
              attachment.start()
            },
          }),
        ),
    )
  }

  const acked = new Map<string, number>()
  const outstanding = new Map<string, number>()
  let nextKey = 0
  const send = (key: string, session: number): void => {
    const generation = running
    outstanding.set(key, session)
    Effect.runFork(
      generation.hub.mark(ids[session] ?? "", { key, text: key }, owner).pipe(
        Effect.match({
          onFailure: () => {},
          onSuccess: ({ seq }) => {
            // The network may lose the answer of a dead hub, and sometimes that of a living one: then the key is sent again.
            if (generation !== running || random() < 0.15) return
            const before = acked.get(key)
            if (before !== undefined && before !== seq) breaches.push(`${key} was acknowledged at ${before} and at ${seq}`)
            acked.set(key, seq)
            outstanding.delete(key)
            note(`ack ${key} ${seq}`)
          },
        }),
      ),
    )
  }

  const crash = async (): Promise<void> => {
    crashes++
    const dying = running
    dying.store.die()
    runners.forgetHub()
    running = { ...dying, store: dying.store }
    for (const reader of readers) {
      reader.attachment = undefined
      reader.attaching = false
    }
    running = await start()
    Effect.runFork(Scope.close(dying.scope, Exit.void))
  }

  const calm = async (milliseconds: number): Promise<void> => {
    running.store.free()
    for (let at = 0; at < milliseconds; at += 100) {
      for (const reader of readers) {
        reader.lazy = false
        attach(reader)
        reader.attachment?.acknowledge(reader.cursor)
      }
      for (const [key, session] of outstanding) send(key, session)
      await advance(100)
    }
  }

  for (let step = 0; step < options.steps; step++) {
    const dice = random()
    if (dice < 0.25) send(`k${nextKey++}`, Math.floor(random() * 2))
    else if (dice < 0.3 && outstanding.size > 0) for (const [key, session] of outstanding) send(key, session)
    else if (dice < 0.5) runners.tick()
    else if (dice < 0.6) attach(readers[Math.floor(random() * 4)] as ReaderState)
    else if (dice < 0.64) {
      const reader = readers[Math.floor(random() * 4)] as ReaderState
      reader.attachment?.detach()
      reader.attachment = undefined
    } else if (dice < 0.67) (readers[Math.floor(random() * 4)] as ReaderState).lazy = random() < 0.5
    else if (dice < 0.69) running.store.fill()
    else if (dice < 0.74) running.store.free()
    else if (dice < 0.76) runners.cut()
    else if (dice < 0.78) options.jump(Math.floor(random() * 120_000) - 60_000)
    else if (dice < 0.795) await crash()
    await advance(Math.floor(random() * 8))
  }
  runners.finish()
  await calm(15_000)

  let events = 0
  for (const [index, id] of ids.entries()) {
    const log: Array<string> = []
    const seqs = new Map<string, number>()
    let output = ""
    let previous = 0
    for (let after = 0, atHead = false; !atHead;) {
      const claimed = await within(Effect.runPromise(inner.head(id)), "head")
      const chunk = await within(Effect.runPromise(inner.read(claimed.session, { after, maxBytes: 65_536 })), "read")
      for (const bytes of chunk.records)
        for (const record of readRecords(bytes)) {
          if (record.from !== previous + 1) breaches.push(`the log of ${index} has ${previous} followed by ${record.from}`)
          previous = record.seq
          const { channel, type, data } = decodeRecord(record)
          log.push(`${record.seq} ${channel}/${type} ${type === "created" ? "" : JSON.stringify(data)}`)
          if (type === "marked") {
            const { text } = data as { readonly text: string }
            if (seqs.has(text)) breaches.push(`${text} is in the log twice`)
            seqs.set(text, record.seq)
          }
          if (type === "output") output += (data as { readonly text: string }).text
        }
      after = chunk.last
      atHead = chunk.atHead
    }
    events += log.length
    const child = runners.children.find(({ session }) => session === id)
    const written = ScriptedRunners.written(child?.lines ?? 0)
    if (output !== written)
      breaches.push(`the output of ${index} is not what its child wrote (${output.length} of ${written.length} bytes)`)
    if (!log.at(-1)?.includes("terminal/exit") && !log.some((line) => line.includes("terminal/exit")))
      breaches.push(`the exit of ${index} is missing`)
    for (const [key, seq] of acked)
      if (seqs.has(key) && seqs.get(key) !== seq) breaches.push(`${key} was acknowledged at ${seq} and is at ${seqs.get(key)}`)
    for (const reader of readers) {
      if (reader.session !== index) continue
      if (reader.seen.join("\n") !== log.join("\n"))
        breaches.push(`${reader.name} saw ${reader.seen.length} events, the log has ${log.length}, or others`)
    }
    for (const key of seqs.keys()) acked.delete(key)
  }
  for (const key of acked.keys()) breaches.push(`${key} was acknowledged and is in no log`)
  for (const key of outstanding.keys()) breaches.push(`${key} was never acknowledged`)
  await within(Effect.runPromise(Scope.close(running.scope, Exit.void)), "the hub's end")
  await within(Effect.runPromise(Scope.close(outer, Exit.void)), "the store's end")
  return { trace: trace.digest("hex"), breaches, events, crashes }
}
