import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { asMessageId } from "@holdfast/protocol/checked-ids"
import type { Event } from "@holdfast/protocol/event"
import { expect, it } from "vitest"
import { AnswerWatch, behindText } from "../src/agent/wait-for-answer.ts"
import { session } from "./session.ts"

const request = (id: string): PermissionRequest => ({
  id,
  kind: "tool",
  tool: "bash",
  title: `bash: ${id}`,
  subject: id,
  options: [],
  inputBytes: 2,
  seq: 1,
  askedAt: 1,
})

it("Q-13 (fault:N11) reports every request that may keep the agent from a message, whenever and in whatever turn it was asked", () => {
  const watch = new AnswerWatch({ status: "queued", messageId: asMessageId("m"), seq: 5 }, "abcd", () => undefined)
  let seq = 5
  const take = (channel: Event["channel"], type: string, data: object, turn?: string): unknown =>
    watch.take({ seq: ++seq, time: 1, channel, type, data: { ...data }, ...(turn === undefined ? {} : { turn }) })
  watch.asked([request("before"), { ...request("done"), decision: { optionId: "y", allow: true, by: "ann", at: 1 } }])
  take("permission", "asked", { request: request("ahead") }, "another")
  take("permission", "asked", { request: request("background") })
  expect([...watch.asks.keys()]).toEqual(["before", "ahead", "background"])
  take("permission", "answered", { requestId: "before", decision: { optionId: "y", allow: true, by: "ann", at: 1 } })
  take("permission", "cancelled", { requestId: "ahead", reason: "its turn ended" }, "another")
  expect([...watch.asks.values()]).toEqual(["bash: background"])
})

it("Q-20 says what a message waits for, and what to do about it", () => {
  const item = (id: string, status: "waiting" | "sent") =>
    ({ id, parts: [], mode: "queue", by: "o", at: 1, status, seq: 1, bytes: 1 }) as const
  const turn = { status: "streaming", id: "t", startedAt: 1 } as const
  const sent = { status: "queued", messageId: asMessageId("m"), seq: 5 } as const
  const behind = session({ turn, queue: [item("other", "waiting"), item("m", "waiting")] })
  expect(behindText(behind, sent)).toMatch(/is queued behind the running turn and 1 message; to stop that turn: .*interrupt /)
  const asking = { ...behind, permissions: [request("r")] }
  expect(behindText(asking, sent)).toMatch(/is queued behind a permission request and 1 message; answer it: .*inbox/)
  expect(behindText({ ...asking, queue: [item("m", "sent")] }, { ...sent, status: "steered" })).toMatch(
    /joins the running turn.*a permission request is waiting for an answer; answer it/,
  )
  expect(behindText(session({ queue: [item("m", "sent")] }), sent)).toBeUndefined()
})
