/**
 * A turn of a session as chunks of the AI SDK: an attachment whose credit is what the client's socket has taken (D-10).
 *
 * History comes from a snapshot, or from the events since the message was sent, whose chunks the log has while the turn
 * streams and whose message afterwards (docs/protocol/rules.md, I-3, M-17).
 */
import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import { type Followed, type FollowEnd, type ShownSession, TurnFollower } from "@holdfast/core/agent/turn-follower"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { DoorError } from "@holdfast/protocol/errors"
import { decodeRecord, readRecord } from "@holdfast/protocol/record"
import type { AttachmentSink, Caller, Hub } from "@holdfast/hub/Hub"

/** What to follow. `after`: the seq to begin behind; without it a snapshot comes first. */
export interface TurnRequest {
  readonly session: string
  readonly followed: Followed
  readonly after?: number
  /** Why the queue that the message waits in does not continue. */
  readonly hold?: Hold
}

/** Where the chunks of a turn go, in order. */
export interface ChunkOut {
  /** `taken` is called when all of them have left the process, never when the client is gone. */
  readonly chunks: (chunks: ReadonlyArray<AgentChunk>, taken: () => void) => void
  /** True while the client does not read. */
  readonly full: () => boolean
  /** There is a turn to wait for, of which nothing is known yet. */
  readonly waits: () => void
  /** The stream is over; nothing follows. */
  readonly over: (end: FollowEnd) => void
  /** The hub ended the attachment in the middle of the turn. */
  readonly torn: (reason: string) => void
}

/** A turn that is streamed. */
export interface Streaming {
  readonly start: () => void
  /** There is room again where `full` said that there was none, whoever took it. */
  readonly room: () => void
  /** Ends the streaming; the turn continues. */
  readonly detach: (reason: string) => void
}

const decoder = new TextDecoder()

/** Attaches, and streams until the turn, or the client, ends. Nothing is sent before `start` is called. */
export const streamTurn = Effect.fnUntraced(function* (
  hub: Pick<Hub["Service"], "attach">,
  { after, followed, hold, session }: TurnRequest,
  out: ChunkOut,
  by: Caller,
): Effect.fn.Return<Streaming, DoorError> {
  let gathered: Array<AgentChunk> = []
  let end: FollowEnd | undefined
  let isOver = false
  const follower = new TurnFollower(followed, {
    chunks: (chunks) => void gathered.push(...chunks),
    over: (how) => (end = how),
  })
  const passOn = (seq: number): void => {
    const chunks = gathered
    gathered = []
    if (chunks.length === 0) attachment.acknowledge(seq)
    else out.chunks(chunks, () => attachment.acknowledge(seq))
    if (end === undefined || isOver) return
    isOver = true
    attachment.detach("the turn's stream is over")
    out.over(end)
  }
  const sink: AttachmentSink = {
    events: (records, last) => {
      if (isOver) return
      for (const bytes of records) follower.event(decodeRecord(readRecord(bytes, 0)))
      follower.settle()
      passOn(last)
    },
    snapshot: (seq, _head, screen, record) => {
      if (isOver) return
      follower.snapshot(JSON.parse(decoder.decode(screen)) as ShownSession, record)
      follower.settle()
      passOn(seq)
      if (!isOver) out.waits()
    },
    full: out.full,
    synced: () => undefined,
    viewers: () => undefined,
    detached: (reason) => {
      if (isOver) return
      isOver = true
      out.torn(reason)
    },
  }
  const request = {
    session,
    ...(after === undefined ? {} : { after }),
    mode: "viewer" as const,
    client: `chat-${randomBytes(8).toString("hex")}`,
    name: by.name,
  }
  const attachment = yield* hub.attach(request, sink, by)
  return {
    start: () => {
      if (isOver) return
      follower.held(hold)
      if (end === undefined) attachment.start()
      else passOn(0)
    },
    room: () => {
      if (!isOver) attachment.acknowledge(0)
    },
    detach: (reason) => {
      if (isOver) return
      isOver = true
      attachment.detach(reason)
    },
  }
})
