/** What happens in one session, as a stream over an attachment, which survives lost connections (docs/protocol/rules.md, F-2). */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { decodeRecord } from "@holdfast/protocol/record"
import { Attachment } from "../Attachment.ts"
import type { Connection } from "../Connection.ts"
import type { Item } from "../items.ts"
import type { ConnectionPool } from "./ConnectionPool.ts"
import { type SessionsError, sessionsError } from "./errors.ts"
import type { StreamItem, StreamOptions } from "./sessions-shape.ts"

/** The items of an attachment. Leaving the stream detaches. */
export function followAttachment(
  connection: Connection,
  session: string,
  from: StreamOptions,
): Stream.Stream<StreamItem, SessionsError> {
  const attach = Effect.acquireRelease(
    Effect.sync(() => new Attachment(connection, { session, mode: "viewer", ...from })),
    (attachment) => Effect.sync(() => attachment.detach()),
  )
  return Stream.unwrap(
    Effect.map(attach, (attachment) =>
      Stream.fromAsyncIterable(attachment, (failure) => sessionsError(failure, session)).pipe(
        Stream.mapEffect((item) => told(item, attachment, session)),
        Stream.filter((item) => item !== undefined),
      ),
    ),
  )
}

/** The stream of a session over one of the pool's connections. */
export function followOne(pool: ConnectionPool, session: string, from: StreamOptions): Stream.Stream<StreamItem, SessionsError> {
  const taken = Effect.acquireRelease(
    Effect.sync(() => pool.take(session)),
    ({ release }) => Effect.sync(release),
  )
  return Stream.unwrap(Effect.map(taken, ({ connection }) => followAttachment(connection, session, from)))
}

/** What of an attachment's items a program sees; its end is an error, unless the program left it. */
function told(item: Item, attachment: Attachment, session: string): Effect.Effect<StreamItem | undefined, SessionsError> {
  switch (item._tag) {
    case "Event": {
      const { record, live } = item
      return Effect.succeed({ _tag: "Event", seq: record.seq, log: attachment.log ?? "", event: decodeRecord(record), live })
    }
    case "Snapshot": {
      const { seq, reason, screen } = item
      return Effect.succeed({ _tag: "Snapshot", seq, log: attachment.log ?? "", reason, session: attachment.session, screen })
    }
    case "Synced":
      return Effect.succeed({ _tag: "Synced", seq: item.seq, log: attachment.log ?? "" })
    case "Ended":
      return item.error === undefined ? Effect.succeed(undefined) : Effect.fail(sessionsError(item.error, session))
    default:
      return Effect.succeed(undefined)
  }
}
