/** Creates an agent session, sends it a message, and prints what the agent says: `node examples/effect/main.ts "your message"`. */
import { Console, Effect, Layer, Stream } from "effect"
import { Chat, makeBreaker, Outbox, Sessions } from "@holdfast/client/effect"
import { openOutbox, sendOverHttp } from "@holdfast/client/outbox"
import { createOrOffline, isOffline } from "./create-or-offline.ts"

const { HOLDFAST_URL: origin = "http://127.0.0.1:4653", HOLDFAST_TOKEN: token = "" } = process.env
const { 2: text = "Say hello" } = process.argv

const program = Effect.gen(function* () {
  const breaker = yield* makeBreaker({ name: "hub" })
  const session = yield* createOrOffline({ kind: "agent", agent: "scripted", label: "effect example" }, breaker)
  if (isOffline(session)) {
    yield* (yield* Outbox).send(session.id, { text })
    return yield* Console.log("The hub is away. The session and its message are in the outbox: the next run sends them.")
  }

  const chat = yield* Chat
  const { seq, log } = yield* chat.getState(session.id)
  yield* chat.send(session.id, { text })
  yield* chat.subscribe(session.id, { after: seq, log }).pipe(
    Stream.takeUntil(({ _tag }) => _tag === "SessionStopped"),
    Stream.runForEach((event) =>
      event._tag === "AssistantMessage"
        ? Console.log(event.message.parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(""))
        : Effect.void,
    ),
  )
  // What an earlier run left there is on its way.
  const { changes } = yield* Outbox
  yield* changes.pipe(
    Stream.takeUntil(({ counts }) => counts.pending + counts.processing === 0),
    Stream.runDrain,
    Effect.timeoutOption("5 seconds"),
  )
})

// Kept in a file of the user's, which every run of this program shares: what one leaves in it, the next one sends.
const open = () => openOutbox({ name: "effect-example", send: sendOverHttp({ origin, token, fetch }) })

const Live = Layer.mergeAll(Sessions.layer({ origin, token }), Chat.layer({ origin, token }), Outbox.layer(open))

const main = program.pipe(
  Effect.scoped,
  Effect.provide(Live),
  // What the hub refuses, its message explains.
  Effect.matchEffect({
    onSuccess: () => Effect.succeed(0),
    onFailure: ({ message }) => Effect.as(Console.error(message), 1),
  }),
)

process.exitCode = await Effect.runPromise(main)
