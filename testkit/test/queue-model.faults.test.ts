/**
 * check:O1 with messages: a whole hub against a small model of a session's queue, on every store, through restarts.
 *
 * A person holds the queue, so that every message stays where the model can see it.
 */
import fc from "fast-check"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "vitest"
import type { SendMode } from "@holdfast/protocol/agent/message"
import { seedOf, sized } from "../src/sizes.ts"
import { attachFrom, inWorld, owner, STORES, type World } from "../src/World.ts"

type Command =
  | { readonly _tag: "Send"; readonly key: number; readonly text: string; readonly mode: SendMode }
  | { readonly _tag: "Edit"; readonly place: number; readonly text: string }
  | { readonly _tag: "Remove"; readonly place: number }
  | { readonly _tag: "Reorder"; readonly place: number; readonly stale: boolean }
  | { readonly _tag: "Interrupt" | "Hold" | "Restart" }
  | { readonly _tag: "Attach"; readonly share: number }

const place = fc.nat(8)
const text = fc.constantFrom("a", "b", "c")
const mode = fc.constantFrom<SendMode>("queue", "queue", "steer", "interrupt", "reject")
const commands = fc.array(
  fc.oneof(
    { weight: 10, arbitrary: fc.record({ _tag: fc.constant("Send" as const), key: fc.nat(20), text, mode }) },
    { weight: 5, arbitrary: fc.record({ _tag: fc.constant("Edit" as const), place, text }) },
    { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Remove" as const), place }) },
    { weight: 4, arbitrary: fc.record({ _tag: fc.constant("Reorder" as const), place, stale: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ _tag: fc.constantFrom("Interrupt" as const, "Hold" as const) }) },
    { weight: 1, arbitrary: fc.record({ _tag: fc.constant("Restart" as const) }) },
    {
      weight: 5,
      arbitrary: fc.record({ _tag: fc.constant("Attach" as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
    },
  ),
  { minLength: 50, maxLength: 50 },
)

interface Waiting {
  readonly id: string
  readonly text: string
}

/** What the model knows: the queue in its order, the log as `seq type` lines, and the first answer to each key. */
class Model {
  queue: ReadonlyArray<Waiting> = []
  readonly log: Array<string> = []
  readonly keys = new Map<number, { readonly body: string; readonly answer: unknown }>()
  /** A message that waited once, and does no more. */
  gone = "01890000-0000-7000-8000-000000000000"

  append(type: string): number {
    return this.log.push(`${this.log.length + 1} ${type} `)
  }

  at(place: number): Waiting | undefined {
    return this.queue.length === 0 ? undefined : this.queue[place % this.queue.length]
  }
}

const outcomeOf = <A>(effect: Effect.Effect<A, { readonly _tag: string }>): Promise<A | string> =>
  Effect.runPromise(Effect.match(effect, { onFailure: (error): A | string => error._tag, onSuccess: (value) => value }))

async function check(world: World, list: ReadonlyArray<Command>): Promise<void> {
  let { hub, agents } = await world.start()
  const model = new Model()
  const { session } = await Effect.runPromise(hub.create({ kind: "agent", agent: "scripted", cwd: "/", label: "q" }, owner))
  const { id } = session
  model.append("created")
  await Effect.runPromise(agents.hold(id, owner))
  model.append("held")

  for (const command of list) {
    switch (command._tag) {
      case "Send": {
        const { key, mode, text } = command
        const known = model.keys.get(key)
        const answer = await outcomeOf(agents.send(id, { text, mode, key: `m${key}` }, owner))
        const body = `${mode} ${text}`
        if (known !== undefined) expect(answer).toEqual(known.body === body ? known.answer : "KeyConflict")
        else {
          expect(answer).toMatchObject({ status: "queued", seq: model.append("added") })
          const item = { id: (answer as { readonly messageId: string }).messageId, text }
          model.queue = mode === "interrupt" ? [item, ...model.queue] : [...model.queue, item]
          model.keys.set(key, { body, answer })
        }
        break
      }
      case "Edit": {
        const item = model.at(command.place)
        const changes = item !== undefined && item.text !== command.text
        const answer = await outcomeOf(agents.edit(id, item?.id ?? model.gone, { text: command.text }, owner))
        if (item === undefined) expect(answer).toBe("MessageNotQueued")
        else expect(answer).toMatchObject({ changed: changes })
        if (changes) {
          model.append("edited")
          model.queue = model.queue.map((each) => (each === item ? { ...item, text: command.text } : each))
        }
        break
      }
      case "Remove": {
        const item = model.at(command.place)
        const answer = await outcomeOf(agents.unqueue(id, item?.id ?? model.gone, owner))
        if (item === undefined) expect(answer).toBe("MessageNotQueued")
        else {
          expect(answer).toMatchObject({ changed: true })
          model.append("removed")
          model.queue = model.queue.filter((each) => each !== item)
          model.gone = item.id
        }
        break
      }
      case "Reorder": {
        const by = model.queue.length === 0 ? 0 : command.place % model.queue.length
        const turned = [...model.queue.slice(by), ...model.queue.slice(0, by)]
        const order = [...turned.map((item) => item.id), ...(command.stale ? [model.gone] : [])]
        const answer = await outcomeOf(agents.reorder(id, order, owner))
        if (command.stale) expect(answer).toBe("SessionNotReady")
        else {
          expect(answer).toMatchObject({ changed: by > 0 })
          if (by > 0) model.append("reordered")
          model.queue = turned
        }
        break
      }
      case "Interrupt":
        expect(await outcomeOf(agents.interrupt(id, owner))).toEqual({ interrupted: false })
        break
      case "Hold":
        expect(await outcomeOf(agents.hold(id, owner))).toMatchObject({ changed: false })
        break
      case "Restart":
        await world.stop(false)
        ;({ hub, agents } = await world.start())
        break
      case "Attach": {
        const after = Math.floor(command.share * model.log.length)
        expect(await attachFrom(hub, id, after)).toEqual(model.log.slice(after))
      }
    }
    const record = await Effect.runPromise(hub.get(id))
    const queue = record.queue.map((item) => ({
      id: item.id,
      text: item.parts.map((part) => (part.type === "text" ? part.text : "")).join(""),
    }))
    expect(queue).toEqual(model.queue)
    expect([record.lastSeq, record.turn.status, record.agent?.hold?.reason]).toEqual([model.log.length, "idle", "person"])
  }
}

describe("a queue and its model", () => {
  it.each(STORES)("check:O1 Q-1 Q-4 Q-7 Q-10 never differ, on the %s store", async (name) => {
    const runs = sized({ short: 10, ci: 200, long: 1000 })
    await fc.assert(
      fc.asyncProperty(commands, (list) => inWorld(name, (world) => check(world, list))),
      { numRuns: runs, seed: seedOf(`check:O1 messages, ${name}`), endOnFailure: true },
    )
    process.stdout.write(`check:O1 messages: ${runs} runs of 50 commands on the ${name} store, 0 divergences\n`)
  })
})
