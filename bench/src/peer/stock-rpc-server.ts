/**
 * A station: streaming as Effect RPC has it, over its own WebSocket protocol: one stream and one pub-sub subscription
 * per subscriber, an acknowledgement per chunk. It keeps nothing.
 */
import { createServer } from "node:http"
import { once } from "node:events"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, PubSub, Schema, Stream } from "effect"
import { HttpRouter } from "effect/http"
import { Rpc, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc"
import { MARK_TEXT } from "../load/payload.ts"
import { answer } from "../process/station.ts"

const Item = Schema.Struct({ seq: Schema.Number, text: Schema.String })

const Peer = RpcGroup.make(
  Rpc.make("Subscribe", { success: Item, stream: true }),
  Rpc.make("Replay", { payload: { count: Schema.Number }, success: Item, stream: true }),
  Rpc.make("Publish", { payload: { seq: Schema.Number }, success: Schema.Void }),
)

const item = (seq: number): typeof Item.Type => ({ seq, text: MARK_TEXT })

const handlers = Peer.toLayer(
  Effect.gen(function* () {
    const events = yield* PubSub.bounded<typeof Item.Type>(4096)
    return {
      Subscribe: () => Stream.fromPubSub(events),
      Replay: ({ count }: { readonly count: number }) => Stream.range(1, count).pipe(Stream.map(item), Stream.rechunk(256)),
      Publish: ({ seq }: { readonly seq: number }) => PubSub.publish(events, item(seq)).pipe(Effect.asVoid),
    }
  }),
)

const http = createServer()
const served = HttpRouter.serve(
  RpcServer.layer(Peer).pipe(
    Layer.provide(handlers),
    Layer.provide(RpcServer.layerProtocolWebsocket({ path: "/rpc" })),
    Layer.provide(RpcSerialization.layerJson),
  ),
  { disableLogger: true, disableListenLog: true },
).pipe(Layer.provide(NodeHttpServer.layer(() => http, { port: 0, host: "127.0.0.1" })))

Effect.runFork(Layer.launch(served))

answer({
  port: async () => {
    if (!http.listening) await once(http, "listening")
    const address = http.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
})
