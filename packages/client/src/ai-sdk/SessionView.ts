/**
 * A session as an attachment has shown it so far: its stored messages, the streaming turn, and what of the record a chat needs.
 *
 * Invariant: it is as of one seq, so that a reader that comes later begins with it and continues with the next event.
 */
import type { LiveMessage } from "@holdfast/core/agent/accumulator"
import { Transcript } from "@holdfast/core/agent/messages"
import type { FollowedRecord, ShownSession } from "@holdfast/core/agent/turn-follower"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { Message } from "@holdfast/protocol/agent/message"
import type { PermissionAsk, PermissionDecision, PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { Event } from "@holdfast/protocol/event"
import type { Session } from "@holdfast/protocol/session"

/** What waits in the queue, as far as a chat looks at it. */
export type WaitingMessage = Pick<QueueItem, "id" | "key" | "status" | "turn" | "parts">

type Fields = Readonly<Record<string, unknown>>

/** The view; empty until the first snapshot. */
export class SessionView implements FollowedRecord {
  turn: Session["turn"] = { status: "idle" }
  queue: ReadonlyArray<WaitingMessage> = []
  permissions: ReadonlyArray<PermissionRequest> = []
  agent: { readonly hold?: Hold } = {}
  /** Cursor of the page before the messages, or null. */
  before: number | null = null
  /** Whether there was a snapshot, and a record as of it or later. */
  isReady = false
  #earlier: ReadonlyArray<Message> = []
  #transcript = new Transcript()
  #recorded = 0

  /** The last seq that it shows. */
  get seq(): number {
    return this.#transcript.lastSeq
  }

  /** The messages that were loaded, and the streaming turn. */
  get shown(): ShownSession {
    const { live, messages } = this.#transcript.toState()
    return { messages: [...this.#earlier, ...messages], ...(live === undefined ? {} : { live }) }
  }

  /** Whether the record is older than what is shown. */
  get isBehind(): boolean {
    return this.#recorded < this.seq
  }

  /** Takes a record. */
  attached({ agent, lastSeq, permissions, queue, turn }: Session): void {
    this.#recorded = lastSeq
    this.turn = turn
    this.queue = queue
    this.permissions = permissions
    this.agent = agent?.hold === undefined ? {} : { hold: agent.hold }
  }

  /** Takes a snapshot in place of all before. */
  snapshot(seq: number, screen: Uint8Array): void {
    const { before, live, messages } = JSON.parse(new TextDecoder().decode(screen)) as ShownSession & {
      readonly before: number | null
      readonly live?: LiveMessage
    }
    this.#earlier = []
    this.#transcript = new Transcript({ lastSeq: seq, messages, unknown: 0, ...(live === undefined ? {} : { live }) })
    this.before = before
  }

  /** Takes a page of older messages. */
  page(messages: ReadonlyArray<Message>, before: number | null): void {
    this.#earlier = [...messages, ...this.#earlier]
    this.before = before
  }

  /** Takes the next event. */
  event(event: Event): void {
    this.#transcript.apply(event)
    // The record of the attach has it already.
    if (event.seq <= this.#recorded) return
    const data = (event.data ?? {}) as Fields
    if (event.channel === "turn") this.#turned(event.type, data)
    else if (event.channel === "queue") this.#queued(event.type, data)
    else if (event.channel === "permission") this.#asked(event, data)
  }

  #turned(type: string, { turn }: Fields): void {
    if (type === "started" && typeof turn === "string") this.turn = { status: "streaming", id: turn }
    if (type === "ended" && turn === this.turn.id) this.turn = { status: "idle" }
  }

  #queued(type: string, { item, first, messageId, order, turn, ...hold }: Fields): void {
    const change = (with_: Partial<WaitingMessage>): void => {
      this.queue = this.queue.map((one) => (one.id === messageId ? { ...one, ...with_ } : one))
    }
    switch (type) {
      case "added":
        this.queue = first === true ? [item as WaitingMessage, ...this.queue] : [...this.queue, item as WaitingMessage]
        return
      case "taken":
      case "removed":
        this.queue = this.queue.filter(({ id }) => id !== messageId)
        return
      case "edited":
        return change({ parts: hold["parts"] as WaitingMessage["parts"] })
      case "sent":
        return change({ status: "sent", turn: String(turn) })
      case "returned":
        return change({ status: "waiting" })
      case "uncertain":
        return change({ status: "uncertain" })
      case "reordered": {
        const places = new Map((order as ReadonlyArray<string>).map((id, at) => [id, at]))
        this.queue = [...this.queue].sort((a, b) => (places.get(a.id) ?? -1) - (places.get(b.id) ?? -1))
        return
      }
      case "held":
        this.agent = { hold: hold as unknown as Hold }
        return
      case "released":
        this.agent = {}
    }
  }

  #asked({ seq, time, type }: Event, { decision, expiresAt, request, requestId, turn }: Fields): void {
    if (type === "asked") {
      const { input: _, ...asked } = request as PermissionAsk
      const about = typeof turn === "string" ? { turn } : {}
      const until = typeof expiresAt === "number" ? { expiresAt } : {}
      const open: PermissionRequest = { ...asked, inputBytes: 0, seq, askedAt: time, ...about, ...until }
      this.permissions = [...this.permissions, open]
    } else if (type === "answered") {
      this.permissions = this.permissions.map((one) =>
        one.id === requestId ? { ...one, decision: decision as PermissionDecision } : one,
      )
    } else this.permissions = this.permissions.filter(({ id }) => id !== requestId)
  }
}
