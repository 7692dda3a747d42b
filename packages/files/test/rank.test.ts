import * as fc from "fast-check"
import { describe, expect, it } from "vitest"
import { needleOf, pathList, placesIn, rankInto, type Ranked } from "../src/search/rank.ts"

const ranked = (paths: ReadonlyArray<string>, query: string, most = 50): ReadonlyArray<string> => {
  const best: Array<Ranked> = []
  rankInto(best, pathList(paths), needleOf(query), [0, paths.length], most)
  return best.map(({ index }) => paths[index]!)
}

const char = fc.constantFrom("a", "b", "c", "/", "-", "X", ".")
const path = fc.string({ unit: char, minLength: 1, maxLength: 20 })

describe("ranking paths", () => {
  it("FS-4 a path matches exactly when it has the typed characters in their order, and their places are theirs", () => {
    const isIn = (text: string, needle: string): boolean => {
      let at = 0
      for (const each of text) if (each === needle[at]) at++
      return at === needle.length
    }
    fc.assert(
      fc.property(path, fc.string({ unit: char, minLength: 1, maxLength: 6 }), (text, typed) => {
        const needle = needleOf(typed)
        const lower = text.toLowerCase()
        const places = placesIn(text, lower, needle)
        expect(places !== undefined).toBe(isIn(lower, needle))
        if (places === undefined) return
        expect(places.map((at) => lower[at]).join("")).toBe(needle)
        expect(places.every((at, index) => index === 0 || at > places[index - 1]!)).toBe(true)
        expect(ranked([text], typed)).toEqual([text])
      }),
      { numRuns: 500 },
    )
  })

  it("FS-4 names count more than paths, beginnings of words and rows of characters more than others", () => {
    const first = (query: string, ...paths: ReadonlyArray<string>): string | undefined => ranked(paths, query)[0]
    expect(first("fold", "fold/readme.md", "packages/core/src/agent/fold.ts")).toBe("packages/core/src/agent/fold.ts")
    expect(first("ss", "src/session.ts", "src/SessionState.ts")).toBe("src/SessionState.ts")
    expect(first("main", "src/domain.ts", "src/main.ts")).toBe("src/main.ts")
    expect(first("duty dri", "src/agent/DutyDriver.ts", "src/duty/other-drive-long.ts")).toBe("src/agent/DutyDriver.ts")
    expect(first("readme.md", "docs/a/readme.md", "readme.md")).toBe("readme.md")
  })

  it("FS-6 ranks 50,000 paths within 50 ms", () => {
    const words = ["agent", "session", "delivery", "Reconciler", "store", "sqlite", "terminal", "emulator", "queue", "permission"]
    const paths = Array.from({ length: 50_000 }, (_, at) => {
      const word = (step: number): string => words[Math.floor(at / step) % words.length]!
      return `packages/${word(1)}/src/${word(10)}/${word(100)}-${word(1000)}-${at}.ts`
    })
    const list = pathList(paths)
    const took = ["se", "sqlitequeue", "agdeliv12", "term", "zzz"].map((query) => {
      const best: Array<Ranked> = []
      // The processor's time of this thread: others may be at work on the machine.
      const began = process.cpuUsage()
      rankInto(best, list, needleOf(query), [0, paths.length], 50)
      return process.cpuUsage(began).user / 1000
    })
    expect(Math.min(...took)).toBeLessThan(50)
    expect(took.toSorted((a, b) => a - b)[2]).toBeLessThan(50)
  })
})
