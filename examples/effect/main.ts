/** Creates an agent session, sends it a message, and prints what the agent says: `node examples/effect/main.ts "your message"`. */
import { Console, Effect, Layer, Stream } from "effect"
import { Chat, makeBreaker, Outbox, Sessions } from "@holdfast/client/effect"
import { openOutbox, sendOverHttp } from "@holdfast/client/outbox"
import { createOrOffline, isOffline } from "./create-or-offline.ts"

const { HOLDFAST_URL: origin = "http://127.0.0.1:4653", HOLDFAST_TOKEN: token = "" } = process.env

const program = Effect.gen(function* () {
  const breaker = yield* makeBreaker({ name: "hub" })
  const session = yield* createOrOffline({ kind: "agent", agent: "scripted", label: "effect example" }, breaker)
  if (isOffline(session)) return yield* Console.log(`${session.label} is offline; it will be created when the hub is back`)

  const chat = yield* Chat
  const { seq, log } = yield* chat.getState(session.id)
  yield* chat.send(session.id, { text: process.argv[2] ?? "Say hello" })
  yield* chat.subscribe(session.id, { after: seq, log }).pipe(
    Stream.takeUntil(({ _tag }) => _tag === "SessionStopped"),
    Stream.runForEach((event) =>
      event._tag === "AssistantMessage"
        ? Console.log(event.message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(""))
        : Effect.void,
    ),
  )
})

// Kept in a file of the user's, which every run of this program shares: what one leaves in it, the next one sends.
const open = () => openOutbox({ name: "effect-example", send: sendOverHttp({ origin, token, fetch }) })

const Live = Layer.mergeAll(Sessions.layer({ origin, token }), Chat.layer({ origin, token }), Outbox.layer(open))

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(Live)))
