/**
 * A hub in this process for tests against a model: its runners are scripted, its store may be opened again.
 */
import { scriptedCatalog } from "@holdfast/agents/catalog/scripted-catalog"
import { hubParts } from "@holdfast/server/inside/hub-parts"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { layer as hubLayer } from "@holdfast/hub/layer"
import { Runners } from "@holdfast/hub/child/Runners"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import { resolveSettings } from "@holdfast/protocol/settings"
import { layer as memoryLayer } from "@holdfast/store/memory/MemoryStore"
import { layer as sqliteLayer } from "@holdfast/store/sqlite/SqliteStore"
import { Store } from "@holdfast/store/Store"
import { agentCalls, type AgentCalls, hubCalls, type HubCalls } from "./hub/hub-calls.ts"
import { ScriptedRunners } from "./simulator/scripted-runners.ts"
import { randomFrom } from "./sizes.ts"

/** Whoever asks in these tests. */
export const owner: Principal = { name: "owner", credential: "owner", scope: "all" }

/** What is asked of a running hub. */
export interface Doors {
  readonly hub: HubCalls
  readonly agents: AgentCalls
}

/** A hub whose runners are scripted, over a store that may be opened again. */
export class World {
  readonly #open: (scope: Scope.Closeable) => Promise<Store["Service"]>
  readonly #lasts: boolean
  readonly #runners = new ScriptedRunners(randomFrom(1), undefined)
  #store: { readonly service: Store["Service"]; readonly scope: Scope.Closeable } | undefined
  #scope: Scope.Closeable | undefined

  constructor(layer: Layer.Layer<Store, unknown>, lasts: boolean) {
    this.#open = async (scope) => Context.get(await Effect.runPromise(Layer.buildWithScope(layer, scope)), Store)
    this.#lasts = lasts
  }

  async start(): Promise<Doors> {
    if (this.#store === undefined) {
      const scope = Scope.makeUnsafe()
      this.#store = { service: await this.#open(scope), scope }
    }
    this.#scope = Scope.makeUnsafe()
    const settings = resolveSettings({}, {}, { idleUnload: 1000, catchUpChunk: 4096 }).values
    const wired = hubLayer({
      ...hubParts(),
      agents: scriptedCatalog,
      settings,
      defaults: { env: { PATH: "/bin:/usr/bin" }, home: "/" },
      data: "/",
    }).pipe(Layer.provide([Layer.succeed(Store, this.#store.service), Layer.succeed(Runners, this.#runners.service())]))
    const context = await Effect.runPromise(Layer.buildWithScope(wired, this.#scope))
    const hub = Context.get(context, Hub)
    return { hub: { ...hub, ...hubCalls(hub) }, agents: agentCalls(hub) }
  }

  async stop(whole: boolean): Promise<void> {
    if (this.#scope !== undefined) await Effect.runPromise(Scope.close(this.#scope, Exit.void))
    this.#scope = undefined
    if ((whole || this.#lasts) && this.#store !== undefined) {
      await Effect.runPromise(Scope.close(this.#store.scope, Exit.void))
      this.#store = undefined
    }
  }
}

/** Reads a session from a cursor over an attachment, until it is synced. */
export async function attachFrom(hub: Hub["Service"], id: string, after: number): Promise<ReadonlyArray<string>> {
  const seen: Array<string> = []
  let last = after
  const synced = Promise.withResolvers<number>()
  const attachment = await Effect.runPromise(
    hub.attach(
      { session: id, after, mode: "viewer", client: "model-client", name: "model" },
      {
        events: (records) => {
          for (const bytes of records) {
            const record = readRecord(bytes, 0)
            if (record.from !== last + 1) synced.reject(new Error(`${last} is followed by ${record.from}`))
            last = record.seq
            seen.push(lineOf(decodeRecord(record)))
          }
        },
        snapshot: (_, head) => synced.reject(new Error(`a snapshot (${head.reason}) for cursor ${after}`)),
        synced: (seq) => synced.resolve(seq),
        viewers: () => {},
        detached: (reason) => synced.reject(new Error(reason)),
      },
      owner,
    ),
  )
  attachment.start()
  const at = await synced.promise
  attachment.detach()
  if (at !== last) throw new Error(`synced at ${at} after ${last}`)
  return seen
}

/** An event in one line: its seq, its type and what it says. */
const lineOf = ({ seq, type, data }: { readonly seq: number; readonly type: string; readonly data: unknown }): string => {
  const { text, label, pinned } = data as { readonly text?: string; readonly label?: string; readonly pinned?: boolean }
  return `${seq} ${type} ${text ?? (type === "renamed" ? label : pinned) ?? ""}`
}

/** The stores a hub can have. */
export const STORES = ["memory", "sqlite"] as const

/** Runs `body` with a new world on a store of this name; nothing is left of it. */
export async function inWorld(name: (typeof STORES)[number], body: (world: World) => Promise<void>): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "holdfast-model-"))
  const world =
    name === "memory" ? new World(memoryLayer, false) : new World(sqliteLayer({ path: join(directory, "model.db") }), true)
  try {
    await body(world)
  } finally {
    await world.stop(true)
    rmSync(directory, { recursive: true, force: true })
  }
}
