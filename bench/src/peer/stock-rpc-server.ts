/**
 * A station: streaming as Effect RPC has it, over its own WebSocket protocol: one stream and one pub-sub subscription
 * per subscriber, an acknowledgement per chunk. It keeps nothing. `say` has it say words that are times, to those that listen;
 * their first item is empty, so that they know that they are heard. After `durable` a word goes out once it is in a file and synced.
 */
import { createServer } from "node:http"
import { once } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Effect, Layer, PubSub, Schema, Stream } from "effect"
import { HttpRouter } from "effect/http"
import { Rpc, RpcGroup, RpcSerialization, RpcServer } from "effect/rpc"
import { EVENT_BYTES, MARK_TEXT } from "../load/payload.ts"
import { stamp } from "../load/stamp.ts"
import { answer, figure } from "../process/station.ts"
import { behindSync } from "./behind-sync.ts"

const Item = Schema.Struct({ seq: Schema.Number, text: Schema.String })

const Peer = RpcGroup.make(
  Rpc.make("Subscribe", { success: Item, stream: true }),
  Rpc.make("Listen", { success: Item, stream: true }),
  Rpc.make("Replay", { payload: { count: Schema.Number }, success: Item, stream: true }),
  Rpc.make("Publish", { payload: { seq: Schema.Number }, success: Schema.Void }),
)

const item = (seq: number): typeof Item.Type => ({ seq, text: MARK_TEXT })

const speech = Effect.runSync(PubSub.bounded<typeof Item.Type>(4096))

const handlers = Peer.toLayer(
  Effect.gen(function* () {
    const events = yield* PubSub.bounded<typeof Item.Type>(4096)
    return {
      Subscribe: () => Stream.fromPubSub(events),
      Listen: () =>
        Stream.unwrap(
          Effect.map(PubSub.subscribe(speech), (heard) =>
            Stream.concat(Stream.succeed({ seq: 0, text: "" }), Stream.fromSubscription(heard)),
          ),
        ),
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

const emit = (word: typeof Item.Type): void => void Effect.runFork(PubSub.publish(speech, word))
let publish = emit

async function speak(words: number, millis: number): Promise<void> {
  for (let seq = 1; seq <= words; seq++) {
    await pause(millis)
    publish({ seq, text: stamp() })
  }
}

answer({
  durable: (fields) => {
    publish = behindSync(String(fields["file"]), (word) => Buffer.from(JSON.stringify(word).padEnd(EVENT_BYTES)), emit)
    return {}
  },
  say: (fields) => {
    void speak(figure(fields, "words"), figure(fields, "millis"))
    return {}
  },
  port: async () => {
    if (!http.listening) await once(http, "listening")
    const address = http.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    return { port: address.port }
  },
})
