import { expect, it } from "vitest"
import { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import { EmulatorQueue } from "../../src/emulator/EmulatorQueue.ts"
import { checkpointOf } from "./checkpoint-fuzz.ts"
import { randomFrom } from "./streams.ts"

const nothing = () => undefined
const open = (cols = 20, rows = 5, scrollback = 50) =>
  new ChildTerminal(cols, rows, scrollback, { answer: nothing, title: nothing })

const numbered = (from: number, to: number): string =>
  Array.from(
    { length: to - from + 1 },
    (_, at) => `line ${from + at}${(from + at) % 7 === 0 ? " that is longer than a row of this terminal" : ""}\r\n`,
  ).join("")

/** The line that begins the row at which a place lies. */
const lineAt = (terminal: ChildTerminal, row: number): string => {
  const line = terminal.core.buffers.normal.lines.get(row)
  return String.fromCodePoint(...Array.from({ length: 9 }, (_, at) => (line?._data[at * 3] ?? 0) & 0x1fffff || 32)).trim()
}

it("T-18 (fault:N28) counts the lines that left the screen, whatever the scrollback keeps, over changes of size", () => {
  const random = randomFrom(7)
  const terminal = open()
  let written = 0
  for (let step = 0; step < 200; step++) {
    const more = 1 + random.below(30)
    terminal.parse(Buffer.from(numbered(written + 1, written + more)))
    written += more
    if (random.below(4) === 0) terminal.resize(10 + random.below(40), 3 + random.below(8))
    const { lines } = terminal.gone.place
    const row = terminal.gone.rowOf({ lines, rows: 0 })
    // The line at the place is the one of that number: line 1 is the first.
    expect(lineAt(terminal, row), `step ${step}`).toMatch(new RegExp(`^line ${lines + 1}(?: |$)`))
  }
})

it("T-18 a checkpoint carries the count on, and text that is skipped counts as text that is parsed", () => {
  const full = open()
  full.parse(Buffer.from(numbered(1, 500)))
  const copy = open()
  copy.parse(Buffer.from(checkpointOf(full)))
  expect(copy.gone.place).toEqual(full.gone.place)
  for (const each of [full, copy]) each.parse(Buffer.from(`${numbered(501, 600)}\x1b[3J${numbered(601, 640)}`))
  expect(copy.gone.place).toEqual(full.gone.place)
  const flood = Buffer.from(numbered(1, 60_000))
  const queue = new EmulatorQueue(20, 5, 50, {
    answer: nothing,
    title: nothing,
    parsed: nothing,
    screen: nothing,
    checkpoint: nothing,
    unavailable: nothing,
    broken: nothing,
    ready: nothing,
  })
  queue.add({ type: "bytes", position: 1, bytes: flood })
  let turns = 0
  for (; queue.isReady; turns++) queue.turn()
  expect(turns).toBeLessThan(flood.length / (32 * 1024))
  const parsed = open()
  for (let at = 0; at < flood.length; at += 30_000) parsed.parse(flood.subarray(at, at + 30_000))
  expect(queue.terminal.gone.place).toEqual(parsed.gone.place)
})

it("T-18 a checkpoint from a row on brings a terminal that has the rows before it to the same screen, with no line twice", () => {
  const full = open()
  const viewer = open(20, 5, 1000)
  full.parse(Buffer.from(numbered(1, 40)))
  viewer.parse(Buffer.from(checkpointOf(full)))
  const { place } = full.gone
  full.parse(Buffer.from(`${numbered(41, 70)}\x1b[2;3Hhere`))
  const steps = full.checkpoint(full.gone.rowOf(place))
  let state = steps.next()
  while (state.done !== true) state = steps.next()
  viewer.parse(Buffer.from(`\x1b[H\x1b[J${state.value}`))
  expect(viewer.screen()).toEqual(full.screen())
  const { lines } = viewer.core.buffers.normal
  const seen = Array.from({ length: lines.length }, (_, row) => lineAt(viewer, row)).filter((line) => line.startsWith("line "))
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBeGreaterThan(60)
})
