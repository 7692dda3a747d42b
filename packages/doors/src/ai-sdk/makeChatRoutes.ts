/**
 * The HTTP form of a chat of the AI SDK, for `DefaultChatTransport`: a message or an answer is posted, its turn comes back as
 * server-sent events; the running turn can be asked for (docs/protocol/rules.md, I-1).
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { DoorError } from "@holdfast/protocol/errors"
import { type Caller, Hub } from "@holdfast/hub/Hub"
import { failureOfCause } from "@holdfast/hub/operations/failure"
import { noTelemetry, type Telemetry } from "@holdfast/hub/Telemetry"
import { DOOR_ROUTES, type DoorRouteName } from "../guard/routes.ts"
import type { Asked, LentStream, RouteDoor } from "../RouteDoor.ts"
import { askChat } from "./ask-chat.ts"
import { readChatRequest } from "./chat-request.ts"
import { findChat } from "./open-chat.ts"
import { type ChunkOut, streamTurn, type TurnRequest } from "./stream-turn.ts"

/** By which the AI SDK knows the stream. */
const HEADERS = { "x-vercel-ai-ui-message-stream": "v1" }
const GONE = "the response was closed"

/** Makes the door's HTTP form. */
export function makeChatRoutes(telemetry: Telemetry = noTelemetry): Effect.Effect<RouteDoor<DoorRouteName>, never, Hub> {
  return Effect.gen(function* () {
    const hub = yield* Hub
    const fork = Effect.runForkWith(yield* Effect.context<never>())
    return {
      serve: (name, asked) => {
        const by = { ...asked.by, door: "chat" }
        const serving = name === "chat.send" ? send(hub, asked, by) : resume(hub, asked, by)
        fork(serving).addObserver((exit) => {
          if (Exit.isSuccess(exit)) return
          const { defect, error } = failureOfCause(exit.cause)
          if (defect !== undefined) telemetry.log("error", defect, { operation: DOOR_ROUTES[name].as, trace: by.trace })
          asked.refuse(error)
        })
      },
    }
  })
}

type Service = Hub["Service"]

const send = Effect.fnUntraced(function* (hub: Service, asked: Asked, by: Caller): Effect.fn.Return<void, DoorError> {
  const request = readChatRequest(asked.body)
  if (request instanceof Error) {
    // What can be wrong with a request is told by the hub.
    return yield* Effect.callback<never, DoorError>(
      (done) => void hub.perform("messages.send", request, by, () => done(Effect.fail(request))),
    )
  }
  yield* stream(hub, yield* askChat(hub, request, by), asked, by)
})

const resume = Effect.fnUntraced(function* (hub: Service, asked: Asked, by: Caller): Effect.fn.Return<void, DoorError> {
  const chat = asked.params["chat"] ?? ""
  const session = yield* findChat(hub, chat, by)
  if (session === undefined) return asked.empty()
  yield* stream(hub, { session, followed: { endsToAsk: true } }, asked, by)
})

/** Streams the turn; a response is begun as soon as it is known that there is something to come. */
const stream = Effect.fnUntraced(function* (
  hub: Service,
  turn: TurnRequest,
  asked: Asked,
  by: Caller,
): Effect.fn.Return<void, DoorError> {
  let lent: LentStream | undefined
  const opened = (): LentStream => (lent ??= asked.stream(HEADERS))
  const out: ChunkOut = {
    chunks: (chunks, taken) =>
      opened().send(
        chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`),
        taken,
      ),
    full: () => false,
    waits: () => void opened(),
    over: (end) => {
      if (end === "Idle" && lent === undefined) return asked.empty()
      opened().send(["data: [DONE]\n\n"])
      opened().end()
    },
    torn: () => opened().tear(),
  }
  const begun = yield* streamTurn(hub, turn, out, by)
  asked.onClose(() => begun.detach(GONE))
  if (turn.after !== undefined || turn.followed.turn !== undefined) opened()
  begun.start()
})
