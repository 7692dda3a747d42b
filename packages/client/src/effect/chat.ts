/**
 * A ready client of the RPC door (docs/protocol/rules.md, F-5): one for each page, which returns by itself.
 *
 * Subscriptions survive cuts, restarts and folds: they return with their cursor, and a gap is a reason to return as well. Calls
 * are repeated under their key until there is an answer. A stock client that does not take what it subscribed to reads nothing else
 * from its connection: so subscriptions are read at once, each as far as its reader keeps up, and calls have a connection of their own.
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as RpcClient from "effect/rpc/RpcClient"
import { RpcClientError } from "effect/rpc/RpcClientError"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import { KEY_PROTOCOL } from "@holdfast/protocol/browser-key"
import type { Sent } from "@holdfast/protocol/agent/message"
import type { Interrupted } from "@holdfast/protocol/agent/task"
import {
  type ChatError,
  ChatRpcs,
  type HistoryCursor,
  RPC_PATHS,
  RPC_PROTOCOL,
  type SessionEvent,
  type SessionSnapshot,
} from "@holdfast/protocol/chat"
import { Unauthorized } from "@holdfast/protocol/errors"
import type { Fetch } from "../http/request.ts"
import { makeClientId } from "../client-id.ts"
import { Follow } from "./follow-chat.ts"
import { ofSendableSize } from "./message-size.ts"
import { readAhead } from "./read-ahead.ts"
import { type Token, tokenNow } from "./token.ts"

/** Where the hub is, and how to reach it. */
export interface ChatOptions {
  /** Such as `http://127.0.0.1:4653`; empty for the page's own origin. */
  readonly origin: string
  readonly token?: Token
  /** Makes a socket; the platform's `WebSocket` when absent. */
  readonly webSocket?: (url: string, protocols: ReadonlyArray<string>) => Socket.WebSocketLike
  /** Asks the hub over HTTP why a socket did not open; the platform's `fetch` when absent. */
  readonly fetch?: Fetch
  /** Longest wait for the answer to a call, with all its repetitions; a minute. */
  readonly timeout?: Duration.Input
  /** Longest pause before another try; 3 s. */
  readonly maxDelay?: Duration.Input
  /** Chunks of up to 64 KiB that wait for a slow reader; then its subscription is left, and continued once it has taken them. 16. */
  readonly ahead?: number
}

/** A message to an agent: exactly one of `text` and `parts`. A key of its own is made for one that has none. */
export type ChatMessageInput = Omit<Parameters<Client["chat.send"]>[0], "session">

/** Where a subscription continues. */
export interface ChatCursor {
  readonly after: number
  readonly log?: string
}

/** There was no answer in time: the hub may have done what was asked. */
export class ChatUnreachable extends Schema.TaggedError<ChatUnreachable>()("ChatUnreachable", {
  message: Schema.String,
  cause: Schema.optionalKey(Schema.Defect()),
}) {}

type Client = RpcClient.FromGroup<typeof ChatRpcs, RpcClientError>
type Answer<A> = Effect.Effect<A, ChatError | ChatUnreachable>

/** Talks to the agents of a hub. */
export class Chat extends Context.Service<
  Chat,
  {
    /**
     * The state of a session and what happens in it. It does not end by itself: it fails with what the hub refuses. Leaving it
     * detaches, and stops no turn. Without a cursor it begins with `InitialState`.
     */
    readonly subscribe: (session: string, cursor?: ChatCursor) => Stream.Stream<SessionEvent, ChatError>
    readonly send: (session: string, message: ChatMessageInput) => Answer<Sent>
    /** Stops the streaming turn and keeps what it produced. */
    readonly interrupt: (session: string) => Answer<Interrupted>
    /** Removes a message that waits. */
    readonly dequeue: (session: string, messageId: string) => Answer<{ readonly seq: number }>
    /** The state now; with `history`, the messages before. */
    readonly getState: (
      session: string,
      page?: { readonly history?: HistoryCursor; readonly limit?: number },
    ) => Answer<SessionSnapshot>
  }
>()("@holdfast/client/effect/Chat") {
  /** A client of the hub at an origin. Its connections close with the layer. */
  static readonly layer = (options: ChatOptions): Layer.Layer<Chat> => Layer.effect(Chat, make(options))
}

/** A socket to the door with a stock client on it. */
const connect = Effect.fnUntraced(function* (options: ChatOptions): Effect.fn.Return<Client, never, Scope.Scope> {
  const { token, webSocket = platformSocket } = options
  let key: string | undefined
  const url = Effect.map(tokenNow(token), (current) => {
    key = current
    return doorUrl(options.origin).replace(/^http/, "ws")
  })
  const constructor = Layer.succeed(Socket.WebSocketConstructor, (address: string) =>
    webSocket(address, key === undefined ? [RPC_PROTOCOL] : [RPC_PROTOCOL, KEY_PROTOCOL + key]),
  )
  const protocol = RpcClient.layerProtocolSocket({
    retryPolicy: pausesOf(options.maxDelay ?? MAX_DELAY),
    pingTimeout: PING_TIMEOUT,
  })
  const context = yield* Layer.build(
    protocol.pipe(
      Layer.provide([RpcSerialization.layerNdjson, Layer.fresh(Socket.layerWebSocket(url)).pipe(Layer.provide(constructor))]),
    ),
  )
  return yield* RpcClient.make(ChatRpcs).pipe(Effect.provideContext(context))
})

const platformSocket = (url: string, protocols: ReadonlyArray<string>): Socket.WebSocketLike => new WebSocket(url, [...protocols])

const doorUrl = (origin: string): string =>
  `${(origin === "" ? (globalThis.location?.origin ?? "") : origin).replace(/\/$/, "")}${RPC_PATHS[0]}`

/** Longest pause before another try, and the longest silence of the hub, which answers each ping: a client that is busy hears late. */
const MAX_DELAY = "3 seconds"
const PING_TIMEOUT = "30 seconds"

/** Pauses between tries: growing, jittered, without end. */
const pausesOf = (longest: Duration.Input): Schedule.Schedule<unknown, unknown> =>
  Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced(longest)]).pipe(Schedule.jittered)

const isRpcClientError = (error: unknown): error is RpcClientError => error instanceof RpcClientError

const TRANSIENT: ReadonlySet<string> = new Set(["Busy", "Unavailable", "InternalError", "SubscriptionEnded"])

const isTransient = (error: unknown): boolean =>
  isRpcClientError(error) || (Predicate.hasProperty(error, "_tag") && TRANSIENT.has(String(error._tag)))

/** Why a socket did not open is not told: the guard says over HTTP whether the credential is known. */
const refusedOr = (options: ChatOptions, error: RpcClientError): Effect.Effect<never, RpcClientError | Unauthorized> => {
  if (error.reason._tag !== "SocketOpenError") return Effect.fail(error)
  // Not as a method of the options: a browser's own refuses to be called on anything but its window (C-14).
  const { fetch: ask = globalThis.fetch } = options
  return tokenNow(options.token).pipe(
    Effect.flatMap((token) =>
      Effect.tryPromise({
        try: (signal) =>
          ask(doorUrl(options.origin), {
            method: "GET",
            redirect: "manual",
            signal,
            headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          }),
        catch: () => error,
      }),
    ),
    Effect.timeoutOrElse({ duration: "5 seconds", orElse: () => Effect.fail(error) }),
    Effect.flatMap(({ status }) =>
      Effect.fail(
        status === 401 || status === 403
          ? new Unauthorized({ message: "the hub does not know this credential; sign in again, or use another token" })
          : error,
      ),
    ),
  )
}

/** Values that a chunk of 64 KiB holds at most, so that the connection is never held up. */
const STREAM_BUFFER = 2048

/** Chunks that a subscription's reader may have to take before the subscription is left until it has. */
const AHEAD = 16

const make = Effect.fnUntraced(function* (options: ChatOptions): Effect.fn.Return<Chat["Service"], never, Scope.Scope> {
  const calls = yield* connect(options)
  const streams = yield* connect(options)
  const pauses = pausesOf(options.maxDelay ?? MAX_DELAY)
  const limit = Duration.fromInputUnsafe(options.timeout ?? "1 minute")

  const answer = <A>(call: Effect.Effect<A, ChatError | RpcClientError>): Answer<A> =>
    call.pipe(
      Effect.catchIf(isRpcClientError, (error) => refusedOr(options, error)),
      Effect.retry({ schedule: pauses, while: isTransient }),
      Effect.timeoutOrElse({
        duration: limit,
        orElse: () => Effect.fail(new ChatUnreachable({ message: `no answer within ${Duration.toSeconds(limit)} s` })),
      }),
      Effect.catchIf(isRpcClientError, (cause) => Effect.fail(new ChatUnreachable({ message: cause.message, cause }))),
    )

  return {
    subscribe: (session, cursor) =>
      Stream.suspend(() => {
        const follow = new Follow(cursor)
        const once = Stream.suspend(() =>
          streams["chat.subscribe"]({ session, ...follow.cursor }, { streamBufferSize: STREAM_BUFFER }),
        ).pipe(
          Stream.mapArrayEffect((events) => follow.take(events)),
          Stream.concat(Stream.fail(follow.ended)),
          Stream.catchIf(isRpcClientError, (error) => Stream.fromEffect(refusedOr(options, error))),
        )
        const source = once.pipe(
          Stream.retry(Schedule.while(pauses, ({ input }) => isTransient(input))),
          // Those are tried again without end.
          Stream.catchIf(isRpcClientError, Stream.die),
        )
        return readAhead(source, Math.max(1, options.ahead ?? AHEAD))
      }),
    send: (session, message) => {
      // Made before the first try: however often the message is sent, the hub takes it once.
      const key = message.key ?? makeClientId()
      return answer(
        ofSendableSize(
          message,
          Effect.suspend(() => calls["chat.send"]({ session, ...message, key })),
        ),
      )
    },
    interrupt: (session) => answer(Effect.suspend(() => calls["chat.interrupt"]({ session }))),
    dequeue: (session, messageId) => answer(Effect.suspend(() => calls["chat.dequeue"]({ session, messageId }))),
    getState: (session, page = {}) => answer(Effect.suspend(() => calls["chat.getState"]({ session, ...page }))),
  }
})
