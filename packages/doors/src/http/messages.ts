/**
 * Handlers of the group `messages`: sending, the transcript, the queue (H-15, H-16).
 */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { DoorError } from "@holdfast/protocol/errors"
import { HoldfastApi } from "@holdfast/protocol/http"
import { Agents } from "@holdfast/hub/Agents"
import type { MessageFile } from "@holdfast/hub/agent/message-files"
import type { Changed, Hub, Principal } from "@holdfast/hub/Hub"
import { answer, json } from "./answer.ts"
import type { Exchange } from "./Exchange.ts"
import { principalOf } from "./Exchange.ts"
import { withKey } from "./idempotency-key.ts"
import { theSession } from "./sessions.ts"

/** Messages of a page when nobody says. */
const PAGE = 50

const changed = (
  session: string,
  change: (agents: Agents["Service"], id: string, by: Principal) => Effect.Effect<Changed, DoorError>,
): ReturnType<typeof answer<Changed, Hub | Agents | Exchange>> =>
  answer(
    Effect.gen(function* () {
      const { exchange, id } = yield* theSession(session)
      return yield* change(yield* Agents, id, principalOf(exchange))
    }),
    ({ session: record }) => json(record),
  )

/** What people sent is shown as an image, or is a download: never a page of the hub's origin. */
const fileAnswer = ({ bytes, mediaType }: MessageFile): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.uint8Array(bytes, {
    contentType: mediaType ?? "application/octet-stream",
    headers: {
      "content-disposition": mediaType === undefined ? "attachment" : "inline",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "cache-control": "private, max-age=31536000, immutable",
    },
  })

/** The handlers. */
export const messageHandlers = HttpApiBuilder.group(HoldfastApi, "messages", (handlers) =>
  handlers
    .handle("send", ({ params, payload, headers }) =>
      answer(
        Effect.gen(function* () {
          const { exchange, id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.send(id, yield* withKey(payload, headers), principalOf(exchange))
        }),
        (sent) => json(sent),
      ),
    )
    .handle("messages", ({ params, query: { before, limit = PAGE } }) =>
      answer(
        Effect.gen(function* () {
          const { id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.messages(id, { limit, ...(before === undefined ? {} : { before }) })
        }),
        (page) => json(page),
      ),
    )
    .handle("file", ({ params }) =>
      answer(
        Effect.gen(function* () {
          const { id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.file(id, params.hash)
        }),
        fileAnswer,
      ),
    )
    .handle("queued", ({ params }) =>
      answer(
        Effect.gen(function* () {
          const { id } = yield* theSession(params.id)
          const agents = yield* Agents
          return yield* agents.queued(id, params.messageId)
        }),
        (item) => json(item),
      ),
    )
    .handle("edit", ({ params, payload }) =>
      changed(params.id, (agents, id, by) => agents.edit(id, params.messageId, payload, by)),
    )
    .handle("unqueue", ({ params }) => changed(params.id, (agents, id, by) => agents.unqueue(id, params.messageId, by)))
    .handle("reorder", ({ params, payload }) => changed(params.id, (agents, id, by) => agents.reorder(id, payload.order, by)))
    .handle("resolve", ({ params, payload }) =>
      changed(params.id, (agents, id, by) => agents.resolveMessage(id, params.messageId, payload.action, by)),
    )
    .handle("hold", ({ params }) => changed(params.id, (agents, id, by) => agents.hold(id, by)))
    .handle("release", ({ params }) => changed(params.id, (agents, id, by) => agents.release(id, by))),
)
