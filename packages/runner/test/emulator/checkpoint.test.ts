import { expect, it } from "vitest"
import { ChildTerminal, setWidths } from "../../src/emulator/ChildTerminal.ts"
import { MAX_ROWS_LENGTH } from "../../src/emulator/checkpoint.ts"
import { emptyTerminal } from "../../src/emulator/xterm-internals.ts"
import { checkpointOf, runSeed } from "./checkpoint-fuzz.ts"
import { randomFrom, randomOutput } from "./streams.ts"
import { difference } from "./terminal-state.ts"

const seeds = (from: number, count: number, withResize: boolean): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, at) => runSeed(from + at, withResize)).filter((text) => text !== "")

const open = (cols: number, rows: number, scrollback = 100, answers: Array<string> = []) =>
  new ChildTerminal(cols, rows, scrollback, { answer: (data) => answers.push(data), title: () => undefined })

const restored = (from: ChildTerminal, cols: number, rows: number): ChildTerminal => {
  const terminal = open(cols, rows)
  terminal.parse(Buffer.from(checkpointOf(from)))
  return terminal
}

it(
  "T-6 check:T3 random output cut at a random byte: checkpoint and rest produce what all of it produces",
  { timeout: 180_000 },
  () => {
    console.log("seeds 1 to 1000")
    expect(seeds(1, 1000, false)).toEqual([])
  },
)

it("T-6 check:T3 random output with changes of size: what shows is the same", { timeout: 180_000 }, () => {
  console.log("seeds 1 to 600")
  expect(seeds(1, 600, true)).toEqual([])
})

it.each([
  ["the cursor behind the last column", "0123456789"],
  ["a wide character behind the last column", "01234567字"],
  ["a character that the next one joins", "abce"],
  ["margins and origin mode", "\x1b[2;4r\x1b[?6h\x1b[2;3Hx"],
  ["a saved cursor above the screen", "\x1b7\r\n\r\n\r\n\r\n\r\n\r\n\r\nlast"],
  ["a saved cursor after the scrollback was cleared", "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\x1b7\x1b[H\x1b[2J\x1b[3Jx"],
  ["line drawing", "\x1b(0lqqk\x1b(Bx\x1b)0\x0e"],
  ["styled wide characters that wrap", "\x1b[7;41m日本語日本語日本語\x1b[m"],
  ["the alternate screen", "shell$ vim\r\n\x1b[?1049h\x1b[2;2Hedit\x1b[1;3r"],
  ["tab stops", "\x1b[3g\x1b[4G\x1bH\x1b[7G\x1bH\r"],
  ["cursor style, hidden, mouse, paste", "\x1b[5 q\x1b[?25l\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?1h\x1b="],
  ["colours and title", "\x1b]4;1;#aabbcc\x07\x1b]11;rgb:1/2/3\x07\x1b]0;a title\x07\x1b[22;0t\x1b]2;other\x07"],
  ["the middle of a control sequence", "abc\x1b[38;5"],
  ["the middle of a title", "abc\x1b]0;half a ti"],
])("T-6 a checkpoint keeps %s", (_name, output) => {
  const full = open(10, 5)
  full.parse(Buffer.from(output))
  const copy = restored(full, 10, 5)
  expect(difference(full, copy)).toBe("")
  for (const rest of ["\u0301", ";3mX\x07é\r\n", "\x1b8Y\tZ\x1b[?1049lW\x1b[6n\x1b[23;0t\r\n\nqqq"]) {
    full.parse(Buffer.from(rest))
    copy.parse(Buffer.from(rest))
    expect(difference(full, copy)).toBe("")
  }
})

it.each([
  ["a string with what is no UTF-8 around a control character", "abc\x1b]1337;\xc2\x16\x80Repor", "t\x07def"],
  ["a control character in front of an open string", "abc\x1b\n]4;1", ";?\x07def"],
  ["a full row behind which nothing can be repeated", "0123456789\x1b[m\x1b", "[3bx"],
  ["a character that one may join, though a link was left open", "\x1b]8;;http://x/\x1b\\\x1b[?1049l\x1b[?1049le", "\xcc\x81"],
])("T-6 T-15 a checkpoint continues as the output does after %s", (_name, before, after) => {
  const full = open(10, 5)
  full.parse(Buffer.from(before, "latin1"))
  const copy = restored(full, 10, 5)
  for (const terminal of [full, copy]) terminal.parse(Buffer.from(after, "latin1"))
  expect(difference(full, copy)).toBe("")
})

it("T-4 trap:18 a checkpoint makes no terminal answer", () => {
  const answers: Array<string> = []
  const full = open(20, 5)
  full.parse(Buffer.from("\x1b[c\x1b[6n\x1b]10;?\x07\x1b]52;c;?\x07\x1b]52;c;aGVsbG8=\x07\x1b[?1004h\x1b[>c\x1b[?25$p\x1b[18t"))
  const checkpoint = checkpointOf(full)
  open(20, 5, 10, answers).parse(Buffer.from(checkpoint))
  expect(answers).toEqual([])
  expect(checkpoint).not.toContain("]52;")
})

it("T-6 a viewer without any of the emulator's additions shows a checkpoint the same", { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed)
    const [cols, rows] = [3 + random.below(60), 1 + random.below(20)]
    const full = open(cols, rows)
    full.parse(randomOutput(random, 80, cols, rows, true))
    const viewer = emptyTerminal(cols, rows, 100)
    setWidths(viewer)
    const typed: Array<string> = []
    viewer.onData((data) => typed.push(data))
    await new Promise<void>((resolve) => viewer.write(checkpointOf(full), resolve))
    const { active } = viewer.buffer
    const text = Array.from(
      { length: rows },
      (_, row) =>
        active
          .getLine(active.baseY + row)
          ?.translateToString(true)
          .trimEnd() ?? "",
    )
    expect(text.join("\n").trimEnd()).toBe(full.screen().text)
    expect([Math.min(active.cursorX, cols - 1), active.cursorY]).toEqual([full.screen().cursor.x, full.screen().cursor.y])
    expect(typed).toEqual([])
    viewer.dispose()
    full.dispose()
  }
})

it("T-6 a checkpoint of an enormous scrollback leaves out its oldest rows and keeps the screen", { timeout: 120_000 }, () => {
  const terminal = open(200, 20, 60_000)
  terminal.parse(Buffer.from("\x1b[31m\x1b7\x1b[m"))
  const line = `${"\x1b[1mb\x1b[m".repeat(10)} ${"x".repeat(150)}\r\n`
  for (let at = 0; at < 110; at++) terminal.parse(Buffer.from(`${at} ${line}`.repeat(100)))
  const checkpoint = checkpointOf(terminal)
  expect(checkpoint.length).toBeLessThan(MAX_ROWS_LENGTH + 100_000)
  const copy = open(200, 20)
  copy.parse(Buffer.from(checkpoint))
  expect(copy.screen()).toEqual(terminal.screen())
  for (const each of [terminal, copy]) each.parse(Buffer.from("\x1b8red"))
  expect(copy.screen()).toEqual(terminal.screen())
})

it("trap:19 a checkpoint of a large scrollback is made in short steps", () => {
  const terminal = open(120, 40, 20_000)
  for (let at = 0; at < 20_000; at++) terminal.parse(Buffer.from(`\x1b[3${at % 8}mline ${at}\x1b[m with some text after it\r\n`))
  let count = 0
  for (const steps = terminal.checkpoint(); steps.next().done !== true;) count++
  expect(count).toBe(Math.floor(20_040 / 250))
})
