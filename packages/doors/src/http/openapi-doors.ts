/**
 * What the description says of the routes that are no operations: they speak the protocol of someone else, which it names
 * (docs/protocol/rules.md, H-11, H-27, H-28).
 */
import type * as OpenApi from "effect/http-api/OpenApi"
import { DOOR_ROUTES, type DoorRouteName } from "../guard/routes.ts"

type Operation = OpenApi.OpenAPISpecOperation

/** An operation whose errors a route can answer with, as it is described. */
export type DescribedOperation = (name: string) => Operation | undefined

const EXAMPLE = {
  id: "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70",
  messages: [{ id: "message-1", role: "user", parts: [{ type: "text", text: "Why does the build fail?" }] }],
}

const BODY = {
  type: "object",
  properties: {
    id: { type: "string", description: "Id of the chat: a session's id, or one of the client's choice" },
    messages: { type: "array", items: { type: "object" }, description: "UI messages, of which the last one is read" },
    trigger: { type: "string", enum: ["submit-message", "regenerate-message"] },
    messageId: { type: "string" },
    mode: { type: "string", enum: ["queue", "steer", "interrupt", "reject"] },
    create: { type: "object", description: "What to create a session of where the chat has none, as in POST /api/sessions" },
  },
  required: ["id", "messages"],
  additionalProperties: false,
} as const

const CHUNKS = "Server-sent events, each with the JSON of one UI message chunk of the AI SDK as data; the last one is [DONE]."

const stream = {
  description: CHUNKS,
  content: {
    "text/event-stream": {
      schema: { type: "string" },
      example: 'data: {"type":"start","messageId":"…"}\n\ndata: {"type":"finish"}\n\ndata: [DONE]\n\n',
    },
  },
}

const SAID: Readonly<Record<DoorRouteName, { readonly summary: string; readonly scope: string }>> = {
  "chat.send": {
    summary: "Send the last message of a chat of the AI SDK, or its answers to permission requests, and stream the turn",
    scope: "write or all",
  },
  "chat.resume": { summary: "Stream the running turn of a chat of the AI SDK from its start", scope: "read, write or all" },
}

/** The description of such a route. */
export function describeDoorRoute(name: DoorRouteName, operationOf: DescribedOperation): Operation {
  const { summary, scope } = SAID[name]
  const borrowed = [
    DOOR_ROUTES[name].as,
    "sessions.list",
    ...(name === "chat.send" ? ["sessions.create", "permissions.answer"] : []),
  ]
  const errors = borrowed.flatMap((one) =>
    Object.entries(operationOf(one)?.responses ?? {}).filter(([status]) => Number(status) >= 400),
  )
  const chat = {
    name: "chat",
    in: "path",
    required: true,
    schema: { type: "string" },
    description: "Id of the chat",
    example: EXAMPLE.id,
  } as const
  const described = {
    tags: ["messages"],
    operationId: name,
    summary,
    description: `${summary}. Needs a credential with the scope ${scope}.`,
    security: [{ bearer: [] }],
    parameters: name === "chat.resume" ? [chat] : [],
    ...(name === "chat.send"
      ? { requestBody: { required: true, content: { "application/json": { schema: BODY, example: EXAMPLE } } } }
      : {}),
    responses: {
      200: stream,
      204: { description: "There is no turn to stream" },
      ...Object.fromEntries(errors),
    },
  }
  return described as unknown as Operation
}
