import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ChildTerminal } from "@holdfast/runner/emulator/ChildTerminal"
import { describeAttributes } from "@holdfast/runner/emulator/attributes"
import { charactersOf, extendedOf, hasContent, widthOf } from "@holdfast/runner/emulator/pen"
import type { BufferLine } from "@holdfast/runner/emulator/xterm-internals"
import { OutputFilter } from "../src/attach/OutputFilter.ts"
import { croppedRow } from "../src/attach/cropped-row.ts"
import { viewport } from "../src/attach/viewport.ts"

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const emulate = (cols: number, rows: number, text: string): ChildTerminal => {
  const terminal = new ChildTerminal(cols, rows, 100, { answer: () => undefined, title: () => undefined })
  terminal.parse(encode(text))
  return terminal
}

/** What a cell looks like: its characters and attributes; a blank and an empty cell look the same. */
const look = (line: BufferLine | undefined, column: number, from: number, to: number): string => {
  if (line === undefined) return " 0"
  const half = column === from && column > 0 && widthOf(line, column - 1) === 2 && hasContent(line, column - 1)
  const cut = column === to - 1 && widthOf(line, column) === 2
  const blank = half || cut || !hasContent(line, column)
  const attributes = describeAttributes(
    line._data[column * 3 + 1] ?? 0,
    line._data[column * 3 + 2] ?? 0,
    extendedOf(line, column),
  )
  const second = !half && column > from && widthOf(line, column - 1) === 2 && hasContent(line, column - 1)
  return second ? "second half" : `${blank ? " " : charactersOf(line, column).trimStart() || " "} ${attributes}`
}

describe("a row seen in part", () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "a",
      "b c",
      "日本",
      "語",
      "é",
      "한글",
      "👍",
      "x\u0301",
      "─",
      "\r\n",
      "\t",
      "\u001b[K",
      "\u001b[5X",
      "\u001b[2J",
    ),
    fc.constantFrom(
      "\u001b[31m",
      "\u001b[1;4m",
      "\u001b[7m",
      "\u001b[48;5;20m",
      "\u001b[38;2;1;2;3m",
      "\u001b[4:3m",
      "\u001b[0m",
    ),
    fc.constantFrom(
      "\u001b]8;;https://a.b\u0007",
      "\u001b]8;;\u0007",
      "\u001b[3G",
      "\u001b[H",
      "\u001b[4;7H",
      "\u001b[1@",
      "\u001b[P",
    ),
  )

  it("shows exactly the cells of the part, whatever stood there before", () => {
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.integer({ min: 0, max: 12 }),
        fc.integer({ min: 1, max: 16 }),
        (pieces, left, columns) => {
          const source = emulate(24, 6, pieces.join(""))
          const from = Math.min(left, 24 - columns)
          const target = emulate(columns, 6, `\u001b[?7l\u001b[41mxxxxxxxxxxxxxxxxxxxxx\u001b[m\u001b[3H日本語日本語日本語`)
          const { lines, ybase } = source.core.buffers.active
          for (let row = 0; row < 6; row++)
            target.parse(encode(`\u001b[${row + 1};1H${croppedRow(source.core, lines.get(ybase + row), from, columns, columns)}`))
          const shown = target.core.buffers.active
          for (let row = 0; row < 6; row++) {
            const [wanted, got] = [lines.get(ybase + row), shown.lines.get(shown.ybase + row)]
            for (let at = 0; at < columns; at++)
              expect(look(got, at, 0, columns), `row ${row} column ${at}`).toBe(look(wanted, from + at, from, from + columns))
          }
          source.dispose()
          target.dispose()
        },
      ),
      { numRuns: 300 },
    )
  })

  it("blanks what lies beyond a smaller screen", () => {
    const source = emulate(3, 1, "abc")
    const target = emulate(6, 1, "xxxxxx")
    target.parse(encode(`\u001b[H${croppedRow(source.core, source.core.buffers.active.lines.get(0), 0, 3, 6)}`))
    expect(target.screen().text).toBe("abc")
  })
})

describe("the part that is seen", () => {
  const screen = { cols: 120, rows: 40 }
  const window = { cols: 80, rows: 24 }

  it("follows the cursor, moving no more than it takes, and prefers the beginning of the lines", () => {
    const first = viewport(screen, window, undefined, { x: 5, y: 3 })
    expect(first).toEqual({ left: 0, top: 0, cols: 80, rows: 23 })
    const low = viewport(screen, window, first, { x: 5, y: 30 })
    expect(low).toMatchObject({ left: 0, top: 8 })
    expect(viewport(screen, window, low, { x: 5, y: 12 })).toMatchObject({ top: 8 })
    expect(viewport(screen, window, low, { x: 5, y: 7 })).toMatchObject({ top: 7 })
    const right = viewport(screen, window, low, { x: 80, y: 30 })
    expect(right).toMatchObject({ left: 20 })
    expect(viewport(screen, window, right, { x: 99, y: 30 })).toMatchObject({ left: 20 })
    expect(viewport(screen, window, right, { x: 120, y: 30 })).toMatchObject({ left: 40 })
    expect(viewport(screen, window, right, { x: 79, y: 30 })).toMatchObject({ left: 0 })
    expect(viewport(screen, window, right, undefined)).toEqual(right)
  })

  it("holds the cursor and stays on the screen, for any sizes", () => {
    const cells = fc.integer({ min: 1, max: 300 })
    const size = fc.record({ cols: cells, rows: cells })
    fc.assert(
      fc.property(size, size, size, size, fc.nat(), fc.nat(), (whole, before, seen, old, x, y) => {
        const last = viewport(before, old, undefined, { x: before.cols - 1, y: before.rows - 1 })
        const place = { x: x % whole.cols, y: y % whole.rows }
        const { left, top, cols, rows } = viewport(whole, seen, last, place)
        expect(left >= 0 && left + cols <= whole.cols && top >= 0 && top + rows <= whole.rows).toBe(true)
        expect(place.x >= left && place.x < left + cols && place.y >= top && place.y < top + rows).toBe(true)
      }),
    )
  })
})

describe("what is for the terminal at large", () => {
  it("goes aside, and rings only for what happens now", () => {
    const filter = new OutputFilter({ clipboard: true })
    let aside = ""
    filter.aside = (text) => {
      aside += text
    }
    filter.live = false
    const past = filter.push(encode("a\u0007\u001b]0;t\u0007"))
    filter.live = true
    const now = filter.push(encode("b\u0007\u001b]52;c;YQ==\u001b\\\u001b]8;;https://x.y\u0007\u001b]52;c;?\u0007\u001b[c"))
    expect(aside).toBe("\u001b]2;t\u001b\\\u0007\u001b]52;c;YQ==\u001b\\")
    const text = new TextDecoder().decode(Buffer.concat([past, now]))
    expect(text).toContain("\u001b]8;;https://x.y\u001b\\")
    expect(text).not.toContain("\u001b[c")
    expect(text.indexOf("\u0007")).toBeGreaterThan(text.indexOf("b"))
  })
})
