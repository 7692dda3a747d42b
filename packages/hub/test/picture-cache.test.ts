import { expect, it } from "vitest"
import { PictureCache } from "../src/terminal/PictureCache.ts"

const picture = (seq: number) => ({ seq, time: seq, cols: 80, rows: 24, screen: new Uint8Array(800) })

it("T-59 pictures of a session that was looked at long ago leave first, and a session alone keeps some over its whole length", () => {
  const cache = new PictureCache(10_000)
  cache.keep("old", picture(1))
  for (let seq = 1; seq <= 9; seq++) cache.keep("new", picture(seq))
  expect(cache.before("old", 9)?.seq).toBe(1)
  for (let seq = 10; seq <= 100; seq++) {
    cache.before("new", seq)
    cache.keep("new", picture(seq))
  }
  expect(cache.before("old", 9)).toBeUndefined()
  expect(cache.before("new", 100)?.seq).toBeGreaterThan(95)
  const places = [...Array(101).keys()].map((seq) => cache.before("new", seq)?.seq)
  expect(new Set(places).size).toBeGreaterThanOrEqual(5)
  expect(new Set(places).size).toBeLessThanOrEqual(11)
  expect(cache.before("new", 60)).toBeDefined()
})

it("T-59 pictures before a seq are forgotten", () => {
  const cache = new PictureCache()
  for (const seq of [1, 5, 9]) cache.keep("log", picture(seq))
  cache.forget("log", 5)
  expect([cache.before("log", 4), cache.before("log", 8)?.seq]).toEqual([undefined, 5])
  cache.forget("log", Number.POSITIVE_INFINITY)
  expect(cache.before("log", 100)).toBeUndefined()
})
