/**
 * A reader in the simulated world: it attaches, falls behind, goes away, comes back with its cursor, and notices what must not be.
 */
import * as Effect from "effect/Effect"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { Attachment, AttachmentSink, Hub, Principal } from "@holdfast/hub/Hub"

/** Who reads and writes in the simulated world. */
export const OWNER: Principal = { name: "owner", credential: "owner", scope: "all" }

/** What a reader needs of the world. */
export interface ReaderWorld {
  /** Reports a broken promise. */
  readonly breach: (text: string) => void
  /** Adds to what was seen, in order. */
  readonly note: (text: string) => void
  /** Whether this hub has not died. */
  readonly isRunning: (hub: Hub["Service"]) => boolean
}

/** One reader of one session. */
export class SimulatedReader {
  readonly name: string
  readonly session: number
  /** Every event that it saw, as text. */
  readonly seen: Array<string> = []
  /** It acknowledges nothing. */
  lazy = false
  readonly #isStale: boolean
  readonly #world: ReaderWorld
  #cursor = 0
  #log: string | undefined
  #attachment: Attachment | undefined
  #isAttaching = false

  /** `isStale`: it comes back with a cursor that is one too small. */
  constructor(name: string, session: number, isStale: boolean, world: ReaderWorld) {
    this.name = name
    this.session = session
    this.#isStale = isStale
    this.#world = world
  }

  /** Attaches to the session `id` of a hub, unless it is there. */
  attach(hub: Hub["Service"], id: string): void {
    if (this.#attachment !== undefined || this.#isAttaching) return
    this.#isAttaching = true
    const request = {
      session: id,
      after: this.#isStale ? Math.max(0, this.#cursor - 1) : this.#cursor,
      ...(this.#log === undefined ? {} : { log: this.#log }),
      mode: "viewer",
      client: `client-${this.name}`,
      name: this.name,
    } as const
    Effect.runFork(
      hub.attach(request, this.#sink(hub), OWNER).pipe(
        Effect.match({
          onFailure: () => {
            this.#isAttaching = false
          },
          onSuccess: (attachment) => {
            this.#isAttaching = false
            if (!this.#world.isRunning(hub)) return
            this.#attachment = attachment
            this.#log = attachment.log
            attachment.start()
          },
        }),
      ),
    )
  }

  /** Goes away. */
  detach(): void {
    this.#attachment?.detach()
    this.#attachment = undefined
  }

  /** Its hub has died. */
  forget(): void {
    this.#attachment = undefined
    this.#isAttaching = false
  }

  /** Acknowledges what it has. */
  acknowledge(): void {
    this.#attachment?.acknowledge(this.#cursor)
  }

  #sink(hub: Hub["Service"]): AttachmentSink {
    let isLive = true
    const { breach, isRunning } = this.#world
    return {
      events: (records) => {
        if (!isLive || !isRunning(hub)) return
        for (const bytes of records) this.#take(bytes)
        if (!this.lazy) this.acknowledge()
      },
      snapshot: (seq, head) => breach(`${this.name}: a snapshot at ${seq} (${head.reason}) without a trim`),
      synced: (seq) => {
        if (isLive && isRunning(hub) && seq !== this.#cursor) breach(`${this.name}: synced at ${seq}, but has ${this.#cursor}`)
      },
      viewers: () => {},
      detached: () => {
        isLive = false
        this.#attachment = undefined
      },
    }
  }

  #take(bytes: Uint8Array): void {
    const record = readRecord(bytes, 0)
    if (record.from !== this.#cursor + 1) this.#world.breach(`${this.name}: ${this.#cursor} is followed by ${record.from}`)
    this.#cursor = record.seq
    const { channel, type, data } = decodeRecord(record)
    const body = channel === "session" && type === "created" ? "" : JSON.stringify(data)
    this.seen.push(`${record.seq} ${channel}/${type} ${body}`)
    this.#world.note(`${this.name} ${record.seq} ${type} ${body}`)
  }
}
