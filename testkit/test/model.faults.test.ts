/**
 * O1: a whole hub against a small model of it, on every store, through restarts.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { afterEach, describe, expect, it } from "vitest"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { layer as hubLayer } from "@holdfast/hub/live/layer"
import { Runners } from "@holdfast/hub/runners/Runners"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import { resolveSettings } from "@holdfast/protocol/settings"
import { layer as memoryLayer } from "@holdfast/store/memory/MemoryStore"
import { layer as sqliteLayer } from "@holdfast/store/sqlite/SqliteStore"
import { Store } from "@holdfast/store/Store"
import { ScriptedRunners } from "../src/simulator/scripted-runners.ts"
import { randomFrom, seedOf, sized } from "../src/sizes.ts"

const owner: Principal = { name: "owner", credential: "owner", scope: "all" }

type Command =
  | { readonly _tag: "Create"; readonly key: number }
  | { readonly _tag: "Mark"; readonly session: number; readonly key: number; readonly text: string }
  | { readonly _tag: "Rename"; readonly session: number; readonly label: string }
  | { readonly _tag: "Pin"; readonly session: number; readonly pinned: boolean }
  | { readonly _tag: "Archive" | "Restore" | "Delete"; readonly session: number }
  | { readonly _tag: "Attach"; readonly session: number; readonly share: number }
  | { readonly _tag: "List" }
  | { readonly _tag: "Restart" }

const session = fc.nat(3)
const commands = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Create" as const), key: fc.nat(3) }) },
    {
      weight: 10,
      arbitrary: fc.record({ _tag: fc.constant("Mark" as const), session, key: fc.nat(12), text: fc.constantFrom("a", "b") }),
    },
    { weight: 3, arbitrary: fc.record({ _tag: fc.constant("Rename" as const), session, label: fc.constantFrom("x", "y", "z") }) },
    { weight: 2, arbitrary: fc.record({ _tag: fc.constant("Pin" as const), session, pinned: fc.boolean() }) },
    {
      weight: 3,
      arbitrary: fc.record({ _tag: fc.constantFrom("Archive" as const, "Restore" as const, "Delete" as const), session }),
    },
    {
      weight: 6,
      arbitrary: fc.record({ _tag: fc.constant("Attach" as const), session, share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    },
    { weight: 2, arbitrary: fc.record({ _tag: fc.constant("List" as const) }) },
    { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Restart" as const) }) },
  ),
  { minLength: 50, maxLength: 50 },
)

/** What the model knows of a session: the log as `type text` lines behind the child's own first events. */
interface Modelled {
  readonly id: string
  readonly log: Array<string>
  readonly keys: Map<number, { readonly text: string; readonly seq: number }>
  label: string
  pinned: boolean
  status: "active" | "archived" | "deleted"
}

/** A hub whose runners are scripted, over a store that may be opened again. */
class World {
  private readonly open: (scope: Scope.Closeable) => Promise<Store["Service"]>
  private readonly lasts: boolean
  private readonly runners = new ScriptedRunners(randomFrom(1), undefined)
  private store: { readonly service: Store["Service"]; readonly scope: Scope.Closeable } | undefined
  private scope: Scope.Closeable | undefined
  hub: Hub["Service"] | undefined

  constructor(layer: Layer.Layer<Store, unknown>, lasts: boolean) {
    this.open = async (scope) => Context.get(await Effect.runPromise(Layer.buildWithScope(layer, scope)), Store)
    this.lasts = lasts
  }

  async start(): Promise<Hub["Service"]> {
    if (this.store === undefined) {
      const scope = Scope.makeUnsafe()
      this.store = { service: await this.open(scope), scope }
    }
    this.scope = Scope.makeUnsafe()
    const settings = resolveSettings({}, {}, { idleUnload: 1000, catchUpChunk: 4096 }).values
    const wired = hubLayer({ settings, defaults: { env: { PATH: "/bin:/usr/bin" }, home: "/" }, data: "/" }).pipe(
      Layer.provide([Layer.succeed(Store, this.store.service), Layer.succeed(Runners, this.runners.service())]),
    )
    this.hub = Context.get(await Effect.runPromise(Layer.buildWithScope(wired, this.scope)), Hub)
    return this.hub
  }

  async stop(whole: boolean): Promise<void> {
    if (this.scope !== undefined) await Effect.runPromise(Scope.close(this.scope, Exit.void))
    this.scope = undefined
    if ((whole || this.lasts) && this.store !== undefined) {
      await Effect.runPromise(Scope.close(this.store.scope, Exit.void))
      this.store = undefined
    }
  }
}

/** Reads a session from a cursor over an attachment, until it is synced. */
async function attachFrom(hub: Hub["Service"], id: string, after: number): Promise<ReadonlyArray<string>> {
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
  expect(at).toBe(last)
  return seen
}

const lineOf = ({ seq, type, data }: { readonly seq: number; readonly type: string; readonly data: unknown }): string => {
  const { text, label, pinned } = data as { readonly text?: string; readonly label?: string; readonly pinned?: boolean }
  return `${seq} ${type} ${text ?? (type === "renamed" ? label : pinned) ?? ""}`
}

async function check(world: World, list: ReadonlyArray<Command>): Promise<void> {
  let hub = await world.start()
  const sessions: Array<Modelled> = []
  const created = new Map<number, Modelled>()
  const append = (model: Modelled, type: string, text: string | boolean = ""): number => {
    model.log.push(`${model.log.length + 1} ${type} ${text}`)
    return model.log.length
  }
  const tagOf = async (effect: Effect.Effect<unknown, { readonly _tag: string }>): Promise<string> =>
    Effect.runPromise(Effect.match(effect, { onFailure: (error) => error._tag, onSuccess: () => "ok" }))

  for (const command of list) {
    if (command._tag === "Restart") {
      await world.stop(false)
      hub = await world.start()
      continue
    }
    if (command._tag === "Create") {
      const known = created.get(command.key)
      const request = {
        kind: "terminal",
        command: "/bin/sh",
        cwd: "/",
        label: `l${command.key}`,
        key: `c${command.key}`,
      } as const
      const made = await Effect.runPromise(hub.create(request, owner))
      expect(made.created).toBe(known === undefined)
      if (known !== undefined) expect(made.session.id).toBe(known.id)
      else {
        const model: Modelled = {
          id: made.session.id,
          log: ["1 created ", "2 started "],
          keys: new Map(),
          label: `l${command.key}`,
          pinned: false,
          status: "active",
        }
        created.set(command.key, model)
        sessions.push(model)
      }
      continue
    }
    if (command._tag === "List") {
      const page = await Effect.runPromise(hub.list({}))
      const live = sessions.filter(({ status }) => status !== "deleted")
      expect(page.total).toBe(live.length)
      expect(page.sessions.map(({ id }) => id).sort()).toEqual(live.map(({ id }) => id).sort())
      continue
    }
    const model = sessions[command.session]
    if (model === undefined) continue
    switch (command._tag) {
      case "Mark": {
        const known = model.keys.get(command.key)
        const effect = hub.mark(model.id, { text: command.text, key: `m${command.key}` }, owner)
        if (known !== undefined && known.text !== command.text) expect(await tagOf(effect)).toBe("KeyConflict")
        else if (known !== undefined) expect((await Effect.runPromise(effect)).seq).toBe(known.seq)
        else if (model.status === "deleted") expect(await tagOf(effect)).toBe("SessionState")
        else {
          const seq = append(model, "marked", command.text)
          expect((await Effect.runPromise(effect)).seq).toBe(seq)
          model.keys.set(command.key, { text: command.text, seq })
        }
        break
      }
      case "Rename":
      case "Pin": {
        const effect = hub.update(
          model.id,
          command._tag === "Rename" ? { label: command.label } : { pinned: command.pinned },
          owner,
        )
        if (model.status === "deleted") {
          expect(await tagOf(effect)).toBe("SessionState")
          break
        }
        const changed = command._tag === "Rename" ? command.label !== model.label : command.pinned !== model.pinned
        if (changed && command._tag === "Rename") append(model, "renamed", command.label)
        if (changed && command._tag === "Pin") append(model, "pinned", command.pinned)
        if (command._tag === "Rename") model.label = command.label
        else model.pinned = command.pinned
        expect((await Effect.runPromise(effect)).changed).toBe(changed)
        break
      }
      case "Archive":
        if (model.status === "deleted") expect(await tagOf(hub.archive(model.id, undefined, owner))).toBe("SessionState")
        else {
          if (model.status === "active") append(model, "archived")
          model.status = "archived"
          await Effect.runPromise(hub.archive(model.id, undefined, owner))
        }
        break
      case "Restore":
        if (model.status !== "active") append(model, "restored")
        model.status = "active"
        await Effect.runPromise(hub.restore(model.id, undefined, owner))
        break
      case "Delete":
        if (model.status !== "deleted") append(model, "deleted")
        model.status = "deleted"
        await Effect.runPromise(hub.remove(model.id, undefined, owner))
        break
      case "Attach": {
        const after = Math.floor(command.share * model.log.length)
        expect(await attachFrom(hub, model.id, after)).toEqual(model.log.slice(after))
      }
    }
    const record = await Effect.runPromise(hub.get(model.id))
    expect([record.label, record.pinned, record.status, record.lastSeq]).toEqual([
      model.label,
      model.pinned,
      model.status,
      model.log.length,
    ])
  }
}

const directories: Array<string> = []
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true })
})

const stores = {
  memory: () => ({ layer: memoryLayer, lasts: false }),
  sqlite: () => {
    const directory = mkdtempSync(join(tmpdir(), "holdfast-model-"))
    directories.push(directory)
    return { layer: sqliteLayer({ path: join(directory, "model.db") }), lasts: true }
  },
}

describe("a hub and its model", () => {
  it.each(["memory", "sqlite"] as const)("O1 E-1 D-2 S-6 H-4 never differ, on the %s store", async (name) => {
    const runs = sized({ short: 10, ci: 200, long: 1000 })
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        const { layer, lasts } = stores[name]()
        const world = new World(layer, lasts)
        try {
          await check(world, list)
        } finally {
          await world.stop(true)
        }
      }),
      { numRuns: runs, seed: seedOf(`O1 ${name}`), endOnFailure: true },
    )
    process.stdout.write(`O1: ${runs} runs of 50 commands on the ${name} store, 0 divergences\n`)
  })
})
