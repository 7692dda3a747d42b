import { describe, expect, it } from "vitest"
import fc from "fast-check"
import { CodeText } from "../../src/panes/chat/code/CodeText.ts"
import { runsOf } from "../../src/panes/chat/code/highlighter.ts"
import { languageOf } from "../../src/panes/chat/code/languages.ts"

const linesOf = (code: CodeText): ReadonlyArray<string> => code.chunks.flatMap(({ lines }) => lines)

describe("code that grows", () => {
  it("APP-32 has the lines of the whole text after every piece", () => {
    const text = fc.array(fc.constantFrom("a", "bc", "\n", "\n\n", "  "), { maxLength: 300 })
    fc.assert(
      fc.property(text, (pieces) => {
        const code = new CodeText()
        let so = ""
        for (const piece of pieces) {
          so += piece
          expect(code.grow(so)).toBe(true)
          expect(linesOf(code)).toEqual(so.split("\n"))
          expect(code.lines).toBe(so.split("\n").length)
        }
      }),
      { numRuns: 100 },
    )
  })

  it("APP-32 keeps the chunks that a new line does not touch", () => {
    const code = new CodeText()
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n")
    code.grow(lines)
    const before = [...code.chunks]
    code.grow(`${lines}\nmore`)
    expect(code.chunks[0]).toBe(before[0])
    expect(code.chunks[1]).toBe(before[1])
    code.color(3, [[1, 2]])
    expect(code.chunks[0]?.colors[3]).toEqual([1, 2])
    expect(code.chunks[1]).toBe(before[1])
    expect(code.grow("other")).toBe(false)
  })

  it("APP-32 gives the worker whole lines alone, each once", () => {
    const code = new CodeText()
    code.grow("a\nb")
    expect(code.whole(0, false)).toEqual(["a"])
    code.grow("a\nbc\nd")
    expect(code.whole(1, false)).toEqual(["bc"])
    expect(code.whole(2, true)).toEqual(["d"])
  })

  it("APP-32 draws all of a line, whatever its colours say", () => {
    expect(runsOf("const a", [5, 4])).toEqual([
      { text: "const", color: 4 },
      { text: " a", color: 0 },
    ])
    expect(runsOf("x", undefined)).toEqual([{ text: "x", color: 0 }])
  })

  it("APP-32 knows a language by its names, by a file and by a path", () => {
    expect(["ts", "src/a/b.tsx", "Makefile", "C:\\x\\y.py", "sh", "unknown", "", "a.unknown"].map(languageOf)).toEqual([
      "typescript",
      "tsx",
      "make",
      "python",
      "bash",
      undefined,
      undefined,
      undefined,
    ])
  })
})
