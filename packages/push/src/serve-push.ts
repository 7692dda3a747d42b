/** Notifications as a part of a hub: their operations, and what sends them for as long as the scope is open. */
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type { DoorError } from "@holdfast/protocol/errors"
import type { PushName } from "@holdfast/protocol/operations"
import { type Caller, type Done, type Handlers, Hub, type Running } from "@holdfast/hub/Hub"
import { reportTo, type Telemetry } from "@holdfast/hub/Telemetry"
import { Store } from "@holdfast/store/Store"
import { Devices, type DevicesParts } from "./Devices.ts"
import { HubKey, readOrMakeKey } from "./HubKey.ts"
import { LOOK_FOR, Teller } from "./Teller.ts"

/** Seconds until each further try. */
const SCHEDULE = [5, 30, 120, 600]

/** Milliseconds that a push service has for one request. */
const TIMEOUT = 15_000

/** What is taken of the hub's wiring. */
export interface PushOptions {
  /** Data directory, where the hub's key is kept. */
  readonly data: string
  /** Address of the hub, if people on the internet can reach it, for who runs a push service. */
  readonly contact: string
  /** Whether there is still such a person. */
  readonly isKnown: (person: string) => boolean
  /** Whether a credential is in force, or the key of a browser. */
  readonly isInForce: DevicesParts["isInForce"]
  readonly telemetry: Telemetry
  /** Milliseconds in which pages say what they show. */
  readonly lookFor?: number
}

/** Notifications of a hub. */
export interface Push {
  /** A person is not there any more. */
  readonly dropPerson: (person: string) => Effect.Effect<void>
  /** The key of a browser has ended. */
  readonly dropBrowser: (browser: string) => Effect.Effect<void>
}

/** Adds them to the hub. Fails when the store cannot be read. */
export const servePush = Effect.fnUntraced(function* (options: PushOptions) {
  const { data, contact, isKnown, isInForce, telemetry, lookFor = LOOK_FOR } = options
  const store = yield* Store
  const hub = yield* Hub
  const context = yield* Effect.context<never>()
  const fork = Effect.runForkWith(context)
  const [run, report, now] = [Effect.runPromiseWith(context), reportTo(telemetry), Date.now]
  let key: Promise<HubKey> | undefined
  const hubKey = (): Promise<HubKey> => {
    key ??= readOrMakeKey(join(data, "push-key.pem")).then((made) => new HubKey(made, contact))
    // A disk that was full may have room the next time.
    key.catch(() => (key = undefined))
    return key
  }
  const changed = (isAny: boolean): void => teller.switch(isAny)
  const devices: Devices = new Devices({
    store,
    run,
    report,
    now,
    isKnown,
    isInForce,
    changed,
    key: hubKey,
    schedule: SCHEDULE,
    timeout: TIMEOUT,
  })
  const teller = new Teller({ store, run, report, now, lookFor, devices: () => devices.byPerson })
  const does =
    <I, A>(operation: (input: I, by: Caller) => Effect.Effect<A, DoorError>) =>
    (input: I, by: Caller, done: Done<A>): Running => {
      const fiber = fork(operation(input, by))
      fiber.addObserver(done)
      return fiber
    }
  const handlers: Handlers<PushName> = {
    "push.list": does((_, by) => devices.list(by)),
    "push.put": does(({ client, ...request }, by) => devices.put(client, request, by)),
    "push.remove": does(({ client }, by) => devices.remove(client, by)),
    "push.test": does(({ client }, by) => devices.test(client, by)),
  }
  hub.serve(handlers)
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      teller.stop()
      devices.close()
    }),
  )
  yield* devices.load
  return {
    dropPerson: (person) => devices.dropPerson(person),
    dropBrowser: (browser) => devices.dropBrowser(browser),
  } satisfies Push
})
