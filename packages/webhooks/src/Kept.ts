/**
 * Webhooks as they are kept in the store: what each is, its secrets, and the deliveries that are tried again or were given up.
 *
 * The secrets are kept as they are, because the hub signs with them; they are in no list, log line or answer but the one that
 * made them.
 */
import * as Effect from "effect/Effect"
import type { Webhook, WebhookDelivery, WebhookEvent } from "@holdfast/protocol/webhook"
import type { Store, StoreError } from "@holdfast/store/Store"
import type { NotedEvent } from "./payload.ts"

/** A secret; a former one signs until a time. */
export interface KeptSecret {
  readonly secret: string
  /** Epoch milliseconds. */
  readonly until?: number
}

/** A webhook. */
export interface KeptWebhook {
  readonly webhook: Omit<Webhook, "active" | "retrying" | "dead">
  readonly secrets: ReadonlyArray<KeptSecret>
  readonly active: boolean
}

/** A delivery that did not succeed yet; without `nextAt` it was given up. Times are epoch milliseconds. */
export interface Late extends NotedEvent {
  /** The header `webhook-id`. */
  readonly message: string
  readonly type: WebhookEvent
  readonly tries: number
  readonly at: number
  readonly nextAt?: number
  readonly status?: number
  readonly problem?: string
  readonly milliseconds?: number
}

/** A late delivery as the log of its webhook shows it. */
export function deliveryOf(late: Late): WebhookDelivery {
  const { at, id: session, message: id, milliseconds, nextAt, problem, seq, status, tries, type } = late
  return {
    id,
    type,
    session,
    seq,
    state: nextAt === undefined ? "dead" : "retrying",
    tries,
    at,
    ...(nextAt === undefined ? {} : { nextAt: Math.round(nextAt) }),
    ...(status === undefined ? {} : { status }),
    ...(problem === undefined ? {} : { problem }),
    ...(milliseconds === undefined ? {} : { milliseconds }),
  }
}

const WEBHOOK = "webhook/"
const LATE = "webhook-late/"

/** Where they last. */
export class Kept {
  readonly #store: Store["Service"]

  constructor(store: Store["Service"]) {
    this.#store = store
  }

  /** All webhooks, oldest first, each with its late deliveries. */
  get load(): Effect.Effect<ReadonlyArray<readonly [KeptWebhook, ReadonlyArray<Late>]>, StoreError> {
    return Effect.gen({ self: this }, function* () {
      const { putSetting, settings } = this.#store
      const webhooks = (yield* settings(WEBHOOK)).map(({ value }) => JSON.parse(value) as KeptWebhook)
      const byWebhook = Map.groupBy(yield* settings(LATE), ({ name }) => name.slice(LATE.length).split("/")[0] ?? "")
      const all = webhooks
        .sort((a, b) => a.webhook.createdAt - b.webhook.createdAt)
        .map((kept) => {
          const own = byWebhook.get(kept.webhook.id) ?? []
          byWebhook.delete(kept.webhook.id)
          return [kept, own.map(({ value }) => JSON.parse(value) as Late)] as const
        })
      // What was written while its webhook was removed; where the store refuses, the next start forgets it.
      for (const { name } of [...byWebhook.values()].flat()) yield* Effect.ignore(putSetting(name, undefined))
      return all
    })
  }

  /** Keeps a webhook as it is now. */
  put(kept: KeptWebhook): Effect.Effect<void, StoreError> {
    return this.#store.putSetting(WEBHOOK + kept.webhook.id, JSON.stringify(kept))
  }

  /** Keeps a late delivery as it is now. */
  putLate(webhook: string, late: Late): Effect.Effect<void, StoreError> {
    return this.#store.putSetting(`${LATE}${webhook}/${late.message}`, JSON.stringify(late))
  }

  /** Forgets a late delivery. */
  removeLate(webhook: string, message: string): Effect.Effect<void, StoreError> {
    return this.#store.putSetting(`${LATE}${webhook}/${message}`, undefined)
  }

  /** Forgets a webhook and its late deliveries. */
  remove(webhook: string, messages: Iterable<string>): Effect.Effect<void, StoreError> {
    return Effect.andThen(
      this.#store.putSetting(WEBHOOK + webhook, undefined),
      Effect.forEach(messages, (message) => this.removeLate(webhook, message), { discard: true }),
    )
  }
}
