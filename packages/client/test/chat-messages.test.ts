import type { Message } from "@holdfast/protocol/agent/message"
import { describe, expect, it } from "vitest"
import { isSameList, mergedMessages } from "../src/ai-sdk/chat-messages.ts"
import type { ChatMessage } from "../src/ai-sdk/sdk-chat.ts"

const shown = (id: string, role: ChatMessage["role"], text = id): ChatMessage => ({
  id,
  role,
  parts: [{ type: "text", text } as { type: string }],
})
const stored = (id: string, role: Message["role"], key?: string): Message => ({
  id,
  role,
  parts: [{ type: "text", text: id }],
  createdAt: 1,
  ...(key === undefined ? {} : { key }),
})
const never = (): boolean => false
const ids = (messages: ReadonlyArray<ChatMessage>): ReadonlyArray<string> => messages.map(({ id }) => id)

describe("the messages of a bound chat", () => {
  it("I-8 stored messages come once, in the session's order, and what is on its way after them", () => {
    const mine = shown("my-key", "user", "as I wrote it")
    const current = [mine, shown("waiting", "user")]
    const merged = mergedMessages(
      current,
      [stored("m1", "user"), stored("t1", "assistant"), stored("m2", "user", "my-key")],
      never,
    )
    expect(ids(merged)).toEqual(["m1", "t1", "my-key", "waiting"])
    expect(merged[2]).toBe(mine)
  })

  it("I-8 a turn that is read stays as the chat has it, and one that was read is as it is stored", () => {
    const half = shown("t1", "assistant", "hal")
    const reading = mergedMessages([half], [stored("t1", "assistant")], (turn) => turn === "t1")
    expect(reading[0]).toBe(half)
    const whole = mergedMessages([half], [stored("t1", "assistant")], never)
    expect(whole[0]?.parts).toEqual([{ type: "text", text: "t1" }])
    const again = mergedMessages(whole, [stored("t1", "assistant")], never)
    expect(isSameList(again, whole)).toBe(true)
  })

  it("I-8 older pages stay in front, and two people may have used one key", () => {
    const merged = mergedMessages(
      [shown("old", "user"), shown("m1", "user")],
      [stored("m1", "user"), stored("m2", "user", "k"), stored("m3", "user", "k")],
      never,
    )
    expect(ids(merged)).toEqual(["old", "m1", "k", "m3"])
  })
})
