import { expect, it } from "vitest"
import type { PushNotice } from "@holdfast/protocol/push"
import { MESSAGE_MAX } from "../src/encryption.ts"
import { noticeBytes } from "../src/notice-bytes.ts"

const notice: PushNotice = { title: "a label", body: "Finished", tag: "t", reason: "ended", path: "s/t", time: 1 }
const read = (bytes: Buffer) => JSON.parse(bytes.toString()) as PushNotice

it("PN-5 a notification that needs more bytes than a service takes has shorter words, and the rest whole", () => {
  expect(read(noticeBytes(notice))).toEqual(notice)
  for (const letter of ["\u0001", "\u{1f980}", "語"]) {
    const long = {
      ...notice,
      title: letter.repeat(120),
      body: letter.repeat(2000),
      path: `s/t?request=${"%E8%AA%9E".repeat(200)}`,
    }
    const bytes = noticeBytes(long)
    expect(bytes.length).toBeLessThanOrEqual(MESSAGE_MAX)
    expect(read(bytes).path).toBe(long.path)
    expect(long.body.startsWith(read(bytes).body)).toBe(true)
    expect(read(bytes).body.length).toBeGreaterThan(50)
  }
})
