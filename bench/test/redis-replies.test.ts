import { expect, it } from "vitest"
import { Replies, type RedisReply } from "../src/peer/redis-replies.ts"

it("answers are read whole, however the bytes are cut", () => {
  const bytes = Buffer.from("+OK\r\n:42\r\n$5\r\nhe\r\nl\r\n*2\r\n$1\r\na\r\n*1\r\n$-1\r\n*-1\r\n-ERR no\r\n")
  for (let size = 1; size <= bytes.length; size++) {
    const got: Array<RedisReply> = []
    const replies = new Replies((reply) => got.push(reply))
    for (let at = 0; at < bytes.length; at += size) replies.push(bytes.subarray(at, at + size))
    expect(got).toEqual(["OK", 42, "he\r\nl", ["a", [null]], null, new Error("ERR no")])
  }
})
