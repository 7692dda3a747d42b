/** Output of several terminals on its way to the thread: from one memory, cut anywhere, with replies at any time. */
import { setImmediate as immediate } from "node:timers/promises"
import { afterEach, expect, it } from "vitest"
import { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import { SKIP_FROM_BYTES, TURN_BYTES } from "../../src/emulator/EmulatorQueue.ts"
import { startEmulators } from "../../src/emulator/Emulators.ts"
import type { Emulators } from "../../src/emulator/Emulators.ts"
import { StepBatch } from "../../src/emulator/StepBatch.ts"
import { checkpointOf } from "./checkpoint-fuzz.ts"
import { randomFrom, randomOutput } from "./streams.ts"
import type { Random } from "./streams.ts"

const nothing = () => undefined
const running: Array<Emulators> = []

afterEach(async () => {
  for (const emulators of running.splice(0)) await emulators.stop()
})

const start = (failed: (message: string) => void = nothing): Emulators => {
  const emulators = startEmulators({ answer: nothing, title: nothing, drained: nothing, failed })
  running.push(emulators)
  return emulators
}

/** One memory for everything that is read, as the adapter has it. */
const memory = Buffer.alloc(256 * 1024)

const readAnew = (bytes: Uint8Array): Buffer => {
  memory.fill("#")
  memory.set(bytes)
  return memory.subarray(0, bytes.length)
}

it("T-5 output is copied as it is fed: memory that is read into again in the same tick changes no screen", async () => {
  const emulators = start()
  for (const child of [1, 2, 3]) emulators.open(child, 40, 4, 10)
  for (let position = 1; position <= 3; position++) {
    for (const child of [1, 2, 3]) emulators.feed(child, position, readAnew(Buffer.from(`child ${child}, line ${position}\r\n`)))
  }
  memory.fill("#")
  for (const child of [1, 2, 3]) {
    const { text, position } = await emulators.screen(child)
    expect({ text, position }).toEqual({
      text: `child ${child}, line 1\nchild ${child}, line 2\nchild ${child}, line 3`,
      position: 3,
    })
  }
})

it("T-5 a batch has the bytes of its steps, whatever their sizes and whichever buffers come back", () => {
  const random = randomFrom(5)
  const batch = new StepBatch()
  const lent: Array<{ bytes: ArrayBuffer; expected: Buffer }> = []
  for (let round = 0; round < 200; round++) {
    const expected: Array<Buffer> = []
    const feeds = random.below(12)
    for (let at = 0; at < feeds; at++) {
      const bytes = Buffer.alloc(random.pick([1, 10, 1000, 33_000, 90_000]) + random.below(100), round + at)
      batch.feed(random.below(3), at, readAnew(bytes))
      expected.push(bytes)
      if (random.below(4) === 0) batch.add({ type: "screen", child: 1, request: at })
    }
    const all = Buffer.concat(expected)
    expect(batch.length).toBe(all.length)
    const { bytes, steps } = batch.take()
    expect(batch.isEmpty && batch.length === 0).toBe(true)
    const fed = steps.filter((step) => step.type === "feed")
    let end = 0
    for (const { offset, length } of fed) {
      expect(offset).toBe(end)
      end += length
    }
    expect(end).toBe(all.length)
    lent.push({ bytes, expected: all })
    while (lent.length > random.below(4)) {
      const [back] = lent.splice(random.below(lent.length), 1)
      if (back === undefined) break
      expect(Buffer.from(back.bytes, 0, back.expected.length).equals(back.expected)).toBe(true)
      batch.give(back.bytes)
    }
  }
})

interface Fed {
  readonly child: number
  readonly output: Buffer
  at: number
  position: number
  /** The terminal that gets everything, in pieces cut elsewhere, and skips nothing. */
  readonly plain: ChildTerminal
}

const flood = (random: Random): string => {
  const line = random.pick(["0123456789\r\n", "日本語の行\r\n", "a longer line of text é\r\n", "x\r\n"])
  return line.repeat(Math.ceil((SKIP_FROM_BYTES * (0.3 + random.below(100) / 80)) / Buffer.byteLength(line)))
}

const outputOf = (random: Random, child: number, cols: number, rows: number): Buffer => {
  const parts: Array<Buffer> = []
  for (let part = 0; part < 2; part++) {
    parts.push(Buffer.from(`\x1b[mchild ${child}\r\n${flood(random)}part ${part}`), randomOutput(random, 20, cols, rows, true))
  }
  return Buffer.concat(parts)
}

const cut = (random: Random): number => 1 + random.below(random.pick([8, 4096, 4096, 65_536, memory.length]))

it("T-5 T-6 screens and checkpoints of terminals that flood side by side are those of terminals that parse everything", async () => {
  let compared = 0
  for (let seed = 1; seed <= 4; seed++) {
    const random = randomFrom(seed)
    const failures: Array<string> = []
    const emulators = start((message) => failures.push(message))
    const [cols, rows, scrollback] = [20 + random.below(80), 2 + random.below(30), random.pick([0, 50, 500])]
    const all = [1, 2, 3].map((child): Fed => {
      emulators.open(child, cols, rows, scrollback)
      const plain = new ChildTerminal(cols, rows, scrollback, { answer: nothing, title: nothing })
      return { child, output: outputOf(random, child, cols, rows), at: 0, position: 0, plain }
    })
    const asked: Array<Promise<void>> = []
    const ask = (fed: Fed): Promise<void> => {
      const { child, position, plain } = fed
      const name = `seed ${seed} child ${child} at ${position}`
      const screen = { position, ...plain.screen() }
      // A checkpoint waits for the rest of a character: what it is compared with is not known yet.
      const checkpoint = plain.isInCharacter ? undefined : { position, cols, rows, screen: checkpointOf(plain) }
      const replies = Promise.all([emulators.screen(child), checkpoint === undefined ? undefined : emulators.checkpoint(child)])
      const checked = replies.then((reply) => {
        compared++
        expect([name, ...reply]).toEqual([name, screen, checkpoint])
      })
      asked.push(checked)
      return checked
    }
    for (let waiting = all; waiting.length > 0; waiting = waiting.filter(({ at, output }) => at < output.length)) {
      const fed = random.pick(waiting as [Fed, ...Array<Fed>])
      const piece = fed.output.subarray(fed.at, fed.at + cut(random))
      fed.at += piece.length
      emulators.feed(fed.child, ++fed.position, readAnew(piece))
      for (let at = 0; at < piece.length; at += TURN_BYTES) fed.plain.parse(piece.subarray(at, at + TURN_BYTES))
      if (random.below(3) === 0) await immediate()
      const question = random.below(10)
      if (question === 0) void ask(fed)
      if (question === 1) await ask(fed)
    }
    for (const fed of all) void ask(fed)
    await Promise.all(asked)
    expect(failures).toEqual([])
    for (const { plain } of all) plain.dispose()
  }
  expect(compared).toBeGreaterThan(40)
})
