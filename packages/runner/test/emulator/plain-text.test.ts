import { expect, it } from "vitest"
import { EmulatorQueue, SKIP_FROM_BYTES, TURN_BYTES } from "../../src/emulator/EmulatorQueue.ts"
import { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import { plainLength, skippable } from "../../src/emulator/plain-text.ts"
import { randomFrom, randomOutput } from "./streams.ts"
import type { Random } from "./streams.ts"
import { difference } from "./terminal-state.ts"

const nothing = () => undefined

const open = (cols: number, rows: number, scrollback: number, parsed: (bytes: number) => void = nothing) =>
  new EmulatorQueue(cols, rows, scrollback, {
    answer: nothing,
    title: nothing,
    parsed,
    screen: nothing,
    checkpoint: nothing,
    unavailable: nothing,
    broken: nothing,
    ready: nothing,
  })

const lines = [
  "\r\n",
  "\r\n",
  "\n",
  "a line of text\r\n",
  "tabs\tand\tmore\r\n",
  "日本語の行\r\n",
  "é ü ß ° ·\r\n",
  "bell\x07 back\b\b\r\n",
  "over\rwritten\r\n",
  "👍🏽 emoji 👩‍👩‍👧\r\n",
  "x".repeat(300) + "\r\n",
] as const

const text = (random: Random): Buffer => {
  let out = ""
  while (out.length < SKIP_FROM_BYTES + 20_000) out += random.pick(lines).repeat(1 + random.below(300))
  return Buffer.from(out)
}

const states = [
  "",
  "\x1b[41m",
  "\x1b[?7l",
  "\x1b[4h",
  "\x1b[20h",
  "\x1b[?1049h",
  "\x1b[2;4r",
  "\x1b[?6h",
  "\x1b[3;3H",
  "\x1b(0",
  "\x1b[?45h",
  "\x1b]8;;http://x/\x1b\\",
  "\x1b7",
  "\x1b[3g",
  "\x1b[38;5",
] as const

it("T-5 plain text that is skipped leaves the same terminal as text that is parsed, in any state", { timeout: 180_000 }, () => {
  const total = { fed: 0, turns: 0 }
  for (let seed = 1; seed <= 16; seed++) {
    const random = randomFrom(seed)
    const [cols, rows, scrollback] = [3 + random.below(100), 1 + random.below(40), random.pick([0, 10, 200])]
    const before = Buffer.concat([
      randomOutput(random, random.below(40), cols, rows, true),
      Buffer.from(`${random.pick(states)}${random.pick(states)}`),
    ])
    const output = Buffer.concat([text(random), randomOutput(random, random.below(10), cols, rows, true), text(random)])
    const parsed = new ChildTerminal(cols, rows, scrollback, { answer: nothing, title: nothing })
    const queue = open(cols, rows, scrollback)
    queue.add({ type: "bytes", position: 1, bytes: before })
    for (let at = 0, position = 2; at < output.length; position++) {
      const size = 1 + random.below(100_000)
      queue.add({ type: "bytes", position, bytes: output.subarray(at, at + size) })
      at += size
    }
    for (; queue.isReady; total.turns++) queue.turn()
    parsed.parse(before)
    for (let at = 0; at < output.length; at += TURN_BYTES) parsed.parse(output.subarray(at, at + TURN_BYTES))
    total.fed += output.length
    expect(`seed ${seed} ${cols}x${rows} ${difference(parsed, queue.terminal)}`).toBe(`seed ${seed} ${cols}x${rows} `)
  }
  expect(total.turns * TURN_BYTES).toBeLessThan(total.fed * 0.7)
})

it("T-5 text is plain up to the first control sequence, also one of two bytes over a cut", () => {
  const plain = Buffer.from("text\r\n é 日本\t")
  expect(plainLength([plain], 1e6)).toBe(plain.length)
  expect(plainLength([plain, Buffer.from("ab\x1b[m")], 1e6)).toBe(plain.length + 2)
  expect(plainLength([Buffer.from([0x61, 0xc2]), Buffer.from([0x9b, 0x6d])], 1e6)).toBe(1)
  expect(plainLength([Buffer.from([0x61, 0xc2]), Buffer.from([0xa0, 0x6d])], 1e6)).toBe(4)
  expect(plainLength([Buffer.from("a\0b")], 1e6)).toBe(1)
  expect(plainLength([Buffer.from("a\x0eb")], 1e6)).toBe(1)
})

it("T-5 what is kept begins after a line end and has the lines that can be seen", () => {
  const chunks = [Buffer.from("1\r\n2\r\n3"), Buffer.from("\r\n4\r\n5\r\n")]
  expect(skippable(chunks, 15, 2, 1)).toBe(9)
  expect(skippable(chunks, 15, 2, 4)).toBe(0)
  expect(skippable(chunks, 15, 20, 1)).toBe(0)
  expect(skippable([Buffer.from("1\n2\n3\n4\n")], 8, 1, 1)).toBe(0)
})
