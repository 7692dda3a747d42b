import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Event } from "@holdfast/protocol/event"
import { expect, it } from "vitest"
import { AnswerWatch } from "../src/agent/wait-for-answer.ts"

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

it("Q-13 (N11) tells of every request that may keep the agent from a message, whenever and in whatever turn it was asked", () => {
  const watch = new AnswerWatch({ status: "queued", messageId: "m", seq: 5 }, "abcd", () => undefined)
  let seq = 5
  const take = (channel: Event["channel"], type: string, data: object, turn?: string): unknown =>
    watch.take({ seq: ++seq, time: 1, channel, type, data: { ...data }, ...(turn === undefined ? {} : { turn }) })
  watch.asked([request("before"), { ...request("done"), decision: { optionId: "y", allow: true, by: "ann", at: 1 } }])
  take("permission", "asked", { request: request("ahead") }, "another")
  take("permission", "asked", { request: request("background") })
  expect([...watch.asks.keys()]).toEqual(["before", "ahead", "background"])
  take("permission", "answered", { id: "before" })
  take("permission", "cancelled", { id: "ahead" }, "another")
  expect([...watch.asks.values()]).toEqual(["bash: background"])
})
