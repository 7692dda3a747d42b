import { expect, it } from "vitest"
import { ChildTerminal } from "../../src/emulator/ChildTerminal.ts"
import { MAX_STRING_BYTES } from "../../src/emulator/open-sequence.ts"

const open = (cols = 80, rows = 24) => {
  const answers: Array<string> = []
  const titles: Array<string> = []
  const terminal = new ChildTerminal(cols, rows, 100, {
    answer: (data) => answers.push(data),
    title: (title) => titles.push(title),
  })
  const ask = (output: string): string => {
    answers.length = 0
    terminal.parse(Buffer.from(output))
    return answers.join("")
  }
  return { terminal, titles, ask }
}

it.each([
  ["DA1", "\x1b[c", "\x1b[?1;2c"],
  ["DA2", "\x1b[>c", "\x1b[>0;276;0c"],
  ["DSR status", "\x1b[5n", "\x1b[0n"],
  ["DSR cursor", "\x1b[3;7H\x1b[6n", "\x1b[3;7R"],
  ["DSR cursor behind the last column", `\x1b[1;80Hx\x1b[6n`, "\x1b[1;80R"],
  ["DSR cursor in origin mode", "\x1b[5;9r\x1b[?6h\x1b[2;2H\x1b[6n", "\x1b[2;2R"],
  ["DECXCPR", "\x1b[2;2H\x1b[?6n", "\x1b[?2;2R"],
  ["DECRQM", "\x1b[?25$p", "\x1b[?25;1$y"],
  ["the text colour", "\x1b]10;?\x07", "\x1b]10;rgb:e5e5/e5e5/e5e5\x1b\\"],
  ["the background", "\x1b]11;?\x1b\\", "\x1b]11;rgb:1010/1010/1414\x1b\\"],
  ["a background the child set", "\x1b]11;#204060\x07\x1b]11;?\x07", "\x1b]11;rgb:2020/4040/6060\x1b\\"],
  ["a palette colour", "\x1b]4;196;?\x07", "\x1b]4;196;rgb:ffff/0000/0000\x1b\\"],
  ["the version", "\x1b[>q", "\x1bP>|Holdfast\x1b\\"],
  ["the text area", "\x1b[18t", "\x1b[8;24;80t"],
  ["the program status protocol", "\x1b]7501;?\x07", "\x1b]7501;?\x1b\\"],
  ["the colour scheme", "\x1b[?996n", "\x1b[?997;1n"],
])("T-3 check:T5 %s is answered exactly once", (_name, query, answer) => {
  expect(open().ask(query)).toBe(answer)
})

it.each([
  ["a clipboard read", "\x1b]52;c;?\x07"],
  ["a clipboard write", "\x1b]52;c;aGVsbG8=\x07"],
  ["a title report", "\x1b]0;rm -rf /\x07\x1b[21t\x1b[20t"],
  ["DECRQSS", '\x1bP$qm\x1b\\\x1bP$q"p\x1b\\\x1bP$qrm -rf\n\x1b\\'],
  ["XTGETTCAP", "\x1bP+q544e\x1b\\"],
  ["a checksum", "\x1b[1;1;1;1;5;5*y"],
  ["the answerback", "\x05"],
  ["a script link", "\x1b]8;;javascript:alert(1)\x1b\\click\x1b]8;;\x1b\\"],
  ["a program's report", "\x1b]7501;state=working:msg=aGk=\x07\x1b]7501;state=clear\x07"],
  ["a prompt's mark", "\x1b]133;A\x07\x1b]133;C;cmdline_url=rm\x07"],
  ["pixel sizes", "\x1b[14t\x1b[16t"],
])("T-12 check:T6 %s is answered with nothing", (_name, output) => {
  expect(open().ask(output)).toBe("")
})

it("T-12 check:T6 a string of 10 MB that does not end leaves memory flat, and what follows it is read", () => {
  const { terminal, ask } = open()
  terminal.parse(Buffer.from("\x1b]0;"))
  const piece = Buffer.alloc(32 * 1024, "x")
  for (let at = 0; at < 8; at++) terminal.parse(piece)
  const before = process.memoryUsage()
  for (let at = 0; at < 320; at++) terminal.parse(piece)
  const after = process.memoryUsage()
  expect(after.external + after.arrayBuffers - before.external - before.arrayBuffers).toBeLessThan(4 * MAX_STRING_BYTES)
  expect(after.heapUsed - before.heapUsed).toBeLessThan(8 * 1024 * 1024)
  expect(ask("\x07ok\x1b[6n")).toBe("\x1b[1;3R")
  expect(terminal.screen().text).toBe("ok")
  expect(terminal.screen().title).toBe("")
})

it("E-7 a title has its control characters removed and is bounded", () => {
  const { titles, terminal } = open()
  terminal.parse(Buffer.from(`\x1b]0;a\u007fb\u202ec\u2028d\x07\x1b]2;${"x".repeat(5000)}\x07`))
  expect(titles[0]).toBe("abcd")
  expect(titles[1]).toBe("x".repeat(256))
})

it("T-3 counts of 2^31 are carried out at once", () => {
  const { terminal } = open()
  const start = performance.now()
  terminal.parse(
    Buffer.from(["S", "T", "L", "M", "I", "Z", "b", "@", "P", "X"].map((final) => `a\x1b[2147483647${final}`).join("")),
  )
  expect(performance.now() - start).toBeLessThan(1000)
})

it("T-3 erasing up to the last cell of a screen without scrollback does not break the emulator", () => {
  const { terminal } = open(10, 3)
  terminal.parse(Buffer.from("\x1b[?1049habc\x1b[3;10Hx\x1b[1Jy"))
  expect(terminal.screen().text.trim()).toBe("y")
})

it("T-3 links are bounded: a screen that is redrawn with new links forever keeps only the last", () => {
  const { terminal } = open()
  for (let at = 0; at < 20_000; at++) terminal.parse(Buffer.from(`\x1b[H\x1b]8;;http://x/${at}\x1b\\a\x1b]8;;\x1b\\`))
  expect(terminal.core.buffers.active.lines.length).toBe(24)
  expect(terminal.core._oscLinkService.getLinkData(20_000)?.uri).toBe("http://x/19999")
  expect(terminal.core._oscLinkService.getLinkData(10)).toBeUndefined()
})
