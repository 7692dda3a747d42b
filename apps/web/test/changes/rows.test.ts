import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { compare } from "../../src/ui/diff/compare.ts"
import { type DiffLine, folded, linesOf, piecesOf, rowsOfHunks, sideBySide, wordsOf } from "../../src/ui/diff/rows.ts"

const text = fc
  .array(fc.constantFrom("a", "b", "  c d", ""), { maxLength: 30 })
  .map((lines) => lines.map((line) => `${line}\n`).join(""))

const sideText = (lines: ReadonlyArray<DiffLine>, gone: "add" | "del"): string =>
  lines.flatMap(({ kind, text }) => (kind === gone || kind === "note" ? [] : [`${text}\n`])).join("")

describe("rows of a diff", () => {
  it("APP-60 the lines of a diff are both texts, each line with its number", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = compare(before, after).flatMap(linesOf)
        expect(before === after).toBe(lines.length === 0)
        if (before === after) return
        expect(sideText(lines, "add")).toBe(before)
        expect(sideText(lines, "del")).toBe(after)
        const numbers = (side: "old" | "new") => lines.flatMap((line) => line[side] ?? [])
        expect(numbers("old")).toEqual(numbers("old").map((_, at) => at + 1))
        expect(numbers("new")).toEqual(numbers("new").map((_, at) => at + 1))
      }),
      { numRuns: 300 },
    )
  })

  it("APP-60 texts that take too long to compare count as replaced", () => {
    const many = Array.from({ length: 12_000 }, (_, at) => `${at}\n`)
    const [hunk] = compare(many.join(""), many.toReversed().join(""))
    expect(hunk).toMatchObject({ oldLines: 12_000, newLines: 12_000 })
    expect(hunk?.lines[0]).toBe("-0")
  })

  it("APP-61 folding hides unchanged lines far from changes and nothing else, and an opened gap shows them", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = compare(before, after).flatMap(linesOf)
        const rows = folded(lines, 3, new Set())
        const all = rows.flatMap((row) => (row.kind === "gap" ? (row.lines ?? []) : [row]))
        expect(all).toEqual(lines)
        const ids = rows.flatMap((row) => (row.kind === "gap" ? [row.id] : []))
        expect(new Set(ids).size).toBe(ids.length)
        for (const row of rows) if (row.kind === "gap") expect(row.lines?.every(({ kind }) => kind === "same")).toBe(true)
        expect(folded(lines, 3, new Set(ids))).toEqual(lines)
      }),
      { numRuns: 300 },
    )
  })

  it("APP-61 between pieces lie gaps with the number of lines that are not shown", () => {
    const hunks = [
      { oldStart: 5, oldLines: 1, newStart: 5, newLines: 1, section: "f()", lines: ["-a", "+b"] },
      { oldStart: 20, oldLines: 0, newStart: 21, newLines: 2, lines: ["+c", "+d"] },
      { oldStart: 30, oldLines: 1, newStart: 32, newLines: 0, lines: ["-e"] },
    ]
    const gaps = rowsOfHunks(hunks, false).flatMap((row) => (row.kind === "gap" ? [[row.id, row.count]] : []))
    expect(gaps).toEqual([
      ["before 5", 4],
      ["before 21", 15],
      ["before 32", 10],
      ["after", undefined],
    ])
    expect(rowsOfHunks(hunks, true).at(-1)?.kind).toBe("del")
  })

  it("APP-60 side by side, what was replaced stands beside what replaced it, and nothing is lost", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const lines = compare(before, after).flatMap(linesOf)
        const rows = sideBySide(lines)
        const pairs = rows.flatMap((row) => (row.kind === "pair" ? [row] : []))
        expect(pairs.flatMap(({ left }) => left ?? []).filter(({ kind }) => kind !== "same")).toEqual(
          lines.filter(({ kind }) => kind === "del"),
        )
        expect(pairs.flatMap(({ right }) => right ?? []).filter(({ kind }) => kind !== "same")).toEqual(
          lines.filter(({ kind }) => kind === "add"),
        )
        for (const { left, right } of pairs) if (left?.kind === "same") expect(right).toBe(left)
      }),
      { numRuns: 300 },
    )
  })

  it("APP-60 words that changed are marked where lines are forms of each other, and pieces are the whole line", () => {
    expect(wordsOf("const a = one(two)", "const a = three(two)")).toEqual({ old: [[10, 13]], new: [[10, 15]] })
    expect(wordsOf("nothing in common", "zzz")).toBeUndefined()
    expect(piecesOf("const a", [5, 4, 2, 0], [[2, 6]])).toEqual([
      { text: "co", color: 4, isMarked: false },
      { text: "nst", color: 4, isMarked: true },
      { text: " ", color: 0, isMarked: true },
      { text: "a", color: 0, isMarked: false },
    ])
    const [del, add] = linesOf({ oldStart: 1, oldLines: 1, newStart: 1, newLines: 1, lines: ["-let a = 1", "+let a = 2"] })
    expect([del?.marks, add?.marks]).toEqual([[[8, 9]], [[8, 9]]])
  })
})
