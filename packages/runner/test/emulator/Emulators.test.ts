import { afterEach, expect, it } from "vitest"
import { ScreenUnavailable, startEmulators } from "../../src/emulator/Emulators.ts"
import type { EmulatorEvents, Emulators } from "../../src/emulator/Emulators.ts"
import { LAG_BOUND } from "../../src/emulator/EmulatorLag.ts"

const running: Array<Emulators> = []

afterEach(async () => {
  for (const emulators of running.splice(0)) await emulators.stop()
})

const start = (events: Partial<EmulatorEvents> = {}, thread?: URL): Emulators => {
  const all: EmulatorEvents = {
    answer: () => undefined,
    title: () => undefined,
    drained: () => undefined,
    failed: () => undefined,
    ...events,
  }
  const emulators = startEmulators(all, thread)
  running.push(emulators)
  return emulators
}

const colour = Buffer.from("\x1b[32mgreen\x1b[m and \x1b[1;34mblue\x1b[0m words\r\n".repeat(1600))

it("T-3 the screen is that after everything fed before, with the position of the last entry", async () => {
  const emulators = start()
  emulators.open(1, 20, 4, 100)
  for (let position = 1; position <= 500; position++) emulators.feed(1, position, Buffer.from(`line ${position}\r\n`))
  emulators.resize(1, 501, 30, 5)
  emulators.feed(1, 502, Buffer.from("\x1b]2;done\x07end"))
  expect(await emulators.screen(1)).toEqual({
    position: 502,
    cols: 30,
    rows: 5,
    text: "line 497\nline 498\nline 499\nline 500\nend",
    title: "done",
    alternate: false,
    cursor: { x: 3, y: 4, visible: true },
  })
  const checkpoint = await emulators.checkpoint(1)
  expect(checkpoint.position).toBe(502)
  emulators.open(2, 30, 5, 100)
  emulators.feed(2, 1, Buffer.from(checkpoint.screen))
  expect((await emulators.screen(2)).text).toBe((await emulators.screen(1)).text)
})

it("T-3 check:T5 each query is answered exactly once, in order, also over cuts, and bytes are those of the answer", async () => {
  const answers: Array<string> = []
  const emulators = start({ answer: (child, bytes) => answers.push(`${child} ${Buffer.from(bytes).toString()}`) })
  emulators.open(7, 80, 24, 10)
  for (const byte of Buffer.from("\x1b[c\x1b[6n\x1b[?2004$p\x1b]11;?\x07")) emulators.feed(7, 1, Uint8Array.of(byte))
  await emulators.screen(7)
  expect(answers.map((answer) => answer.replace("7 ", "")).join("")).toBe(
    "\x1b[?1;2c\x1b[1;1R\x1b[?2004;2$y\x1b]11;rgb:1010/1010/1414\x1b\\",
  )
})

it("T-5 a child that is too far ahead is refused until half of its lag is parsed, and nothing of it is lost", async () => {
  const drained: Array<number> = []
  let wake: (() => void) | undefined
  const emulators = start({ drained: (child) => (drained.push(child), wake?.()) })
  emulators.open(1, 80, 24, 100)
  let fed = 0
  let position = 0
  while (emulators.feed(1, ++position, colour)) fed += colour.length
  expect(fed + colour.length).toBeGreaterThanOrEqual(LAG_BOUND)
  expect(fed).toBeLessThan(LAG_BOUND)
  expect(emulators.feed(1, ++position, Buffer.from("last"))).toBe(false)
  await new Promise<void>((resolve) => (wake = resolve))
  expect(drained).toEqual([1])
  expect(emulators.feed(1, ++position, Buffer.from(" words"))).toBe(true)
  const screen = await emulators.screen(1)
  expect(screen.text.endsWith("last words")).toBe(true)
  expect(screen.position).toBe(position)
})

it("T-5 the screen of one child does not wait for the flood of another", async () => {
  const emulators = start()
  emulators.open(1, 80, 24, 100)
  emulators.open(2, 80, 24, 100)
  for (let position = 1; emulators.feed(1, position, colour); position++);
  const order: Array<number> = []
  emulators.feed(2, 1, Buffer.from("quick"))
  await Promise.all([emulators.screen(1).then(() => order.push(1)), emulators.screen(2).then(() => order.push(2))])
  expect(order).toEqual([2, 1])
})

it("T-3 a character that is cut by a chunk is shown whole, and a checkpoint waits for its rest", async () => {
  const emulators = start()
  emulators.open(1, 20, 3, 10)
  const bytes = Buffer.from("日本")
  emulators.feed(1, 1, bytes.subarray(0, 4))
  const waiting = emulators.checkpoint(1)
  emulators.feed(1, 2, bytes.subarray(4))
  const checkpoint = await waiting
  expect(checkpoint.position).toBe(2)
  expect(checkpoint.screen).toContain("日本")
  emulators.feed(1, 3, bytes.subarray(0, 1))
  expect((await emulators.checkpoint(1)).position).toBe(3)
})

it("T-3 requests of a closed child, of none and of stopped emulators are refused in words", async () => {
  const emulators = start()
  emulators.open(1, 20, 3, 10)
  const before = emulators.screen(1)
  emulators.close(1)
  await expect(before).rejects.toBeInstanceOf(ScreenUnavailable)
  await expect(emulators.checkpoint(1)).rejects.toThrow("not open")
  emulators.open(2, 20, 3, 10)
  const asked = emulators.checkpoint(2)
  await Promise.all([expect(asked).rejects.toThrow("ending"), emulators.stop()])
  expect(emulators.feed(2, 1, Buffer.from("x"))).toBe(true)
})

it("T-3 when the thread dies its screens say so, children are not held back, and new ones get a new thread", async () => {
  const thread = new URL(
    `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads"
    parentPort.on("message", (batch) => {
      for (const step of batch.steps) {
        if (step.type === "feed" && step.length > 1e6) throw new Error("planted")
        if (step.type === "screen") parentPort.postMessage({ type: "screen", request: step.request, screen: { text: "alive" } })
      }
    })`)}`,
  )
  const drained: Array<number> = []
  let report: ((message: string) => void) | undefined
  const failed = new Promise<string>((resolve) => (report = resolve))
  const emulators = start({ drained: (child) => drained.push(child), failed: (message) => report?.(message) }, thread)
  emulators.open(1, 80, 24, 100)
  expect(emulators.feed(1, 1, new Uint8Array(LAG_BOUND))).toBe(false)
  const asked = emulators.screen(1)
  await expect(asked).rejects.toBeInstanceOf(ScreenUnavailable)
  expect(await failed).toContain("planted")
  expect(drained).toEqual([1])
  expect(emulators.feed(1, 2, new Uint8Array(LAG_BOUND))).toBe(true)
  await expect(emulators.screen(1)).rejects.toThrow("planted")
  emulators.open(2, 80, 24, 100)
  expect((await emulators.screen(2)).text).toBe("alive")
})

it("T-3 one emulator that breaks is reported, its screen says so, and the others continue", async () => {
  const thread = new URL(
    `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from "node:worker_threads"
    parentPort.on("message", (batch) => {
      for (const step of batch.steps) {
        if (step.type === "feed") parentPort.postMessage({ type: "broken", child: step.child, reason: "planted" })
        if (step.type === "screen") parentPort.postMessage({ type: "screen", request: step.request, screen: { text: "alive" } })
      }
    })`)}`,
  )
  let report: ((message: string) => void) | undefined
  const failed = new Promise<string>((resolve) => (report = resolve))
  const emulators = start({ failed: (message) => report?.(message) }, thread)
  emulators.open(1, 80, 24, 100)
  emulators.open(2, 80, 24, 100)
  emulators.feed(1, 1, Buffer.from("x"))
  await expect(emulators.screen(2)).resolves.toEqual({ text: "alive" })
  expect(await failed).toBe("the emulator of child 1 failed: planted")
  await expect(emulators.screen(1)).rejects.toThrow("planted")
})

it("E-7 titles that a child sets without end are reported now and then, and the last one always", async () => {
  const titles: Array<string> = []
  const emulators = start({ title: (_child, title) => titles.push(title) })
  emulators.open(1, 80, 24, 100)
  for (let at = 1; at <= 20_000; at++) emulators.feed(1, at, Buffer.from(`\x1b]0;title ${at}\x07`))
  await emulators.screen(1)
  expect(titles.at(-1)).toBe("title 20000")
  expect(titles.length).toBeLessThan(200)
})
