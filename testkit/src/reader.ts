/**
 * A reader for tests: a real client that keeps a running hash of what it was given and notices every breach of order.
 */
import { createHash } from "node:crypto"
import WebSocket from "ws"
import { Attachment } from "@holdfast/client/Attachment"
import { Connection } from "@holdfast/client/Connection"
import { wsSocket, type WsOptions } from "@holdfast/client/socket"
import type { Item } from "@holdfast/client/items"
import { eventually } from "./eventually.ts"

/** Where and how to attach. */
export interface ReaderOptions {
  readonly port: number
  /** Port of a proxy in front of the hub. */
  readonly proxy?: number
  readonly token: string
  readonly session: string
  readonly after?: number
  readonly mode?: "interactive" | "viewer"
  readonly cols?: number
  readonly rows?: number
  /** Called for each item before it counts as consumed; a promise holds the next one back. */
  readonly onItem?: (item: Item) => void | Promise<void>
}

/** A client that reads one session. */
export interface Reader {
  readonly connection: Connection
  readonly attachment: Attachment
  /** Last seq handed out. */
  readonly last: () => number
  readonly events: () => number
  readonly snapshots: () => number
  /** Bytes of terminal output handed out. */
  readonly outputBytes: () => number
  /** Hash over seq and body of each event, in order. */
  readonly hash: () => string
  /** Sentences about every breach: a gap, a duplicate, a seq that went back. */
  readonly breaches: ReadonlyArray<string>
  readonly ends: ReadonlyArray<string>
  /** Waits until the reader has everything up to `seq`. */
  readonly reached: (seq: number, within: number) => Promise<void>
  readonly close: () => void
}

/** Hash of a log as a reader that was given all of it has it. */
export class LogHash {
  #hash = createHash("sha256")
  /** Adds an event by its seq and the bytes of its record's body. */
  add(seq: number, body: Uint8Array): void {
    this.#hash.update(`${seq}:`).update(body)
  }
  /** The hash so far; more can be added afterwards. */
  digest(): string {
    return this.#hash.copy().digest("hex")
  }
}

/** Opens a connection of the real client library to a hub on loopback, or to a proxy in front of it, which its Host must not name. */
export function openConnection(hub: () => number, token: string, proxy = hub): Connection {
  return new Connection({
    open: (events) => {
      const host = `127.0.0.1:${hub()}`
      class Addressed extends WebSocket {
        constructor(url: string, protocols: string, options: WsOptions) {
          super(url, protocols, { ...options, headers: { ...options.headers, host } })
        }
      }
      return wsSocket(Addressed, `ws://127.0.0.1:${proxy()}/api/socket`, token)(events)
    },
    name: "test",
    backoff: { first: 20, most: 500 },
    connectTimeout: 2000,
  })
}

/** Attaches a reader. */
export function startReader(options: ReaderOptions): Reader {
  const connection = openConnection(
    () => options.port,
    options.token,
    () => options.proxy ?? options.port,
  )
  const { session, after, cols, rows, onItem } = options
  const attachment = new Attachment(connection, {
    session,
    mode: options.mode ?? "viewer",
    ...(after === undefined ? {} : { after }),
    ...(cols === undefined || rows === undefined ? {} : { cols, rows }),
  })
  const hash = new LogHash()
  const breaches: Array<string> = []
  const ends: Array<string> = []
  let last = after ?? 0
  let started = after !== undefined
  let events = 0
  let snapshots = 0
  let outputBytes = 0
  const done = attachment.consume(async (item) => {
    if (item._tag === "Event") {
      const { seq, from, body, kind } = item.record
      if (started && from !== last + 1) breaches.push(`${last} is followed by ${from}`)
      started = true
      last = seq
      events++
      if (kind === 2) outputBytes += body.length
      hash.add(seq, body)
    } else if (item._tag === "Snapshot") {
      if (item.seq < last) breaches.push(`a snapshot goes back from ${last} to ${item.seq}`)
      snapshots++
      started = true
      last = item.seq
    } else if (item._tag === "Synced") {
      if (item.seq !== last && started) breaches.push(`synced at ${item.seq}, but the last event was ${last}`)
    } else if (item._tag === "Ended") {
      ends.push(item.error?.message ?? "detached")
    }
    const pending = onItem?.(item)
    if (pending !== undefined) await pending
  })
  done.catch((error: unknown) => breaches.push(String(error)))
  return {
    connection,
    attachment,
    last: () => last,
    events: () => events,
    snapshots: () => snapshots,
    outputBytes: () => outputBytes,
    hash: () => hash.digest(),
    breaches,
    ends,
    reached: async (seq, within) => {
      try {
        await eventually(`the reader has ${seq}`, within, () => last >= seq)
      } catch (cause) {
        const where = `it is at ${last}, ${JSON.stringify(connection.state)}, ends: ${ends.join("; ")}, breaches: ${breaches.join("; ")}`
        throw new Error(`the reader did not reach ${seq}: ${where}`, { cause })
      }
    },
    close: () => {
      attachment.detach()
      connection.close()
    },
  }
}
