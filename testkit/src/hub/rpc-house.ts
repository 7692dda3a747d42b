/** The RPC door on a bare HTTP server, a stock client of Effect RPC, and one that speaks its lines by hand. */
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as RpcClient from "effect/rpc/RpcClient"
import type { RpcClientError } from "effect/rpc/RpcClientError"
import * as RpcSerialization from "effect/rpc/RpcSerialization"
import * as Socket from "effect/socket/Socket"
import WebSocket from "ws"
import { type ChatError, ChatRpcs, RPC_PROTOCOL, type SessionEvent } from "@holdfast/protocol/chat"
import type { Settings } from "@holdfast/protocol/settings"
import { Hub, type Principal } from "@holdfast/hub/Hub"
import { type House, OWNER, testSettings } from "./hub-house.ts"
import { Watch } from "./Watch.ts"
import { makeRpcDoor } from "@holdfast/doors/rpc/makeRpcDoor"
import type { SocketDoor } from "@holdfast/doors/SocketDoor"

/** A listening door. */
export interface RpcHouse {
  readonly door: SocketDoor
  readonly url: string
  readonly close: () => Promise<void>
}

/** Serves the door of a house; every upgrade is allowed. Settings may be beyond what a hub accepts, such as shorter times. */
export async function openRpc(house: House, settings: Partial<Settings> = {}, by: Principal = OWNER): Promise<RpcHouse> {
  const door = await house.run(makeRpcDoor({ ...testSettings(), ...settings }).pipe(Effect.provideService(Hub, house.hub)))
  const server = createServer()
  server.on("upgrade", (request, socket, head) => door.accept(request, socket, head, by))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    door,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/rpc`,
    close: async () => {
      await door.stop()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export type Stock = RpcClient.FromGroup<typeof ChatRpcs, RpcClientError>

/** What a stock client heard of a subscription. */
export interface Heard {
  readonly events: Array<SessionEvent>
  readonly until: (what: string, condition: (events: ReadonlyArray<SessionEvent>) => boolean) => Promise<void>
  /** How it ended, once it has. */
  readonly ended: Promise<Exit.Exit<void, ChatError | RpcClientError>>
  readonly interrupt: () => Promise<void>
}

/** The stock client of Effect RPC, over the platform's WebSocket. */
export class StockClient {
  readonly calls: Stock
  readonly #scope: Scope.Closeable

  private constructor(calls: Stock, scope: Scope.Closeable) {
    this.calls = calls
    this.#scope = scope
  }

  static async open(url: string, protocols: Array<string> = [RPC_PROTOCOL]): Promise<StockClient> {
    const scope = Effect.runSync(Scope.make())
    const protocol = RpcClient.layerProtocolSocket().pipe(
      Layer.provide([
        RpcSerialization.layerNdjson,
        Socket.layerWebSocket(url, { protocols }).pipe(Layer.provide(Socket.layerWebSocketConstructorGlobal)),
      ]),
    )
    const made = Effect.gen(function* () {
      const context = yield* Layer.build(protocol)
      return yield* RpcClient.make(ChatRpcs).pipe(Effect.provideContext(context))
    })
    return new StockClient(await Effect.runPromise(Scope.provide(made, scope)), scope)
  }

  /** Runs a call to its value. */
  readonly run = <A, E>(effect: Effect.Effect<A, E>): Promise<A> => Effect.runPromise(effect)

  /** Runs a call to its typed error. */
  readonly failure = <A, E>(effect: Effect.Effect<A, E>): Promise<E> => Effect.runPromise(Effect.flip(effect))

  /** Subscribes and keeps what comes; `slow` is done with each event. */
  subscribe(
    payload: Parameters<Stock["chat.subscribe"]>[0],
    slow: (event: SessionEvent) => Effect.Effect<void> = () => Effect.void,
  ): Heard {
    const events: Array<SessionEvent> = []
    const watch = new Watch()
    const hearing = Stream.runForEach(this.calls["chat.subscribe"](payload), (event) =>
      Effect.andThen(
        Effect.sync(() => {
          events.push(event)
          watch.wake()
        }),
        slow(event),
      ),
    )
    const fiber = Effect.runFork(hearing)
    const ended = Effect.runPromise(Fiber.await(fiber))
    return {
      events,
      until: (what, condition) =>
        watch.until(
          what,
          () => condition(events),
          10_000,
          () => JSON.stringify(events.slice(-5)),
        ),
      ended,
      interrupt: () => Effect.runPromise(Fiber.interrupt(fiber)),
    }
  }

  close(): Promise<void> {
    return Effect.runPromise(Scope.close(this.#scope, Exit.void))
  }
}

type Message = Readonly<Record<string, unknown>> & { readonly _tag: string }

/** Lines by hand: what a stock client would never send, and acknowledgements that it would. */
export class LineClient {
  readonly ws: WebSocket
  readonly messages: Array<Message> = []
  closed: { readonly code: number; readonly reason: string } | undefined
  readonly #watch = new Watch()

  constructor(url: string) {
    this.ws = new WebSocket(url)
    this.ws.on("message", (data: Buffer) => {
      for (const line of data.toString().split("\n")) if (line !== "") this.messages.push(JSON.parse(line) as Message)
      this.#watch.wake()
    })
    this.ws.on("close", (code, reason) => {
      this.closed = { code, reason: reason.toString() }
      this.#watch.wake()
    })
    this.ws.on("error", () => this.#watch.wake())
  }

  async open(): Promise<this> {
    if (this.ws.readyState !== WebSocket.OPEN) await new Promise((resolve) => this.ws.once("open", resolve))
    return this
  }

  /** Sends a message, or a line as it is. */
  send(message: string | object): void {
    this.ws.send(typeof message === "string" ? message : `${JSON.stringify(message)}\n`)
  }

  request(id: string, tag: string, payload: unknown, more: object = {}): void {
    this.send({ _tag: "Request", id, tag, payload, headers: [], ...more })
  }

  /** The end of a call, once it is there. */
  async exit(id: string): Promise<Message> {
    const found = (): Message | undefined => this.messages.find((one) => one._tag === "Exit" && one["requestId"] === id)
    await this.until(`the end of ${id}`, () => found() !== undefined)
    return found() as Message
  }

  until(what: string, condition: () => boolean): Promise<void> {
    return this.#watch.until(what, condition, 10_000, () =>
      JSON.stringify([this.closed, ...this.messages.slice(-3)]).slice(0, 800),
    )
  }
}
