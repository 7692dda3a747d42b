/** Notifications over the memory store, with a push service on loopback. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import { generateKeyPairSync } from "node:crypto"
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest"
import type { Principal } from "@holdfast/hub/Hub"
import { sampleEvents, sampleId, sampleState } from "@holdfast/store/contract/sample"
import * as MemoryStore from "@holdfast/store/memory/MemoryStore"
import { Store } from "@holdfast/store/Store"
import { eventually } from "@holdfast/testkit/eventually"
import { type PushService, startPushService } from "@holdfast/testkit/push-service"
import { Devices } from "../src/Devices.ts"
import { HubKey } from "../src/HubKey.ts"
import { Teller } from "../src/Teller.ts"

/** The owner, and a token. */
export const OWNER: Principal = { name: "owner", credential: "owner-1", holder: "owner", scope: "all" }
export const TOKEN: Principal = { name: "ci", credential: "t1", scope: "all" }

/** What the tests of a file share: a push service, and what is made for each test. */
class Shared {
  service!: PushService
  store!: Store["Service"]
  /** Credentials that are not in force any more. */
  readonly ended = new Set<string>()
  readonly reports: Array<string> = []
}

/** It is there within tests. */
export const push = new Shared()
let scope: Scope.Closeable
/** The hub's key. */
export const key = new HubKey(generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey, "https://example.org")

/** Makes it for the tests of a file. */
export function startPush(): void {
  beforeAll(async () => {
    push.service = await startPushService()
  })
  afterAll(() => push.service.stop())
  beforeEach(async () => {
    scope = Scope.makeUnsafe()
    push.store = Context.get(await Effect.runPromise(Layer.buildWithScope(MemoryStore.layer, scope)), Store)
    push.reports.length = 0
    push.ended.clear()
    push.service.answer((_, response) => void response.writeHead(201).end())
  })
  afterEach(() => Effect.runPromise(Scope.close(scope, Exit.void)))
}

/** What a hub has; `schedule` and `lookFor` are those of a test. */
export async function begin(
  schedule: ReadonlyArray<number> = [0.02, 0.02],
  persons: ReadonlyArray<string> = ["owner", "t1", "t2"],
) {
  const { ended, reports, service, store } = push
  const parts = { store, run: Effect.runPromise, now: Date.now, report: (message: string) => void reports.push(message) }
  const devices: Devices = new Devices({
    ...parts,
    key: () => Promise.resolve(key),
    schedule,
    timeout: 2000,
    isKnown: (person) => persons.includes(person),
    isInForce: ({ browser, credential }) => !ended.has(browser ?? credential),
    changed: (isAny) => teller.switch(isAny),
  })
  const teller = new Teller({ ...parts, lookFor: 30, devices: () => devices.byPerson })
  await Effect.runPromise(devices.load)
  const put = async (path: string, by: Principal, more: object = {}) => {
    const subscription = await service.device(path)
    return Effect.runPromise(devices.put(path.slice(1).padEnd(8, "x"), { ...subscription, allowPrivate: true, ...more }, by))
  }
  return {
    devices,
    put,
    stop: () => {
      teller.stop()
      devices.close()
    },
  }
}

/** A permission request as a record has it. */
export function request(seq: number, decision?: object) {
  return {
    ...{ id: `r${seq}`, kind: "tool", tool: "bash", title: "Run a command?", subject: "npm test", options: [], inputBytes: 2 },
    ...{ seq, askedAt: Date.now() },
    ...(decision === undefined ? {} : { decision }),
  }
}

let sessions = 0
/** Something more happens in a session. */
export async function happensThen(id: string, seq: number, name: string, change: object): Promise<void> {
  const { store } = push
  const { epoch, session } = await Effect.runPromise(store.claim(id))
  const record = { ...(JSON.parse(sampleState(id).record) as object), label: "again", ...change }
  const state = { ...sampleState(id), record: JSON.stringify(record) }
  await new Promise((done) =>
    store.append({ session, epoch, records: sampleEvents(seq, seq), state, notes: [{ seq, name }] }, done),
  )
}

/** A session as it is after an event was noted. */
export async function happens(name: string, change: object, seq = 1): Promise<string> {
  const id = sampleId(++sessions)
  const record = { ...(JSON.parse(sampleState(id).record) as object), label: `session ${sessions}`, ...change }
  const state = { ...sampleState(id), record: JSON.stringify(record) }
  await Effect.runPromise(push.store.create({ id, records: sampleEvents(1, seq), state, notes: [{ seq, name }] }))
  return id
}

/** News as a record has them. */
export function news(what: "finished" | "failed", seq = 1, time = Date.now()) {
  return { news: { seq, time, what } }
}
/** What was pushed to a device. */
export function sentTo(path: string) {
  return push.service.pushed.filter((one) => one.path === path).map(({ notice }) => notice)
}
/** Waits until a device has notifications. */
export function told(path: string, count = 1) {
  return eventually(`${path} has notifications`, 5000, () => sentTo(path).length >= count)
}
