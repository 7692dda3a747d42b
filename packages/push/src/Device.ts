/**
 * One device: sends it one notification at a time, of each session the last one alone, and tries again what failed
 * (docs/protocol/rules.md, PN-5, PN-6).
 */
import type { PushNotice, PushReason, PushTested, PutPush } from "@holdfast/protocol/push"
import { post, type Posted } from "@holdfast/webhooks/post"
import { encrypt } from "./encryption.ts"
import type { HubKey } from "./HubKey.ts"

/** A device as it is kept. */
export interface KeptDevice extends Pick<PutPush, "endpoint" | "keys" | "name"> {
  readonly person: string
  readonly client: string
  readonly on: ReadonlyArray<PushReason>
  readonly allowPrivate: boolean
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
}

/** How long a service keeps what it cannot deliver, in seconds, and how much it matters (RFC 8030 sections 5.2 and 5.3). */
const CARE = {
  waiting: { ttl: 24 * 3600, urgency: "high" },
  ended: { ttl: 4 * 3600, urgency: "normal" },
  test: { ttl: 60, urgency: "high" },
} as const

/** Statuses with which a service says that a subscription is no more (RFC 8030 section 7.3). */
const GONE = new Set([404, 410])

interface Waiting {
  readonly notice: PushNotice
  readonly tries: number
  /** Epoch milliseconds before which it is not tried. */
  readonly from: number
}

/** A device. */
export class Device {
  readonly kept: KeptDevice
  readonly #parts: DeviceParts
  readonly #waiting = new Map<string, Waiting>()
  readonly #stopping = new AbortController()
  #problem: string | undefined
  #isSending = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(kept: KeptDevice, parts: DeviceParts) {
    this.kept = kept
    this.#parts = parts
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

  /** Sends a notification, in place of one with the same tag that still waits. */
  send(notice: PushNotice): void {
    this.#waiting.set(notice.tag, { notice, tries: 0, from: 0 })
    this.#continue()
  }

  /** Sends a notification once, and says what the service answered. */
  async test(notice: PushNotice): Promise<PushTested> {
    const { delivered, problem, status } = await this.#post(notice)
    this.#problem = delivered ? undefined : problem
    if (status !== undefined && GONE.has(status)) this.#parts.gone(this)
    return { delivered, ...(status === undefined ? {} : { status }), ...(problem === undefined ? {} : { problem }) }
  }

  /** Sends nothing any more. */
  stop(): void {
    this.#stopping.abort()
    clearTimeout(this.#timer)
    this.#waiting.clear()
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
    const isNewer = this.#waiting.get(tag) !== one
    if (posted.status !== undefined && GONE.has(posted.status)) return this.#parts.gone(this)
    if (!isNewer) this.#settle(tag, one, posted)
    this.#continue()
  }

  /** Takes a notification that was delivered off, or has it tried again by the schedule; in the end it is given up. */
  #settle(tag: string, { notice, tries }: Waiting, { delivered, problem, retryAfter = 0 }: Posted): void {
    const { now, report, schedule } = this.#parts
    const wait = schedule[tries]
    if (delivered || wait === undefined) this.#waiting.delete(tag)
    else this.#waiting.set(tag, { notice, tries: tries + 1, from: now() + Math.max(wait, retryAfter) * 1000 })
    if (delivered) return
    const fields = { client: this.kept.client, service: serviceOf(this.kept), problem }
    report(wait === undefined ? "a notification was given up" : "a notification could not be delivered", fields)
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
        body: encrypt(Buffer.from(JSON.stringify(notice)), bytes),
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
