/** Notes beyond what is kept. */
import { expect, it } from "vitest"
import { lostNotes, NOTES_MAX } from "../src/sqlite/note-rows.ts"

it("Y-4 a reader that is further behind than notes are kept learns how many it lost; sessions that were purged lose it none", () => {
  expect(lostNotes(10, 11, 20)).toBe(0)
  // The notes in between were of a session that was purged.
  expect(lostNotes(10, 18, 20)).toBe(0)
  expect(lostNotes(0, NOTES_MAX + 1, NOTES_MAX)).toBe(0)
  expect(lostNotes(10, 501, NOTES_MAX + 500)).toBe(490)
  expect(lostNotes(600, 601, NOTES_MAX + 500)).toBe(0)
  // What is beyond the limit is still there: nothing was dropped yet.
  expect(lostNotes(10, 11, NOTES_MAX + 500)).toBe(0)
})
