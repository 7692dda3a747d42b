/** The devices of a hub that get notifications: put, listed, tested and removed (docs/protocol/rules.md, PN-1, PN-2). */
import { createECDH } from "node:crypto"
import * as Effect from "effect/Effect"
import { Busy, type DoorError, StorageFull, Unauthorized, Unavailable, Unprocessable } from "@holdfast/protocol/errors"
import {
  PUSH_DEVICES,
  PUSH_REASONS,
  type PushDevice,
  type PushList,
  type PushTested,
  type PutPush,
} from "@holdfast/protocol/push"
import { keeperOf, type Principal } from "@holdfast/hub/Hub"
import type { Store, StoreError } from "@holdfast/store/Store"
import { addressProblem } from "@holdfast/webhooks/addresses"
import { Device, type DeviceParts, type KeptDevice, OLD, serviceOf, type Waiting } from "./Device.ts"

/** What they are made of. */
export interface DevicesParts extends Omit<DeviceParts, "gone" | "keep"> {
  readonly store: Store["Service"]
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => Promise<A>
  /** Whether there is still such a person. */
  readonly isKnown: (person: string) => boolean
  /** Whether a credential is in force, or the key of a browser. */
  readonly isInForce: (principal: Pick<Principal, "browser" | "credential">) => boolean
  /** There is a device, or none any more. */
  readonly changed: (isAny: boolean) => void
}

/** Settings of devices, and of what waits for a further try to one. */
const PLACE = "push/"
const LATE = "push-late/"

/** The devices. */
export class Devices {
  readonly #parts: DevicesParts
  readonly #devices = new Map<string, Device>()
  readonly #deviceParts: DeviceParts

  constructor(parts: DevicesParts) {
    this.#parts = parts
    this.#deviceParts = {
      ...parts,
      gone: ({ kept }) => {
        parts.report("a device is gone from its push service", { client: kept.client, service: serviceOf(kept) })
        void parts.run(Effect.ignore(this.#remove(kept)))
      },
      keep: (device, tag, waiting) => {
        if (this.#devices.get(placeOf(device.kept)) !== device) return Promise.resolve()
        const value = waiting === undefined ? undefined : JSON.stringify(waiting)
        return parts.run(parts.store.putSetting(`${lateOf(device.kept)}${tag}`, value))
      },
    }
  }

  /** Takes them from the store; those of persons and browsers that are not there any more are forgotten, and what waits for a device that is gone. */
  get load(): Effect.Effect<void, StoreError> {
    const { changed, isInForce, isKnown, store } = this.#parts
    return Effect.gen({ self: this }, function* () {
      const late = new Map((yield* store.settings(LATE)).map(({ name, value }) => [name, JSON.parse(value) as Waiting]))
      for (const { name, value } of yield* store.settings(PLACE)) {
        const kept = JSON.parse(value) as KeptDevice
        const { browser, person, token = person } = kept
        const isSignedIn = browser === undefined || isInForce({ browser, credential: token })
        if (isKnown(person) && isKnown(token) && isSignedIn)
          this.#devices.set(name, new Device(kept, this.#deviceParts, this.#takeLate(kept, late)))
        else yield* Effect.ignore(store.putSetting(name, undefined))
      }
      // Where the store refuses, the next start forgets it.
      for (const name of late.keys()) yield* Effect.ignore(store.putSetting(name, undefined))
      changed(this.#devices.size > 0)
    })
  }

  /** Stops sending. */
  close(): void {
    for (const device of this.#devices.values()) device.stop()
  }

  /** All devices by their persons. */
  get byPerson(): ReadonlyMap<string, ReadonlyArray<Device>> {
    return Map.groupBy(this.#devices.values(), ({ kept }) => kept.person)
  }

  /** The caller's. */
  list(by: Principal): Effect.Effect<PushList, DoorError> {
    const devices = this.#of(keeperOf(by)).map(shown)
    const message = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
    return Effect.tryPromise({
      try: async () => ({ key: (await this.#parts.key()).text, devices }),
      catch: (cause) => new Unavailable({ message: message(cause) }),
    })
  }

  /** Takes one of the caller's in, or what changed of it; of too many the oldest goes. */
  put(client: string, request: PutPush, by: Principal): Effect.Effect<PushDevice, DoorError> {
    const { allowPrivate = false, endpoint, keys, name, on = PUSH_REASONS } = request
    const person = keeperOf(by)
    return Effect.gen({ self: this }, function* () {
      const url = endpointOf(endpoint, allowPrivate)
      if (!(url instanceof URL)) return yield* url
      if (allowPrivate && (by.scope !== "all" || by.sessions !== undefined))
        return yield* new Unprocessable({ message: "allowPrivate is for credentials with all rights", field: "allowPrivate" })
      const problem = yield* Effect.promise(() => addressProblem(url, allowPrivate))
      if (problem !== undefined) return yield* new Unprocessable({ message: problem.message, field: "endpoint" })
      if (!isPoint(keys.p256dh)) return yield* new Unprocessable({ message: "p256dh is no point on P-256", field: "keys" })
      const own = this.#of(person).filter(({ kept }) => kept.client !== client)
      const oldest = own.length >= PUSH_DEVICES.person ? own[0] : undefined
      const isOneMore = oldest === undefined && !this.#devices.has(placeOf({ person, client }))
      if (isOneMore && this.#devices.size >= PUSH_DEVICES.hub)
        return yield* new Busy({ message: `there are ${PUSH_DEVICES.hub} devices; remove one first`, retryAfter: 60 })
      const kept: KeptDevice = {
        ...{ person, client, endpoint: url.href, keys, on, allowPrivate, since: this.#parts.now() },
        ...(name === undefined ? {} : { name }),
        ...(person !== by.credential && this.#parts.isKnown(by.credential) ? { token: by.credential } : {}),
        ...(by.browser === undefined ? {} : { browser: by.browser }),
        ...(by.sessions === undefined ? {} : { sessions: [...by.sessions] }),
      }
      const place = placeOf(kept)
      yield* this.#parts.store.putSetting(place, JSON.stringify(kept)).pipe(Effect.mapError(storeError))
      // The person's devices were forgotten when the credential ended: this one is not to outlive it.
      if (!this.#parts.isInForce(by)) {
        yield* this.#remove(kept).pipe(Effect.mapError(storeError))
        return yield* new Unauthorized({ message: "the credential ended meanwhile; sign in again" })
      }
      const waiting = [...(this.#devices.get(place)?.stop() ?? [])].filter(([, { notice }]) => isWanted(on, notice.reason))
      const device = new Device(kept, this.#deviceParts, waiting)
      this.#devices.set(place, device)
      if (oldest !== undefined) yield* this.#remove(oldest.kept).pipe(Effect.mapError(storeError))
      this.#parts.changed(true)
      return shown(device)
    }).pipe(Effect.uninterruptible)
  }

  /** Forgets one of the caller's. */
  remove(client: string, by: Principal): Effect.Effect<{ readonly removed: boolean }, DoorError> {
    const device = this.#devices.get(placeOf({ person: keeperOf(by), client }))
    if (device === undefined) return Effect.succeed({ removed: false })
    return this.#remove(device.kept).pipe(Effect.as({ removed: true }), Effect.mapError(storeError), Effect.uninterruptible)
  }

  /** Sends one of the caller's a notification at once. */
  test(client: string, by: Principal): Effect.Effect<PushTested, DoorError> {
    const device = this.#devices.get(placeOf({ person: keeperOf(by), client }))
    const time = this.#parts.now()
    const notice = { title: "Holdfast", body: "Notifications work.", tag: "test", reason: "test", path: "", time } as const
    return device === undefined
      ? Effect.succeed({ delivered: false, problem: "this device gets no notifications; switch them on there" })
      : Effect.promise(() => device.test(notice))
  }

  /** Forgets all of a person, or of a person's device, that is not there any more. */
  dropPerson(person: string): Effect.Effect<void> {
    return this.#drop(({ kept }) => kept.person === person || kept.token === person)
  }

  /** Forgets that of a browser whose key has ended. */
  dropBrowser(browser: string): Effect.Effect<void> {
    return this.#drop(({ kept }) => kept.browser === browser)
  }

  #drop(isGone: (device: Device) => boolean): Effect.Effect<void> {
    const gone = [...this.#devices.values()].filter(isGone)
    return Effect.forEach(gone, ({ kept }) => Effect.ignore(this.#remove(kept)), { discard: true })
  }

  /** A person's, the oldest first. */
  #of(person: string): ReadonlyArray<Device> {
    return [...this.#devices.values()].filter(({ kept }) => kept.person === person).sort((a, b) => a.kept.since - b.kept.since)
  }

  /** Stopped in memory first: it gets nothing any more, also while the store refuses. */
  #remove(kept: KeptDevice): Effect.Effect<void, StoreError> {
    const place = placeOf(kept)
    this.#devices.get(place)?.stop()
    this.#devices.delete(place)
    this.#parts.changed(this.#devices.size > 0)
    return Effect.andThen(this.#parts.store.putSetting(place, undefined), this.#forgetLate(kept))
  }

  /** What waits for a further try to a device, by its tag, taken out of all that waits; what is history by now is left. */
  #takeLate(kept: KeptDevice, late: Map<string, Waiting>): ReadonlyMap<string, Waiting> {
    const place = lateOf(kept)
    const own = [...late].filter(([name, { notice }]) => name.startsWith(place) && this.#parts.now() - notice.time <= OLD)
    for (const [name] of own) late.delete(name)
    return new Map(own.map(([name, waiting]) => [name.slice(place.length), waiting]))
  }

  #forgetLate(kept: KeptDevice): Effect.Effect<void, StoreError> {
    const { store } = this.#parts
    const forget = ({ name }: { readonly name: string }) => store.putSetting(name, undefined)
    return Effect.flatMap(store.settings(lateOf(kept)), (late) => Effect.forEach(late, forget, { discard: true }))
  }
}

const isWanted = (on: ReadonlyArray<string>, reason: string): boolean => on.includes(reason)

const lateOf = ({ person, client }: Pick<KeptDevice, "person" | "client">): string => `${LATE}${person}/${client}/`

const placeOf = ({ person, client }: Pick<KeptDevice, "person" | "client">): string => `${PLACE}${person}/${client}`

function shown({ kept, problem }: Device): PushDevice {
  const { client, name, on, since } = kept
  return {
    ...{ client, service: serviceOf(kept), on, since },
    ...(name === undefined ? {} : { name }),
    ...(problem === undefined ? {} : { problem }),
  }
}

/** An address without encryption is for networks of one's own: it would show who is told, and when. */
function endpointOf(text: string, allowPrivate: boolean): URL | Unprocessable {
  const refuse = (message: string): Unprocessable => new Unprocessable({ message, field: "endpoint" })
  if (!URL.canParse(text)) return refuse("endpoint must be the whole address that the browser gave")
  const url = new URL(text)
  if (url.protocol !== "https:" && !(allowPrivate && url.protocol === "http:")) return refuse("endpoint must begin with https://")
  return url.username === "" && url.password === "" ? url : refuse("endpoint must have no user name and no password")
}

/** Whether a public key is one: a message to any other could not be encrypted. */
function isPoint(text: string): boolean {
  const pair = createECDH("prime256v1")
  pair.generateKeys()
  try {
    pair.computeSecret(Buffer.from(text, "base64url"))
    return true
  } catch {
    return false
  }
}

const storeError = (error: StoreError): StorageFull | Unavailable =>
  error._tag === "StoreFull" ? new StorageFull({ message: error.message }) : new Unavailable({ message: error.message })
