/**
 * The session of a chat (docs/protocol/rules.md, I-6).
 *
 * The id of a chat is the client's choice. One that is a session's id is that session; any other is found by the tag
 * `chat:ID`, with which a session is created when the request says of what. Tabs that do so at once get one session: its key
 * is made of the id too.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { CHAT_ID_PROBLEM, chatKey, chatTag, isChatId, isSessionId } from "@holdfast/core/agent/chat-id"
import { BadRequest, type DoorError, SessionNotFound, Unprocessable } from "@holdfast/protocol/errors"
import { CreateSession, type Session } from "@holdfast/protocol/session"
import { type Caller, type Hub, performed } from "@holdfast/hub/Hub"
import { failureOf } from "../json/decode-failure.ts"

type Perform = Pick<Hub["Service"], "perform">

/** The session of a chat, created if it has none and `create` says of what. Fails with `SessionNotFound` where there is none. */
export const openChat = Effect.fnUntraced(function* (
  hub: Perform,
  chat: string,
  create: unknown,
  by: Caller,
): Effect.fn.Return<string, DoorError> {
  if (isSessionId(chat)) {
    const session = yield* performed(hub, "sessions.get", { session: chat }, by)
    return yield* ofAgent(session)
  }
  if (!isChatId(chat)) {
    const message = `id: ${CHAT_ID_PROBLEM}`
    return yield* new BadRequest({ message, field: "id" })
  }
  const found = yield* tagged(hub, chat, by)
  if (found !== undefined) return found
  if (create === undefined) {
    const message =
      'no session belongs to this chat: use a session\'s id, or add create to the request, such as {"create": {"agent": "claude", "cwd": "/home/me/project"}}'
    return yield* new SessionNotFound({ message, session: chat })
  }
  const input = yield* creation(chat, create)
  return yield* performed(hub, "sessions.create", input, by).pipe(
    Effect.map(({ session }): string => session.id),
    // Another tab created it of something else at the same moment.
    Effect.catchTag("KeyConflict", (conflict) =>
      Effect.flatMap(tagged(hub, chat, by), (other) => (other === undefined ? Effect.fail(conflict) : Effect.succeed(other))),
    ),
  )
})

/** The session of a chat that may have none yet; one that is named by its own id must exist. */
export function findChat(hub: Perform, chat: string, by: Caller): Effect.Effect<string | undefined, DoorError> {
  return openChat(hub, chat, undefined, by).pipe(
    Effect.catchIf(
      (error): error is SessionNotFound => error._tag === "SessionNotFound" && !isSessionId(chat),
      () => Effect.succeed(undefined),
    ),
  )
}

const tagged = (hub: Perform, chat: string, by: Caller): Effect.Effect<string | undefined, DoorError> =>
  Effect.map(
    performed(hub, "sessions.list", { tag: chatTag(chat), kind: "agent", status: "all", limit: 1 }, by),
    ({ sessions: [session] }) => session?.id,
  )

const decode = Schema.decodeUnknownExit(Schema.toCodecJson(CreateSession))

function creation(chat: string, create: unknown): Effect.Effect<CreateSession, DoorError> {
  const exit = decode({ kind: "agent", ...(create as object) }, { onExcessProperty: "error" })
  if (Exit.isSuccess(exit)) {
    const { key: _, kind: __, tags = [], ...given } = exit.value
    return Effect.succeed({ ...given, kind: "agent", tags: [...tags, chatTag(chat)], key: chatKey(chat) })
  }
  const error = Exit.findErrorOption(exit)
  return Effect.fail(
    error._tag === "None"
      ? new BadRequest({ message: "create: cannot be read", field: "create" })
      : failureOf(error.value.issue, "create", true),
  )
}

function ofAgent({ id, kind }: Session): Effect.Effect<string, Unprocessable> {
  const message = `this session is a ${kind}; a chat is with an agent`
  return kind === "agent" ? Effect.succeed(id) : Effect.fail(new Unprocessable({ message, field: "id" }))
}
