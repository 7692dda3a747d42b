/** Cuts of text. */
import { describe, expect, it } from "vitest"
import { cutText } from "../src/agent/cut.ts"
import { headOf, headOfBytes, tailOf } from "../src/text-cut.ts"

describe("cuts of text", () => {
  it("M-7 (fault:N16) never divide a surrogate pair, wherever the length falls", () => {
    const text = "a🙂b🙂🙂c🙂"
    for (let length = 0; length <= text.length + 1; length++) {
      const head = headOf(text, length)
      const tail = tailOf(text, length)
      for (const cut of [head, tail, cutText(text, length)]) expect(cut.isWellFormed()).toBe(true)
      expect(text.startsWith(head) && text.endsWith(tail)).toBe(true)
      for (const cut of [head, tail]) {
        expect(cut.length).toBeLessThanOrEqual(length)
        expect(cut.length).toBeGreaterThanOrEqual(Math.min(length, text.length) - 1)
      }
    }
    for (let bytes = 0; bytes <= 25; bytes++) {
      const head = headOfBytes(text, bytes)
      expect(head.isWellFormed() && text.startsWith(head)).toBe(true)
      expect(Buffer.byteLength(head)).toBeLessThanOrEqual(bytes)
      expect(Buffer.byteLength(head)).toBeGreaterThan(Math.min(bytes, Buffer.byteLength(text)) - 4)
    }
    expect([headOf("🙂", 1), tailOf("🙂", 1), headOf("\ud83dx", 1)]).toEqual(["", "", "\ud83d"])
  })
})
