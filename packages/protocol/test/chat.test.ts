/** The schemas of the RPC door, as a program imports them that has no server. */
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import {
  ChatError,
  ChatMessage,
  ChatRpcs,
  ChatStreamEvent,
  HistoryCursor,
  MessagePart,
  QueuedMessage,
  RPC_PATHS,
  RPC_PROTOCOL,
  SessionEvent,
  SessionSnapshot,
  SubscriptionEnded,
  UnknownError,
} from "@holdfast/protocol/chat"
import { SessionNotFound } from "@holdfast/protocol/errors"

/** A value through a schema and back, as JSON. */
const through = <T, E>(schema: Schema.Codec<T, E>, json: unknown): { readonly value: T; readonly back: unknown } => {
  const codec = Schema.toCodecJson(schema)
  const value = Schema.decodeUnknownSync(codec)(json)
  return { value, back: Schema.encodeSync(codec)(value) }
}

const snapshot = {
  session: "s",
  label: "a label",
  status: "active",
  agent: "claude",
  seq: 3,
  log: "l",
  messages: [{ id: "m", role: "user", parts: [{ type: "text", text: "hi" }], createdAt: 1 }],
  history: { before: 2 },
  activeTurnId: "t",
  buffer: [{ type: "start", messageId: "t" }],
  queue: [{ id: "q", parts: [{ type: "text", text: "later" }], mode: "queue", by: "owner", at: 2, status: "waiting" }],
  permissions: [],
}

describe("the schemas of chat", () => {
  it("J-1 name the five calls, their paths and their subprotocol", () => {
    expect([...ChatRpcs.requests.keys()].sort()).toEqual([
      "chat.dequeue",
      "chat.getState",
      "chat.interrupt",
      "chat.send",
      "chat.subscribe",
    ])
    expect([RPC_PATHS, RPC_PROTOCOL]).toEqual([["/rpc", "/ws"], "holdfast.rpc.1"])
  })

  it.each([
    ["a state", SessionSnapshot, snapshot],
    ["a subscription's beginning", SessionEvent, { _tag: "InitialState", reason: "fresh", ...snapshot }],
    ["an event", SessionEvent, { _tag: "SessionStopped", from: 4, seq: 5, time: 9, turn: "t", reason: "interrupted" }],
    ["a step", ChatStreamEvent, { type: "text-delta", id: "1", delta: "x" }],
    ["a step with data", ChatStreamEvent, { type: "data-plan", id: "1", data: { entries: [] } }],
    ["a part", MessagePart, { type: "dynamic-tool", toolName: "bash", toolCallId: "c", state: "input-available", input: {} }],
    ["a file", MessagePart, { type: "file", mediaType: "image/png", url: "files/abc", bytes: 7 }],
    ["a message", ChatMessage, snapshot.messages[0]],
    ["a queued message", QueuedMessage, snapshot.queue[0]],
    ["a cursor", HistoryCursor, { before: 2 }],
    ["an error", ChatError, { _tag: "SessionNotFound", message: "m", session: "s" }],
  ])("J-3 take %s as it is on the wire", (_, schema: Schema.Codec<unknown>, json) => {
    expect(through(schema, json).back).toEqual(json)
  })

  it("J-2 errors arrive as what they are", () => {
    expect(through(ChatError, { _tag: "SessionNotFound", message: "m", session: "s" }).value).toBeInstanceOf(SessionNotFound)
    expect(through(ChatError, { _tag: "SubscriptionEnded", message: "m" }).value).toBeInstanceOf(SubscriptionEnded)
  })

  it("E-3 what a later version sends is kept, with its place, and everything else is shown", () => {
    const event = { _tag: "SessionMoved", from: 7, seq: 8, to: "elsewhere" }
    expect(through(SessionEvent, event).value).toEqual({ _tag: "Unknown", tag: "SessionMoved", from: 7, seq: 8 })
    const { value: error } = through(ChatError, { _tag: "ModelGone", message: "choose another", model: "m" })
    expect(error).toBeInstanceOf(UnknownError)
    expect(error).toMatchObject({ tag: "ModelGone", message: "choose another" })
    for (const schema of [MessagePart, ChatStreamEvent] as ReadonlyArray<Schema.Codec<unknown>>) {
      const part = { type: "hologram", depth: 3 }
      const { value, back } = through(schema, part)
      expect(value).toEqual({ type: "unknown", value: part })
      expect(back).toEqual(part)
    }
  })
})
