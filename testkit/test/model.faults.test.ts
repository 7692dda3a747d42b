/**
 * check:O1: a whole hub against a small model of it, on every store, through restarts.
 */
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { HubCalls } from "../src/hub/hub-calls.ts"
import { eventually } from "../src/eventually.ts"
import { seedOf, sized } from "../src/sizes.ts"
import { attachFrom, inWorld, owner, STORES, type World } from "../src/World.ts"

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
  /** Its process has ended, as it does when the session is deleted. */
  ended: boolean
}

const tagOf = async (effect: Effect.Effect<unknown, { readonly _tag: string }>): Promise<string> =>
  Effect.runPromise(Effect.match(effect, { onFailure: (error) => error._tag, onSuccess: () => "ok" }))

function append(model: Modelled, type: string, text: string | boolean = ""): number {
  model.log.push(`${model.log.length + 1} ${type} ${text}`)
  return model.log.length
}

type Known = Map<number, Modelled>

/** Creates a session, or asks for one that was created with the same key. */
async function create(hub: HubCalls, sessions: Array<Modelled>, created: Known, key: number): Promise<void> {
  const known = created.get(key)
  const request = { kind: "terminal", command: "/bin/sh", cwd: "/", label: `l${key}`, key: `c${key}` } as const
  if (known?.status === "deleted") return expect(await tagOf(hub.create(request, owner))).toBe("SessionDeleted")
  const made = await Effect.runPromise(hub.create(request, owner))
  expect(made.created).toBe(known === undefined)
  if (known !== undefined) return expect(made.session.id).toBe(known.id)
  const model: Modelled = {
    id: made.session.id,
    log: ["1 created ", "2 started "],
    keys: new Map(),
    label: `l${key}`,
    pinned: false,
    status: "active",
    ended: false,
  }
  created.set(key, model)
  sessions.push(model)
}

type MarkCommand = Extract<Command, { readonly _tag: "Mark" }>
type UpdateCommand = Extract<Command, { readonly _tag: "Rename" | "Pin" }>

async function mark(hub: HubCalls, model: Modelled, command: MarkCommand): Promise<void> {
  const known = model.keys.get(command.key)
  const effect = hub.mark(model.id, { text: command.text, key: `m${command.key}` }, owner)
  if (known !== undefined && known.text !== command.text) return expect(await tagOf(effect)).toBe("KeyConflict")
  if (known !== undefined) return expect((await Effect.runPromise(effect)).seq).toBe(known.seq)
  if (model.status === "deleted") return expect(await tagOf(effect)).toBe("SessionNotReady")
  const seq = append(model, "marked", command.text)
  expect((await Effect.runPromise(effect)).seq).toBe(seq)
  model.keys.set(command.key, { text: command.text, seq })
}

async function update(hub: HubCalls, model: Modelled, command: UpdateCommand): Promise<void> {
  const patch = command._tag === "Rename" ? { label: command.label } : { pinned: command.pinned }
  const effect = hub.update(model.id, patch, owner)
  if (model.status === "deleted") return expect(await tagOf(effect)).toBe("SessionNotReady")
  const changed = command._tag === "Rename" ? command.label !== model.label : command.pinned !== model.pinned
  if (changed && command._tag === "Rename") append(model, "renamed", command.label)
  if (changed && command._tag === "Pin") append(model, "pinned", command.pinned)
  if (command._tag === "Rename") model.label = command.label
  else model.pinned = command.pinned
  expect((await Effect.runPromise(effect)).changed).toBe(changed)
}

async function remove(hub: HubCalls, model: Modelled): Promise<void> {
  if (model.status !== "deleted") append(model, "deleted")
  model.status = "deleted"
  await Effect.runPromise(hub.remove(model.id, undefined, owner))
  if (model.ended) return
  await eventually("the process of a deleted session ends", 10_000, async () => {
    const { process } = await Effect.runPromise(hub.get(model.id))
    return process === "exited"
  })
  append(model, "exit")
  model.ended = true
}

type OnSession = Exclude<Command, { readonly _tag: "Create" | "List" | "Restart" }>

/** Does to a session and to its model what a command says. */
async function perform(hub: HubCalls, model: Modelled, command: OnSession): Promise<void> {
  switch (command._tag) {
    case "Mark":
      return mark(hub, model, command)
    case "Rename":
    case "Pin":
      return update(hub, model, command)
    case "Archive":
      if (model.status === "deleted") return expect(await tagOf(hub.archive(model.id, undefined, owner))).toBe("SessionNotReady")
      if (model.status === "active") append(model, "archived")
      model.status = "archived"
      return void (await Effect.runPromise(hub.archive(model.id, undefined, owner)))
    case "Restore":
      if (model.status !== "active") append(model, "restored")
      model.status = "active"
      return void (await Effect.runPromise(hub.restore(model.id, undefined, owner)))
    case "Delete":
      return remove(hub, model)
    case "Attach": {
      const after = Math.floor(command.share * model.log.length)
      expect(await attachFrom(hub, model.id, after)).toEqual(model.log.slice(after))
    }
  }
}

async function check(world: World, list: ReadonlyArray<Command>): Promise<void> {
  let { hub } = await world.start()
  const sessions: Array<Modelled> = []
  const created: Known = new Map()
  for (const command of list) {
    if (command._tag === "Restart") {
      await world.stop(false)
      hub = (await world.start()).hub
      continue
    }
    if (command._tag === "Create") {
      await create(hub, sessions, created, command.key)
      continue
    }
    if (command._tag === "List") {
      const page = await Effect.runPromise(hub.list({ status: "all" }))
      const live = sessions.filter(({ status }) => status !== "deleted")
      expect(page.total).toBe(live.length)
      expect(page.sessions.map(({ id }) => id).sort()).toEqual(live.map(({ id }) => id).sort())
      continue
    }
    const model = sessions[command.session]
    if (model === undefined) continue
    await perform(hub, model, command)
    const record = await Effect.runPromise(hub.get(model.id))
    expect([record.label, record.pinned, record.status, record.lastSeq]).toEqual([
      model.label,
      model.pinned,
      model.status,
      model.log.length,
    ])
  }
}

describe("a hub and its model", () => {
  it.each(STORES)("check:O1 E-1 D-2 S-6 H-4 never differ, on the %s store", async (name) => {
    const runs = sized({ short: 10, ci: 200, long: 1000 })
    await fc.assert(
      fc.asyncProperty(commands, async (list) => {
        await inWorld(name, (world) => check(world, list))
      }),
      { numRuns: runs, seed: seedOf(`check:O1 ${name}`), endOnFailure: true },
    )
    process.stdout.write(`check:O1 ${runs} runs of 50 commands on the ${name} store, 0 divergences\n`)
  })
})
