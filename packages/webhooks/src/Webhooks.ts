/** The webhooks of a hub: made, listed, tried and removed; each has a lane of its own. */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { Busy, type DoorError, StorageFull, Unavailable, Unprocessable, WebhookNotFound } from "@holdfast/protocol/errors"
import {
  type Webhook,
  WEBHOOKS_MAX,
  type WebhookDelivery,
  type WebhookMade,
  type WebhookRequest,
  type WebhookTested,
} from "@holdfast/protocol/webhook"
import type { Principal } from "@holdfast/hub/Hub"
import type { Store, StoreError } from "@holdfast/store/Store"
import { addressProblem } from "./addresses.ts"
import { Kept, type KeptSecret, type KeptWebhook } from "./Kept.ts"
import { Lane, type LaneParts } from "./Lane.ts"
import { type Posted, post } from "./post.ts"
import { makeSigningSecret, signedHeaders } from "./signature.ts"

/** How long a former secret signs as well, in milliseconds. */
const FORMER_FOR = 24 * 3_600_000

/** What they are made of. Times are milliseconds. */
export interface WebhookParts extends Pick<LaneParts, "run" | "schedule" | "now" | "report"> {
  readonly store: Store["Service"]
  /** Limit of one request to a receiver. */
  readonly timeout: number
}

/** The webhooks of one hub. */
export class Webhooks {
  readonly #parts: WebhookParts
  readonly #kept: Kept
  readonly #lanes = new Map<string, Lane>()
  readonly #stopping = new AbortController()
  readonly #laneParts: LaneParts
  #unlisten = (): void => {}

  constructor(parts: WebhookParts) {
    this.#parts = parts
    this.#kept = new Kept(parts.store)
    this.#laneParts = {
      ...parts,
      kept: this.#kept,
      send: (kept, message, body, signal) => this.#send(kept, message, body, signal),
    }
  }

  /** Takes them from the store, and continues where each was. */
  get open(): Effect.Effect<void, StoreError> {
    return Effect.gen({ self: this }, function* () {
      // From the beginning: a lane that has read to the end must hear of what comes while others are opened.
      this.#unlisten = this.#parts.store.onNotes(() => {
        for (const lane of this.#lanes.values()) lane.wake()
      })
      for (const [kept, late] of yield* this.#kept.load) {
        const lane = new Lane(this.#laneParts, kept, late)
        this.#lanes.set(kept.webhook.id, lane)
        yield* opened(lane)
      }
    })
  }

  /** Ends them: requests under way are cut off, and sent again when a hub is there. */
  close(): void {
    this.#unlisten()
    for (const lane of this.#lanes.values()) lane.stop()
    this.#stopping.abort()
  }

  /** All, oldest first. */
  get list(): ReadonlyArray<Webhook> {
    return [...this.#lanes.values()].map(shown)
  }

  /** Makes one, which is sent what happens from now on. */
  create(request: WebhookRequest, by: Principal): Effect.Effect<WebhookMade, DoorError> {
    const { allowPrivate = false, url: text, ...wanted } = request
    return Effect.gen({ self: this }, function* () {
      const url = urlOf(text)
      if (!(url instanceof URL)) return yield* url
      const problem = yield* Effect.promise(() => addressProblem(url, allowPrivate))
      if (problem !== undefined) return yield* new Unprocessable({ message: problem.message, field: "url" })
      if (this.#lanes.size >= WEBHOOKS_MAX)
        return yield* new Busy({ message: `there are ${WEBHOOKS_MAX} webhooks; remove one first`, retryAfter: 60 })
      const secret = makeSigningSecret()
      const id = randomBytes(6).toString("hex")
      const webhook = { id, url: url.href, ...wanted, allowPrivate, createdAt: this.#parts.now(), by: by.name }
      const kept: KeptWebhook = { webhook, secrets: [{ secret }], active: true }
      const lane = new Lane(this.#laneParts, kept, [])
      // It has a place in the notes before it is answered: what happens from then on is not missed. One that is cut off in
      // between gets its place at the next start; a place without a webhook would keep notes for no one.
      yield* this.#kept.put(kept).pipe(Effect.mapError(storeError))
      // It hears of what comes while it is opened.
      this.#lanes.set(id, lane)
      const undo = Effect.suspend(() => {
        this.#lanes.delete(id)
        return Effect.ignore(this.#kept.remove(id, []))
      })
      yield* opened(lane).pipe(
        Effect.tapError(() => undo),
        Effect.mapError(storeError),
      )
      return { ...shown(lane), secret }
    }).pipe(Effect.uninterruptible)
  }

  /** Removes one, with what waits to be sent. */
  remove(webhookId: string): Effect.Effect<{ readonly removed: boolean }, DoorError> {
    return Effect.flatMap(this.#lane(webhookId), (lane) => {
      const ended = Effect.sync(() => {
        lane.stop()
        this.#lanes.delete(webhookId)
        return { removed: true }
      })
      // While the store refuses, it is still there and can be removed again.
      return this.#parts.store
        .moveNotes(`webhook/${webhookId}`, undefined)
        .pipe(Effect.andThen(this.#kept.remove(webhookId, lane.lateIds)), Effect.andThen(ended), Effect.mapError(storeError))
    }).pipe(Effect.uninterruptible)
  }

  /** Gives one a new secret; the former signs as well for a day. */
  rotate(webhookId: string): Effect.Effect<{ readonly secret: string; readonly formerUntil: number }, DoorError> {
    return Effect.flatMap(this.#lane(webhookId), (lane) => {
      const secret = makeSigningSecret()
      const formerUntil = this.#parts.now() + FORMER_FOR
      const [former] = lane.kept.secrets
      const secrets: ReadonlyArray<KeptSecret> = [
        { secret },
        ...(former === undefined ? [] : [{ secret: former.secret, until: formerUntil }]),
      ]
      const before = lane.kept.secrets
      // Before it is durable: what else of the webhook is kept meanwhile has it too.
      lane.kept = { ...lane.kept, secrets }
      return this.#kept.put(lane.kept).pipe(
        Effect.tapError(() => Effect.sync(() => (lane.kept = { ...lane.kept, secrets: before }))),
        Effect.as({ secret, formerUntil }),
        Effect.mapError(storeError),
      )
    }).pipe(Effect.uninterruptible)
  }

  /** Sends the receiver of one an event of the type `test`, once. */
  test(webhookId: string): Effect.Effect<WebhookTested, DoorError> {
    return Effect.flatMap(this.#lane(webhookId), ({ kept }) => {
      const body = JSON.stringify({
        type: "test",
        timestamp: new Date(this.#parts.now()).toISOString(),
        data: { webhook: webhookId },
      })
      const sent = Effect.promise(() => this.#send(kept, `test_${randomBytes(12).toString("hex")}`, body, this.#stopping.signal))
      return Effect.map(sent, ({ delivered, milliseconds, problem, status }) => ({
        delivered,
        ...(status === undefined ? {} : { status }),
        ...(problem === undefined ? {} : { problem }),
        milliseconds,
      }))
    })
  }

  /** The last deliveries of one, newest first. */
  log(webhookId: string, state: WebhookDelivery["state"] | undefined): Effect.Effect<ReadonlyArray<WebhookDelivery>, DoorError> {
    return Effect.map(this.#lane(webhookId), ({ log }) =>
      state === undefined ? log : log.filter((delivery) => delivery.state === state),
    )
  }

  /** Tries again at once what is late. */
  retry(webhookId: string, delivery: string | undefined): Effect.Effect<{ readonly retried: number }, DoorError> {
    return Effect.flatMap(this.#lane(webhookId), (lane) =>
      Effect.map(
        Effect.tryPromise({ try: () => lane.retry(delivery), catch: (cause) => storeError(cause as StoreError) }),
        (retried) => ({ retried }),
      ),
    ).pipe(Effect.uninterruptible)
  }

  #lane(webhookId: string): Effect.Effect<Lane, WebhookNotFound> {
    const lane = this.#lanes.get(webhookId)
    const message = "no webhook has this id; list them with webhooks.list"
    return lane === undefined ? Effect.fail(new WebhookNotFound({ message, webhookId })) : Effect.succeed(lane)
  }

  #send({ webhook, secrets }: KeptWebhook, id: string, body: string, signal: AbortSignal): Promise<Posted> {
    const now = this.#parts.now()
    const inForce = secrets.filter(({ until = Number.POSITIVE_INFINITY }) => until > now).map(({ secret }) => secret)
    const { allowPrivate, url } = webhook
    return post({
      url: new URL(url),
      allowPrivate,
      headers: signedHeaders({ id, seconds: Math.floor(now / 1000), body }, inForce),
      body,
      timeout: this.#parts.timeout,
      signal,
    })
  }
}

const opened = (lane: Lane): Effect.Effect<void, StoreError> =>
  Effect.tryPromise({ try: () => lane.open(), catch: (cause) => cause as StoreError })

function shown({ kept: { active, webhook }, counts }: Lane): Webhook {
  return { ...webhook, active, ...counts }
}

function urlOf(text: string): URL | Unprocessable {
  const refuse = (message: string): Unprocessable => new Unprocessable({ message, field: "url" })
  if (!URL.canParse(text)) return refuse("url must be a whole address such as https://example.org/holdfast")
  const url = new URL(text)
  if (url.protocol !== "https:" && url.protocol !== "http:") return refuse("url must begin with https:// or http://")
  if (url.username !== "" || url.password !== "") return refuse("url must have no user name and no password; requests are signed")
  return url
}

const storeError = (error: StoreError): StorageFull | Unavailable =>
  error._tag === "StoreFull" ? new StorageFull({ message: error.message }) : new Unavailable({ message: error.message })
