/** The commands of a connection itself: who is there, attaching, the feed of sessions (docs/protocol/rules.md, W-2). */
import * as Effect from "effect/Effect"
import { cursorProblem } from "@holdfast/core/cursor"
import { BadRequest, CursorInvalid, type DoorError } from "@holdfast/protocol/errors"
import type { Commands, ConnectionCommand } from "@holdfast/protocol/rpc"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import type { Settings } from "@holdfast/protocol/settings"
import type { FeedWatch, Hub, WatchRequest } from "@holdfast/hub/Hub"
import { refuseId } from "@holdfast/hub/session/whole-id"
import type { SocketConnection } from "./SocketConnection.ts"
import type { Call } from "./Call.ts"
import { SocketSink } from "./SocketSink.ts"

/** What the handlers need. */
export interface ConnectionCommandOptions {
  readonly hub: Hub["Service"]
  readonly settings: Settings
  readonly version: string
  /** Runs what no one waits for. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => void
}

/** Handlers of the connection's commands. */
export type ConnectionHandlers = {
  readonly [C in ConnectionCommand]: (payload: Commands[C]["payload"], call: Call<Commands[C]["answer"]>) => void
}

/** Makes the handlers. */
export function connectionHandlers({ hub, settings, version, run }: ConnectionCommandOptions): ConnectionHandlers {
  return {
    Hello: ({ protocol, ...seated }, call) => {
      const { connection } = call
      if (connection.greeted) return call.fail(new BadRequest({ message: "Hello was already sent" }))
      if (protocol !== PROTOCOL_VERSION) {
        const advice = protocol > PROTOCOL_VERSION ? "upgrade the hub" : "reload or upgrade the client"
        const message = `this hub speaks protocol ${PROTOCOL_VERSION}, the client ${protocol}; ${advice}`
        return call.fail(new BadRequest({ message, field: "protocol" }))
      }
      connection.greet(seated)
      call.done({ protocol: PROTOCOL_VERSION, version, hub: hub.id, silence: settings.socketSilence })
    },
    Attach: (request, call) => {
      const { connection } = call
      const { session } = request
      connection.detach(session)
      const { caller } = connection
      const sink = new SocketSink(connection)
      const seated = caller.seated ?? { client: "", name: "" }
      const attaching = Effect.map(hub.attach({ ...request, ...seated }, sink, caller), (attached) => {
        sink.handle = attached.handle
        return { attached, problem: connection.hold(attached, session) }
      })
      call.run(attaching, ({ attached, problem }) => {
        if (problem !== undefined) return call.fail(problem)
        const { handle, session: record, log, inputs, seat } = attached
        call.done({ handle, session: record, log, inputs, seat })
        // The answer is written before the first frame (W-3).
        attached.start()
      })
    },
    Detach: ({ session }, call) => {
      const problem = refuseId(session) ?? call.connection.detach(session, "leave")
      if (problem === undefined) call.done({})
      else call.fail(problem)
    },
    WatchSessions: ({ after, ...wanted }, call) => {
      const problem = after === undefined ? undefined : cursorProblem(after)
      if (problem !== undefined) return call.fail(new CursorInvalid({ message: problem }))
      call.run(follow(hub, call.connection, { after, ...wanted }, run), (watch) => {
        call.done({ change: watch.change, feed: watch.feed, reset: watch.reset })
        watch.start()
      })
    },
    UnwatchSessions: (_, call) => {
      call.connection.unwatch()
      call.done({})
    },
  }
}

/** Follows the feed from a change number; a client that was slow gets what it missed when it reads again. */
const follow = (
  hub: Hub["Service"],
  here: SocketConnection,
  request: WatchRequest,
  run: ConnectionCommandOptions["run"],
): Effect.Effect<FeedWatch, DoorError> => {
  const { only, doing } = request
  const sink = here.feed(request.seen, (after, seen) =>
    run(
      Effect.match(follow(hub, here, { after, only, doing, seen, continues: true }, run), {
        onSuccess: ({ start }) => start(),
        // Its client believes that it is told of everything.
        onFailure: ({ message }) => here.close(1011, message),
      }),
    ),
  )
  return Effect.tap(hub.watch(request, sink, here.caller), ({ change, stop }) => Effect.sync(() => here.watching(change, stop)))
}
