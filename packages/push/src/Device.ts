/**
 * One device: sends it one notification at a time, of each session the last one alone, and tries again what failed
 * (docs/protocol/rules.md, PN-5, PN-6). What waits for a further try is kept; what is delivered at once costs no write.
 */
import type { PushNotice, PushReason, PushTested, PutPush } from "@holdfast/protocol/push"
import { post, type Posted } from "@holdfast/webhooks/post"
import { encrypt } from "./encryption.ts"
import type { HubKey } from "./HubKey.ts"
import { noticeBytes } from "./notice-bytes.ts"

/** Milliseconds after which no one is told any more: logs that are imported, and what a hub finds that was long away, are history. */
export const OLD = 3_600_000

/** A device as it is kept. */
export interface KeptDevice extends Pick<PutPush, "endpoint" | "keys" | "name"> {
  readonly person: string
  readonly client: string
  readonly on: ReadonlyArray<PushReason>
  readonly allowPrivate: boolean
  /** Id of the token of a person's device that put it, when the person is not the token. */
  readonly token?: string
  /** Of a browser that a link signed in, the hash of its key. */
  readonly browser?: string
  /** The sessions that the credential is bound to. */
  readonly sessions?: ReadonlyArray<string>
  /** Epoch milliseconds. */
  readonly since: number
}

/** What a device needs. */
export interface DeviceParts {
  readonly key: () => Promise<HubKey>
  /** Epoch milliseconds. */
  readonly now: () => number
  /** Milliseconds for one request. */
  readonly timeout: number
  /** Seconds until each further try. */
  readonly schedule: ReadonlyArray<number>
  readonly report: (message: string, fields: Readonly<Record<string, unknown>>) => void
  /** Its service does not know it any more. */
  readonly gone: (device: Device) => void
  /** Keeps what waits for a further try, by its tag, or that nothing does any more. */
  readonly keep: (device: Device, tag: string, waiting: Waiting | undefined) => Promise<void>
}

/** How long a service keeps what it cannot deliver, in seconds, and how much it matters (RFC 8030 sections 5.2 and 5.3). */
const CARE = {
  waiting: { ttl: 24 * 3600, urgency: "high" },
  ended: { ttl: 4 * 3600, urgency: "normal" },
  test: { ttl: 60, urgency: "high" },
} as const

/** Statuses with which a service says that a subscription is no more (RFC 8030 section 7.3). */
const GONE = new Set([404, 410])

/** A notification that waits to be tried. */
export interface Waiting {
  readonly notice: PushNotice
  /** Tries that failed. */
  readonly tries: number
  /** Epoch milliseconds before which it is not tried. */
  readonly from: number
}

/** A device. */
export class Device {
  readonly kept: KeptDevice
  readonly #parts: DeviceParts
  /** By the tags of the notifications. */
  readonly #waiting: Map<string, Waiting>
  /** Tags of which something is kept. */
  readonly #kept: Set<string>
  /** Those who hear that a notification was delivered, or is kept. */
  readonly #settled = new Map<Waiting, () => void>()
  readonly #stopping = new AbortController()
  #problem: string | undefined
  #isSending = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /** `waiting`: what is kept of it, by tag. */
  constructor(kept: KeptDevice, parts: DeviceParts, waiting: Iterable<readonly [tag: string, Waiting]> = []) {
    this.kept = kept
    this.#parts = parts
    this.#waiting = new Map(waiting)
    this.#kept = new Set(this.#waiting.keys())
    this.#continue()
  }

  /** What the last try came to, where it did not succeed. */
  get problem(): string | undefined {
    return this.#problem
  }

  /** Whether it is told of a session for a reason. */
  wants(session: string, reason: PushReason): boolean {
    const { on, sessions } = this.kept
    return on.includes(reason) && (sessions === undefined || sessions.includes(session))
  }

  /**
   * Sends a notification, in place of one with the same tag that still waits. Settles once it was delivered or given up, or is kept
   * for a further try, which no end of the hub takes away.
   */
  send(notice: PushNotice): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve()
    const one = { notice, tries: 0, from: 0 }
    this.#end(this.#waiting.get(notice.tag))
    this.#waiting.set(notice.tag, one)
    const settled = new Promise<void>((resolve) => void this.#settled.set(one, resolve))
    // It is not its turn: that may take as long as others are tried.
    if (this.#isSending) void this.#keep(notice.tag, one)
    this.#continue()
    return settled
  }

  /** Sends a notification once, and says what the service answered. */
  async test(notice: PushNotice): Promise<PushTested> {
    const { delivered, problem, status } = await this.#post(notice)
    this.#problem = delivered ? undefined : problem
    if (status !== undefined && GONE.has(status)) this.#parts.gone(this)
    return { delivered, ...(status === undefined ? {} : { status }), ...(problem === undefined ? {} : { problem }) }
  }

  /** Sends nothing any more; gives what still waits, for one that takes its place. */
  stop(): ReadonlyMap<string, Waiting> {
    this.#stopping.abort()
    clearTimeout(this.#timer)
    for (const one of this.#settled.keys()) this.#end(one)
    return this.#waiting
  }

  #continue(): void {
    if (this.#isSending || this.#stopping.signal.aborted) return
    clearTimeout(this.#timer)
    const now = this.#parts.now()
    let next = Number.POSITIVE_INFINITY
    for (const [tag, one] of this.#waiting) {
      if (one.from <= now) {
        this.#isSending = true
        return void this.#try(tag, one)
      }
      next = Math.min(next, one.from)
    }
    if (next !== Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#continue(), next - now).unref()
  }

  async #try(tag: string, one: Waiting): Promise<void> {
    const posted = await this.#post(one.notice)
    this.#isSending = false
    if (this.#stopping.signal.aborted) return
    this.#problem = posted.delivered ? undefined : posted.problem
    if (posted.status !== undefined && GONE.has(posted.status)) return this.#parts.gone(this)
    // A newer one may have taken its place.
    if (this.#waiting.get(tag) === one) this.#settle(tag, one, posted)
    this.#continue()
  }

  /** Takes a notification that was delivered off, or has it tried again by the schedule; in the end it is given up. */
  #settle(tag: string, one: Waiting, { delivered, problem, retryAfter = 0 }: Posted): void {
    const { now, report, schedule } = this.#parts
    const { notice, tries } = one
    const wait = schedule[tries]
    const isOver = delivered || wait === undefined
    const next = isOver ? undefined : { notice, tries: tries + 1, from: now() + Math.max(wait, retryAfter) * 1000 }
    if (next === undefined) this.#waiting.delete(tag)
    else this.#waiting.set(tag, next)
    const settled = this.#settled.get(one)
    this.#settled.delete(one)
    void this.#keep(tag, next).then(settled)
    if (delivered) return
    const fields = { client: this.kept.client, service: serviceOf(this.kept), problem }
    report(wait === undefined ? "a notification was given up" : "a notification could not be delivered", fields)
  }

  /** Keeps what waits, or forgets what was kept. */
  async #keep(tag: string, waiting: Waiting | undefined): Promise<void> {
    const { keep, report } = this.#parts
    if (waiting === undefined && !this.#kept.has(tag)) return
    if (waiting === undefined) this.#kept.delete(tag)
    else this.#kept.add(tag)
    try {
      await keep(this, tag, waiting)
    } catch (cause) {
      report("a notification could not be kept", { client: this.kept.client, cause: String(cause) })
    }
    this.#end(waiting)
  }

  /** Whoever waits for it waits no longer. */
  #end(one: Waiting | undefined): void {
    if (one === undefined) return
    this.#settled.get(one)?.()
    this.#settled.delete(one)
  }

  async #post(notice: PushNotice): Promise<Posted> {
    const { key, now, timeout } = this.#parts
    const { allowPrivate, endpoint, keys } = this.kept
    const { ttl, urgency } = CARE[notice.reason]
    const began = now()
    try {
      const bytes = { p256dh: Buffer.from(keys.p256dh, "base64url"), auth: Buffer.from(keys.auth, "base64url") }
      const url = new URL(endpoint)
      return await post({
        url,
        allowPrivate,
        headers: {
          authorization: (await key()).authorization(url.origin, now()),
          "content-type": "application/octet-stream",
          "content-encoding": "aes128gcm",
          ttl: String(ttl),
          urgency,
          // At most 32 characters: a session's id without its dashes. A newer one takes the place of one that waits there.
          ...(notice.reason === "test" ? {} : { topic: notice.tag.replaceAll("-", "").slice(0, 32) }),
        },
        body: encrypt(noticeBytes(notice), bytes),
        timeout,
        signal: this.#stopping.signal,
      })
    } catch (cause) {
      return { delivered: false, problem: cause instanceof Error ? cause.message : String(cause), milliseconds: now() - began }
    }
  }
}

/** Origin of a device's push service. */
export function serviceOf({ endpoint }: Pick<KeptDevice, "endpoint">): string {
  return new URL(endpoint).origin
}
