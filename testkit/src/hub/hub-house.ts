/** A hub in the test's own process: a store that can be reopened, a runner inside, and readers that remember. */
import { layerInside } from "@holdfast/server/inside/runner-layers"
import { scriptedCatalog } from "@holdfast/agents/catalog/scripted-catalog"
import { hubParts } from "@holdfast/server/inside/hub-parts"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import type { Event } from "@holdfast/protocol/event"
import type { SnapshotHead, Viewers } from "@holdfast/protocol/frame"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import { resolveSettings, type Settings } from "@holdfast/protocol/settings"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { Store, type StoreError, type StoreTooNew } from "@holdfast/store/Store"
import type { AgentCatalog } from "@holdfast/adapter/AgentCatalog"
import { type Attachment, type AttachmentSink, type AttachRequest, Hub } from "@holdfast/hub/Hub"
import { noTelemetry } from "@holdfast/hub/Telemetry"
import { agentCalls, type AgentCalls, hubCalls, type HubCalls, OWNER } from "./hub-calls.ts"
import type { Runners } from "@holdfast/hub/child/Runners"
import { type HubOptions, layer as hubLayer } from "@holdfast/hub/layer"
import type { Ownership } from "@holdfast/hub/inside/session/Ownership"
import { Watch } from "./Watch.ts"

export { OWNER }

/** Settings of tests: the defaults with changes. */
export function testSettings(changes: Partial<Settings> = {}): Settings {
  return resolveSettings({}, {}, changes).values
}

/** A directory of its own, removed by `remove`. */
export async function testDirectory(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "holdfast-hub-"))
  // An agent that was being started when its house closed may leave a file behind the listing of its directory.
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 }) }
}

/** A running hub with its store. */
export interface House {
  readonly hub: HubCalls
  readonly agents: AgentCalls
  readonly store: Store["Service"]
  readonly context: Context.Context<Hub | Store | Runners>
  readonly reports: ReadonlyArray<{ readonly message: string; readonly fields: Readonly<Record<string, unknown>> }>
  readonly run: <A, E>(effect: Effect.Effect<A, E, Hub | Store | Runners | Scope.Scope>) => Promise<A>
  readonly close: () => Promise<void>
}

/** Layers of a house; `runners` defaults to one inside this process. */
export interface HouseOptions {
  readonly directory: string
  readonly settings?: Partial<Settings>
  readonly store?: Layer.Layer<Store, StoreTooNew | StoreError>
  readonly sqlite?: boolean
  readonly runners?: Layer.Layer<Runners>
  readonly now?: () => number
  /** The scripted agent alone without it. */
  readonly catalog?: AgentCatalog
  /** Kinds of session beside terminals and agents. */
  readonly kinds?: NonNullable<HubOptions["kinds"]>
  readonly ownership?: Ownership
}

/** Opens a house. */
export async function openHouse(options: HouseOptions): Promise<House> {
  const settings = testSettings(options.settings)
  const reports: Array<{ message: string; fields: Readonly<Record<string, unknown>> }> = []
  const store =
    options.store ??
    (options.sqlite === true
      ? SqliteStore.layer({ path: join(options.directory, "holdfast.db"), durability: "power" })
      : MemoryStore.layer)
  const runners = options.runners ?? layerInside({ dataDirectory: options.directory, settings })
  const hub = hubLayer({
    ...hubParts(),
    agents: options.catalog ?? scriptedCatalog,
    settings,
    defaults: { env: { PATH: process.env["PATH"] }, home: options.directory },
    data: options.directory,
    telemetry: {
      ...noTelemetry,
      log: (level, message, fields = {}) => {
        if (level === "warn" && fields["operation"] === undefined) reports.push({ message, fields })
      },
    },
    ...(options.now === undefined ? {} : { now: options.now }),
    ...(options.kinds === undefined ? {} : { kinds: options.kinds }),
    ...(options.ownership === undefined ? {} : { ownership: options.ownership }),
  })
  const scope = Effect.runSync(Scope.make())
  const context = await Effect.runPromise(Layer.buildWithScope(Layer.provideMerge(hub, Layer.merge(store, runners)), scope))
  const hubService = Context.get(context, Hub)
  return {
    hub: { ...hubService, ...hubCalls(hubService) },
    agents: agentCalls(hubService),
    store: Context.get(context, Store),
    context,
    reports,
    run: (effect) => Effect.runPromise(effect.pipe(Effect.provideContext(Context.add(context, Scope.Scope, scope)))),
    close: () => Effect.runPromise(Scope.close(scope, Exit.void)),
  }
}

/** What a reader saw, in order. */
export type Seen =
  | { readonly kind: "event"; readonly event: Event; readonly bytes: Uint8Array | undefined }
  | { readonly kind: "snapshot"; readonly seq: number; readonly head: SnapshotHead; readonly screen: string }
  | { readonly kind: "synced"; readonly seq: number }
  | { readonly kind: "detached"; readonly reason: string }

/** A reader that keeps what it saw and can be waited on. */
export class Reader implements AttachmentSink {
  readonly seen: Array<Seen> = []
  readonly calls: Array<number> = []
  viewersSeen: Viewers | undefined
  attachment: Attachment | undefined
  /** Acknowledges everything at once unless it is told not to. */
  acknowledging = true
  readonly #watch = new Watch()

  readonly events = (records: ReadonlyArray<Uint8Array>, last: number): void => {
    this.calls.push(records.length)
    for (const bytes of records) {
      const view = readRecord(bytes, 0)
      this.seen.push({ kind: "event", event: decodeRecord(view), bytes: view.kind === 2 ? view.body : undefined })
    }
    if (this.acknowledging) setImmediate(() => this.attachment?.acknowledge(last))
    this.#watch.wake()
  }
  readonly snapshot = (seq: number, head: SnapshotHead, screen: Uint8Array): void => {
    this.seen.push({ kind: "snapshot", seq, head, screen: Buffer.from(screen).toString() })
    this.#watch.wake()
  }
  readonly synced = (seq: number): void => {
    this.seen.push({ kind: "synced", seq })
    this.#watch.wake()
  }
  readonly viewers = (viewers: Viewers): void => {
    this.viewersSeen = viewers
    this.#watch.wake()
  }
  readonly detached = (reason: string): void => {
    this.seen.push({ kind: "detached", reason })
    this.#watch.wake()
  }

  /** Events only. */
  get list(): ReadonlyArray<Event> {
    return this.seen.flatMap((one) => (one.kind === "event" ? [one.event] : []))
  }

  /** All output as text. */
  get text(): string {
    return Buffer.concat(
      this.seen.flatMap((one) => (one.kind === "event" && one.bytes !== undefined ? [one.bytes] : [])),
    ).toString()
  }

  /** Waits, bounded, until `condition` holds. */
  until(what: string, condition: (reader: this) => boolean, milliseconds = 10_000): Promise<void> {
    const seen = (): string => `seen: ${JSON.stringify(this.seen.slice(-5)).slice(0, 1000)}`
    return this.#watch.until(what, () => condition(this), milliseconds, seen)
  }

  /** Throws when an event is missing, doubled or out of order, counting from `after` or the last snapshot. */
  checkDense(after: number): void {
    let last = after
    for (const one of this.seen) {
      if (one.kind === "snapshot") last = one.seq
      if (one.kind !== "event") continue
      if ((one.event.from ?? one.event.seq) !== last + 1) throw new Error(`event ${one.event.seq} came after ${last}`)
      last = one.event.seq
    }
  }
}

/** Attaches a reader and starts it. */
export async function attachReader(
  house: House,
  request: Partial<AttachRequest> & { readonly session: string },
  reader = new Reader(),
): Promise<Reader> {
  reader.attachment = await house.run(
    house.hub.attach({ mode: "viewer", client: "reader-client", name: "reader", ...request }, reader, OWNER),
  )
  reader.attachment.start()
  return reader
}

/** Creates a terminal. */
export function createTerminal(house: House, request: Partial<CreateSession> = {}): Promise<Session> {
  return house.run(Effect.map(house.hub.create({ kind: "terminal", ...request }, OWNER), ({ session }) => session))
}
