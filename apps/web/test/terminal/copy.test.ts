import { Terminal } from "@xterm/xterm"
import { describe, expect, it } from "vitest"
import fc from "fast-check"
import { textOf, textOfBlock, wordAt } from "../../src/panes/terminal/copy.ts"

async function shown(text: string, cols: number, rows = 10): Promise<Terminal> {
  const terminal = new Terminal({ cols, rows, allowProposedApi: true })
  await new Promise<void>((done) => terminal.write(text, done))
  return terminal
}

/** Everything that is on the screen and above it. */
const all = ({ buffer: { active }, cols }: Terminal): string =>
  textOf(active, { start: { x: 0, y: 0 }, end: { x: cols, y: active.baseY + active.cursorY } })

describe("copied text", () => {
  it("APP-52 has one line where the screen was full, with the blank at the break", async () => {
    expect(all(await shown("aaaa bbbbb ccccc", 5))).toBe("aaaa bbbbb ccccc")
    expect(all(await shown("12345     67890", 5))).toBe("12345     67890")
  })

  it("APP-52 has an end of line where the program made one, and no blanks before it", async () => {
    expect(all(await shown("one   \r\n\r\n  two\r\n", 10))).toBe("one\n\n  two\n")
  })

  it("APP-52 has no blank where a wide character did not fit", async () => {
    expect(all(await shown("abcd漢字", 5))).toBe("abcd漢字")
  })

  it("APP-52 is the same after the width has changed", async () => {
    const terminal = await shown("the quick brown fox jumps over the lazy dog\r\nagain", 12)
    for (const cols of [7, 20, 60, 9]) {
      terminal.resize(cols, 10)
      expect(all(terminal)).toBe("the quick brown fox jumps over the lazy dog\nagain")
    }
  })

  it("APP-52 is any text that was printed", async () => {
    const line = fc.string({ unit: fc.constantFrom("a", "b", " ", "é", "漢", "0"), maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), fc.integer({ min: 3, max: 12 }), async (lines, cols) => {
        const terminal = await shown(lines.join("\r\n"), cols, 30)
        expect(all(terminal)).toBe(lines.map((one) => one.trimEnd()).join("\n"))
      }),
      { numRuns: 100 },
    )
  })

  it("APP-52 has only the selected part, and rows of a block by themselves", async () => {
    const { buffer } = await shown("abcdef\r\nghijkl\r\nmnopqr", 20)
    expect(textOf(buffer.active, { start: { x: 2, y: 0 }, end: { x: 3, y: 1 } })).toBe("cdef\nghi")
    expect(textOfBlock(buffer.active, { start: { x: 1, y: 0 }, end: { x: 3, y: 2 } })).toBe("bc\nhi\nno")
  })

  it("APP-59 takes a word, path or address as a whole", async () => {
    const { buffer } = await shown(`see "src/a-b.ts:12" now`, 40)
    expect(wordAt(buffer.active, 0, 8)).toEqual({ from: 5, length: 13 })
    expect(wordAt(buffer.active, 0, 3)).toEqual({ from: 3, length: 1 })
  })
})
