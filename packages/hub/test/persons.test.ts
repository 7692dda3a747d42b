import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { EMPTY_LAYOUT } from "@holdfast/core/layout/tree"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { FORGET_STEP, type People } from "@holdfast/store/People"
import { Store, StoreFull } from "@holdfast/store/Store"
import { eventually } from "@holdfast/testkit/eventually"
import { createTerminal, type House, openHouse, OWNER, testDirectory } from "@holdfast/testkit/hub/hub-house"
import { type Caller, performed } from "../src/Hub.ts"
import { makeFork } from "../src/session/Fork.ts"
import { Persons } from "../src/sessions/Persons.ts"

const ANNA: Caller = { name: "anna", credential: "anna-token", scope: "all" }
const BEN: Caller = { name: "ben", credential: "ben-token", scope: "all" }
/** A device of the owner's, which has a token of its own and is no person. */
const PHONE: Caller = { name: "Phone", credential: "phone-token", scope: "write", holder: "owner" }
const LAYOUT = JSON.parse(JSON.stringify(EMPTY_LAYOUT))

/** A store whose steps for people can be made to wait or to fail. */
class Gate {
  free: Promise<void> | undefined
  /** The last put that waited. */
  put: Promise<unknown> | undefined
  failures = 0
  waiting = 0

  layer(inner: Layer.Layer<Store, unknown>): Layer.Layer<Store, never> {
    const gated = Effect.map(Store, (store) => {
      const later = <A, E>(put: Effect.Effect<A, E>): Effect.Effect<A, E> =>
        Effect.suspend(() => {
          const { free } = this
          if (free === undefined) return put
          this.waiting++
          // What was handed to the store is put, whoever still waits for it.
          const done = free.then(() => Effect.runPromise(Effect.exit(put)))
          this.put = done
          return Effect.flatMap(
            Effect.promise(() => done),
            (exit) => exit,
          )
        })
      const people: Partial<People> = {
        putDocument: (request) => later(store.putDocument(request)),
        putSeen: (...mark) => later(store.putSeen(...mark)),
        forgetPerson: (person) =>
          Effect.suspend(() =>
            this.failures-- > 0 ? Effect.fail(new StoreFull({ message: "no space left on device" })) : store.forgetPerson(person),
          ),
      }
      return Store.of({ ...store, ...people })
    })
    return Layer.provide(Layer.effect(Store, gated), Layer.orDie(inner))
  }
}

describe.each(["memory", "sqlite"])("persons, %s", (kind) => {
  let directory: Awaited<ReturnType<typeof testDirectory>>
  let house: House
  let gate: Gate
  let known: Set<string>
  beforeEach(async () => {
    directory = await testDirectory()
    gate = new Gate()
    const inner = kind === "memory" ? MemoryStore.layer : SqliteStore.layer({ path: `${directory.path}/holdfast.db` })
    house = await openHouse({ directory: directory.path, store: gate.layer(inner) })
    known = new Set(["owner", ANNA.credential, BEN.credential])
  })
  afterEach(async () => {
    await house.close()
    await directory.remove()
  })
  const persons = () => house.run(house.store.persons("", 1000))
  const know = () => house.hub.knowPersons((person) => known.has(person))
  const left = (person: string) => {
    known.delete(person)
    house.hub.forgetPerson(person)
  }
  const draft = (session: string, by: Caller, text = "a draft") => performed(house.hub, "drafts.put", { session, text }, by)
  const keepAll = async (session: string, by: Caller) => {
    await house.run(draft(session, by))
    for (let n = 0; n <= FORGET_STEP.documents; n++)
      await house.run(performed(house.hub, "layouts.put", { client: `client-${n}`, layout: LAYOUT }, by))
    await house.run(performed(house.hub, "seen.set", { session, seq: 1 }, by))
  }

  it("L-12 what a person keeps goes with the person, what others and the owner keep stays, and one who comes again starts with nothing", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    for (const by of [OWNER, ANNA, BEN]) await keepAll(id, by)
    know()
    await house.run(draft(id, PHONE))
    for (const person of ["owner", BEN.credential, PHONE.credential]) house.hub.forgetPerson(person)
    left(ANNA.credential)
    await eventually("she is forgotten", 5000, async () => !(await persons()).includes(ANNA.credential))
    expect(await persons()).toEqual([BEN.credential, "owner"])
    for (const by of [OWNER, BEN]) {
      expect((await house.run(performed(house.hub, "drafts.get", { session: id }, by))).text).toBe("a draft")
      expect((await house.run(performed(house.hub, "layouts.list", {}, by))).layouts).toHaveLength(FORGET_STEP.documents + 1)
      expect((await house.run(performed(house.hub, "sessions.get", { session: id }, by))).seen).toBe(1)
    }
    expect((await house.run(performed(house.hub, "drafts.get", { session: id }, ANNA))).version).toBe(0)
    expect((await house.run(performed(house.hub, "seen.list", {}, ANNA))).marks).toEqual([])
  })

  it("L-12 whose token ended while no hub ran, or while a hub was killed, is forgotten at the start", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    for (let n = 0; n < 250; n++) await house.run(draft(id, { ...ANNA, credential: `visitor-${String(n).padStart(3, "0")}` }))
    await house.run(draft(id, OWNER))
    known.add("visitor-100")
    know()
    await eventually("they are forgotten", 10_000, async () => (await persons()).length === 2)
    expect(await persons()).toEqual(["owner", "visitor-100"])
  })

  it("L-12 a put whose caller goes as the credential ends leaves nothing", async () => {
    await createTerminal(house, { command: "/bin/cat" })
    know()
    const free = Promise.withResolvers<void>()
    gate.free = free.promise
    const unheard = house.hub.perform("layouts.put", { client: "client-1", layout: LAYOUT }, ANNA, () => {})
    await eventually("it is under way", 5000, () => gate.waiting === 1)
    left(ANNA.credential)
    unheard?.interruptUnsafe()
    gate.free = undefined
    free.resolve()
    await gate.put
    await eventually("nothing is left", 5000, async () => (await persons()).length === 0)
  })

  it("L-12 a put that races with the end is refused and leaves nothing", async () => {
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    know()
    await house.run(draft(id, ANNA))
    const free = Promise.withResolvers<void>()
    gate.free = free.promise
    const asked = [
      house.run(Effect.flip(draft(id, ANNA))),
      house.run(Effect.flip(performed(house.hub, "layouts.put", { client: "client-1", layout: LAYOUT }, ANNA))),
      house.run(Effect.flip(performed(house.hub, "seen.set", { session: id, seq: 1 }, ANNA))),
    ]
    const bens = house.run(draft(id, BEN))
    await eventually("all are under way", 5000, () => gate.waiting === 4)
    left(ANNA.credential)
    await eventually("she is forgotten", 5000, async () => (await persons()).length === 0)
    gate.free = undefined
    free.resolve()
    expect((await Promise.all(asked)).map(({ _tag }) => _tag)).toEqual(["Unauthorized", "Unauthorized", "Unauthorized"])
    await bens
    await eventually("she is forgotten again", 5000, async () => (await persons()).join() === BEN.credential)
    // Many at once, in any order with the end.
    const many = Array.from({ length: 40 }, (_, n) =>
      house.run(Effect.exit(performed(house.hub, "layouts.put", { client: `client-${n}`, layout: LAYOUT }, BEN))),
    )
    left(BEN.credential)
    await Promise.all(many)
    await eventually("nothing of it is left", 5000, async () => (await persons()).length === 0)
  })

  it("L-12 what the store refuses to forget is reported and tried again", async () => {
    const reports: Array<string> = []
    const report = (message: string) => void reports.push(message)
    const { id } = await createTerminal(house, { command: "/bin/cat" })
    for (const by of [OWNER, ANNA]) await keepAll(id, by)
    const all = new Persons({ store: house.store, fork: await Effect.runPromise(makeFork), report, again: 20 })
    gate.failures = 3
    all.know((person) => known.has(person))
    known.delete(ANNA.credential)
    all.forget(ANNA.credential)
    await eventually("she is forgotten", 5000, async () => (await persons()).join() === "owner")
    expect(reports).toEqual(Array.from({ length: 3 }, () => "what was kept of a person who is gone could not be removed"))
    all.close()
    known.delete("owner")
    all.forget("owner")
    expect(await persons()).toEqual(["owner"])
  })
})
