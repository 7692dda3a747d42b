/** The commands of the stream socket, on the hub's contract. */
import * as Effect from "effect/Effect"
import { BadRequest, type DoorError, Unavailable } from "@holdfast/protocol/errors"
import { PROTOCOL_VERSION } from "@holdfast/protocol/version"
import type { Settings } from "@holdfast/protocol/settings"
import type { Attachment, Hub } from "../Hub.ts"
import type { Connection } from "./Connection.ts"
import type { Handlers } from "./RpcDesk.ts"

/** What the handlers need. */
export interface HandlerOptions {
  readonly hub: Hub["Service"]
  readonly settings: Settings
  readonly version: string
  readonly connection: (client: number) => Connection | undefined
  readonly run: <A, E>(effect: Effect.Effect<A, E>) => void
}

/** Makes the handlers. */
export function makeHandlers({ hub, settings, version, connection, run }: HandlerOptions): Handlers {
  const of = (client: { readonly id: number }): Effect.Effect<Connection, DoorError> => {
    const found = connection(client.id)
    return found === undefined ? Effect.fail(new Unavailable({ message: "the connection is closed" })) : Effect.succeed(found)
  }
  const seqOf = Effect.map(({ seq }: { readonly seq: number }) => ({ seq }))
  /** Follows the feed from a change number; a client that was slow gets what it missed when it reads again. */
  const follow = (
    here: Connection,
    after: number | undefined,
    started: (start: () => void) => void,
  ): Effect.Effect<number, DoorError> =>
    Effect.map(
      hub.watch(
        after,
        here.feed((change) => run(follow(here, change, (start) => start()))),
      ),
      ({ change, start, stop }) => {
        here.watching(change, stop)
        started(start)
        return change
      },
    )

  return {
    Hello: ({ client: name, name: shown, protocol }, { client }) =>
      Effect.gen(function* () {
        const here = yield* of(client)
        if (here.greeted) return yield* new BadRequest({ message: "Hello was said before" })
        if (protocol !== PROTOCOL_VERSION) {
          return yield* new BadRequest({
            message: `this hub speaks protocol ${PROTOCOL_VERSION}, the client ${protocol}; ${protocol > PROTOCOL_VERSION ? "upgrade the hub" : "reload or upgrade the client"}`,
            field: "protocol",
          })
        }
        here.greet(name, shown)
        return { protocol: PROTOCOL_VERSION, version, hub: hub.id, silence: settings.socketSilence }
      }),
    Attach: ({ session: text, ...request }, { client, requestId }) =>
      Effect.gen(function* () {
        const here = yield* of(client)
        const session = yield* hub.resolve(text)
        here.detach(session)
        let attachment: Attachment | undefined
        const attached = yield* hub.attach(
          { ...request, session, client: here.client, name: here.name },
          here.sink(() => attachment?.handle ?? 0),
          here.principal,
        )
        attachment = attached
        const problem = here.hold(attached, session)
        if (problem !== undefined) return yield* Effect.fail(problem)
        here.after(requestId, attached.start)
        return { handle: attached.handle, session: attached.session, log: attached.log, inputs: attached.inputs }
      }),
    Detach: ({ session: text }, { client }) =>
      Effect.gen(function* () {
        const here = yield* of(client)
        const session = yield* hub.resolve(text)
        const problem = here.detach(session)
        if (problem !== undefined) return yield* problem
      }),
    WatchSessions: ({ after }, { client, requestId }) =>
      Effect.gen(function* () {
        const here = yield* of(client)
        const change = yield* follow(here, after, (start) => here.after(requestId, start))
        return { change }
      }),
    UnwatchSessions: (_, { client }) => Effect.map(of(client), (here) => here.unwatch()),
    SetTypist: ({ session, mode }, { client }) =>
      Effect.gen(function* () {
        const here = yield* of(client)
        const id = yield* hub.resolve(session)
        const { seq } = yield* hub.setTypist(id, here.client, here.name, mode, here.principal)
        return { seq }
      }),
    Create: (request, { client }) =>
      Effect.flatMap(of(client), (here) => Effect.map(hub.create(request, here.principal), ({ session }) => session)),
    Get: ({ session }) => Effect.flatMap(hub.resolve(session), hub.get),
    List: (query) => hub.list(query),
    Update: ({ session, change }, { client }) =>
      on(of(client), hub, session, (id, here) => seqOf(hub.update(id, change, here.principal))),
    Mark: ({ session, mark }, { client }) =>
      on(of(client), hub, session, (id, here) => seqOf(hub.mark(id, mark, here.principal))),
    Archive: ({ session, key }, { client }) =>
      on(of(client), hub, session, (id, here) => seqOf(hub.archive(id, key, here.principal))),
    Restore: ({ session, key }, { client }) =>
      on(of(client), hub, session, (id, here) => seqOf(hub.restore(id, key, here.principal))),
    Delete: ({ session, key }, { client }) =>
      on(of(client), hub, session, (id, here) => seqOf(hub.remove(id, key, here.principal))),
    Signal: ({ session, signal }, { client }) =>
      on(of(client), hub, session, (id, here) => hub.signal(id, signal, here.principal)),
  }
}

const on = <A>(
  connection: Effect.Effect<Connection, DoorError>,
  hub: Hub["Service"],
  session: string,
  body: (id: string, connection: Connection) => Effect.Effect<A, DoorError>,
): Effect.Effect<A, DoorError> =>
  Effect.gen(function* () {
    const here = yield* connection
    const id = yield* hub.resolve(session)
    return yield* body(id, here)
  })
