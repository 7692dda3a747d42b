/** The commands of the stream socket, on the hub's contract. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { cursorProblem, type FeedCursor } from "@holdfast/core/cursor"
import { BadRequest, CursorInvalid } from "@holdfast/protocol/errors"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import type { Settings } from "@holdfast/protocol/settings"
import type { Agents } from "@holdfast/hub/Agents"
import type { Hub, SessionChange } from "@holdfast/hub/Hub"
import { makeAgentHandlers } from "./agent-handlers.ts"
import { wholeId } from "@holdfast/hub/session/whole-id"
import type { Connection } from "./Connection.ts"
import type { Call, Handlers } from "./RpcDesk.ts"
import { Namesakes } from "./Namesakes.ts"
import { SocketSink } from "./SocketSink.ts"

/** What the handlers need. */
export interface HandlerOptions {
  readonly hub: Hub["Service"]
  readonly agents: Agents["Service"]
  readonly settings: Settings
  readonly version: string
  /** Runs what nobody waits for. */
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => void
}

/** Makes the handlers. */
export function makeHandlers({ hub, agents, settings, version, run }: HandlerOptions): Handlers {
  const namesakes = new Namesakes()
  /** An append to a session's log: from the message to the session's loop and back without an effect. */
  const change = (session: string, asked: SessionChange, call: Call<{ readonly seq: number }>): void =>
    hub.change(session, asked, call.connection.principal, (refused, seq) => {
      if (refused === undefined) call.done({ seq })
      else call.fail(refused)
    })

  return {
    ...makeAgentHandlers(agents),
    Hello: ({ client, connection: own, name, protocol }, call) => {
      const { connection } = call
      if (connection.greeted) return call.fail(new BadRequest({ message: "Hello was said before" }))
      if (protocol !== PROTOCOL_VERSION) {
        return call.fail(
          new BadRequest({
            message: `this hub speaks protocol ${PROTOCOL_VERSION}, the client ${protocol}; ${protocol > PROTOCOL_VERSION ? "upgrade the hub" : "reload or upgrade the client"}`,
            field: "protocol",
          }),
        )
      }
      connection.greet(client, own ?? namesakes.connectionOf(connection, client), name)
      call.done({ protocol: PROTOCOL_VERSION, version, hub: hub.id, silence: settings.socketSilence })
    },
    Attach: ({ session: text, ...request }, call) => {
      const { connection } = call
      const attach = Effect.flatMap(wholeId(text), (session) => {
        connection.detach(session)
        const { client, own, name, principal } = connection
        const sink = new SocketSink(connection)
        return Effect.map(hub.attach({ ...request, session, client, connection: own, name }, sink, principal), (attached) => {
          sink.handle = attached.handle
          return { attached, problem: connection.hold(attached, session) }
        })
      })
      call.run(attach, ({ attached, problem }) => {
        if (problem !== undefined) return call.fail(problem)
        const { handle, session, log, inputs } = attached
        call.done({ handle, session, log, inputs })
        // The answer is written before the first frame (W-3).
        attached.start()
      })
    },
    Detach: ({ session }, call) =>
      call.run(wholeId(session), (id) => {
        const problem = call.connection.detach(id, "leave")
        if (problem === undefined) call.done(undefined)
        else call.fail(problem)
      }),
    WatchSessions: ({ after, feed }, call) => {
      const problem = after === undefined ? undefined : cursorProblem(after)
      if (problem !== undefined) return call.fail(new CursorInvalid({ message: problem }))
      call.run(follow(hub, call.connection, { after, feed }, run), (watch) => {
        call.done({ change: watch.change, feed: watch.feed, reset: watch.reset })
        watch.start()
      })
    },
    UnwatchSessions: (_, call) => {
      call.connection.unwatch()
      call.done(undefined)
    },
    SetTypist: ({ session, mode }, call) => {
      const { client, own, name, principal } = call.connection
      const taken = Effect.flatMap(wholeId(session), (id) =>
        hub.setTypist(id, { client, connection: own, name }, mode, principal),
      )
      call.run(taken, ({ seq }) => call.done({ seq }))
    },
    DetachOthers: ({ session }, call) => {
      const { client, own, name, principal } = call.connection
      const detached = Effect.flatMap(wholeId(session), (id) => hub.release(id, { client, connection: own }, name, principal))
      call.run(detached, (count) => call.done({ detached: count }))
    },
    Create: (request, call) =>
      hub.createThen(request, call.connection.principal, (exit) => {
        if (Exit.isSuccess(exit)) call.done(exit.value.session)
        else call.failWith(exit.cause)
      }),
    Get: ({ session }, call) => call.run(Effect.flatMap(wholeId(session), hub.get), (found) => call.done(found)),
    List: (query, call) => call.run(hub.list(query), (page) => call.done(page)),
    Update: ({ session, change: fields }, call) => change(session, { _tag: "Update", change: fields }, call),
    Mark: ({ session, mark }, call) => change(session, { _tag: "Mark", mark }, call),
    Resolve: ({ name }, call) => call.run(hub.resolve(name), (session) => call.done({ session })),
    Archive: ({ session, key }, call) => change(session, { _tag: "Archive", key }, call),
    Restore: ({ session, key }, call) => change(session, { _tag: "Restore", key }, call),
    Delete: ({ session, key }, call) => {
      const removed = Effect.flatMap(wholeId(session), (id) => hub.remove(id, key, call.connection.principal))
      call.run(removed, ({ seq }) => call.done({ seq }))
    },
    Restart: ({ session, start }, call) => {
      const started = Effect.flatMap(wholeId(session), (id) => hub.restart(id, start, call.connection.principal))
      call.run(started, (record) => call.done(record))
    },
    Signal: ({ session, signal }, call) => {
      const sent = Effect.flatMap(wholeId(session), (id) => hub.signal(id, signal, call.connection.principal))
      call.run(sent, () => call.done(undefined))
    },
  }
}

/** Follows the feed from a change number; a client that was slow gets what it missed when it reads again. */
const follow = (
  hub: Hub["Service"],
  here: Connection,
  cursor: FeedCursor,
  run: HandlerOptions["run"],
): ReturnType<Hub["Service"]["watch"]> => {
  const sink = here.feed((after) => run(Effect.map(follow(hub, here, { after }, run), ({ start }) => start())))
  return Effect.tap(hub.watch(cursor, sink), ({ change, stop }) => Effect.sync(() => here.watching(change, stop)))
}
