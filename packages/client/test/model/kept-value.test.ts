import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { HoldfastError } from "../../src/errors.ts"
import { Frames } from "../../src/model/frames.ts"
import { KeptValue, type StoredValue } from "../../src/model/KeptValue.ts"

const DELAY = 300

describe("a value that is kept on the hub", () => {
  let frames: Frames
  /** What is stored: by whatever client. */
  let stored: StoredValue<string>
  let puts: Array<string>
  let fails: HoldfastError | undefined
  /** What a put waits for. */
  let answers: Promise<void>
  let kept: KeptValue<string>
  beforeEach(() => {
    vi.useFakeTimers()
    frames = new Frames(() => () => undefined)
    stored = { version: 0, time: 0 }
    puts = []
    fails = undefined
    answers = Promise.resolve()
    const read = async () => {
      if (fails !== undefined) throw fails
      return stored
    }
    const put = async (value: string, version: number) => {
      if (fails !== undefined) throw fails
      if (version !== stored.version) throw new HoldfastError("VersionConflict", "changed", { version: stored.version })
      puts.push(value)
      stored = { value, version: version + 1, time: 1 }
      await answers
      return { version: stored.version }
    }
    kept = new KeptValue(frames, "", { read, put }, DELAY)
  })
  afterEach(() => void vi.useRealTimers())
  const state = () => {
    frames.flush()
    return kept.state.get()
  }
  const later = () => vi.advanceTimersByTimeAsync(DELAY)

  it("U-13 shows what the hub has, then each change at once, and puts the last a moment later", async () => {
    stored = { value: "first", version: 3, time: 1 }
    expect(state()).toEqual({ value: "", status: "loading" })
    await kept.load()
    expect(state()).toEqual({ value: "first", status: "saved" })
    for (const text of ["a", "ab", "abc"]) kept.set(text)
    expect(state()).toEqual({ value: "abc", status: "changed" })
    expect(puts).toEqual([])
    await later()
    expect(puts).toEqual(["abc"])
    expect(state()).toEqual({ value: "abc", status: "saved" })
  })

  it("U-13 keeps what was changed before the hub's was read, and offers that beside it", async () => {
    stored = { value: "on the phone", version: 3, time: 7 }
    kept.set("typed early")
    await later()
    expect(state()).toMatchObject({ value: "typed early", other: { value: "on the phone", time: 7 } })
    expect(puts).toEqual(["typed early"])
    expect(stored.version).toBe(4)
  })

  it("U-13 offers what another client put meanwhile, takes it when that is wanted, else puts the next change over it", async () => {
    await kept.load()
    kept.set("mine")
    await later()
    stored = { value: "theirs", version: 9, time: 2 }
    kept.set("mine again")
    await later()
    expect(puts).toEqual(["mine"])
    expect(state()).toMatchObject({ value: "mine again", status: "changed", other: { value: "theirs", version: 9 } })
    kept.leaveOther()
    expect(state()).toEqual({ value: "mine again", status: "changed" })
    kept.set("mine anew")
    stored = { value: "theirs", version: 12, time: 2 }
    await later()
    kept.takeOther()
    expect(state()).toEqual({ value: "theirs", status: "saved" })
    stored = { value: "theirs again", version: 20, time: 3 }
    kept.set("mine at last")
    await later()
    kept.set("mine at last!")
    await later()
    expect(stored).toMatchObject({ value: "mine at last!", version: 21 })
    expect(state().status).toBe("saved")
  })

  it("U-13 follows what another page of this client has put, and puts the next change over it", async () => {
    stored = { value: "typed", version: 3, time: 1 }
    await kept.load()
    kept.set("typed on")
    kept.follow("")
    await later()
    expect(puts).toEqual([])
    expect(state()).toEqual({ value: "", status: "saved" })
    stored = { version: 4, time: 2 }
    kept.set("next")
    await later()
    await later()
    expect(puts).toEqual(["next"])
    expect(state()).toEqual({ value: "next", status: "saved" })
  })

  it("U-13 follows while it puts, then shows what the hub has, and what comes to the hub later", async () => {
    await kept.load()
    const answer = Promise.withResolvers<void>()
    answers = answer.promise
    kept.set("typed on")
    await later()
    expect(puts).toEqual(["typed on"])
    kept.follow("")
    expect(state()).toEqual({ value: "", status: "saved" })
    stored = { value: "", version: 2, time: 2 }
    answer.resolve()
    await later()
    expect(state()).toEqual({ value: "", status: "saved" })
    stored = { value: "from elsewhere", version: 3, time: 3 }
    await kept.load()
    expect(state()).toEqual({ value: "from elsewhere", status: "saved" })
    // What was put has come after what was followed.
    const late = Promise.withResolvers<void>()
    answers = late.promise
    kept.set("last")
    await later()
    kept.follow("")
    late.resolve()
    await later()
    expect(state()).toEqual({ value: "last", status: "saved" })
  })

  it("U-13 says why it could not be put or read, and tries again, and with the next change", async () => {
    await kept.load()
    fails = new HoldfastError("ConnectionLost", "the connection was lost")
    kept.set("one")
    await later()
    expect(state()).toMatchObject({ value: "one", status: "changed", error: { tag: "ConnectionLost" } })
    fails = undefined
    kept.set("one two")
    await later()
    expect(puts).toEqual(["one two"])
    expect(state()).toEqual({ value: "one two", status: "saved" })
    fails = new HoldfastError("ConnectionLost", "the connection was lost")
    kept.set("three")
    await later()
    // The put was carried out, only its answer was lost.
    stored = { value: "three", version: 5, time: 2 }
    fails = undefined
    await vi.advanceTimersByTimeAsync(3000)
    expect(state()).toEqual({ value: "three", status: "saved" })
    expect(puts).toEqual(["one two"])
  })

  it("U-14 shows what an earlier visit kept until the hub's is there, and takes a change of it for no conflict", async () => {
    kept.restore("as it was")
    expect(state()).toEqual({ value: "as it was", status: "loading" })
    stored = { value: "as it was", version: 3, time: 1 }
    kept.set("as it was, and more")
    kept.restore("older")
    await later()
    expect(state()).toEqual({ value: "as it was, and more", status: "saved" })
    expect(stored.version).toBe(4)
    // Another client has changed it meanwhile: then that is offered.
    const again = new KeptValue(frames, "", { read: async () => stored, put: async () => ({ version: 9 }) }, DELAY)
    again.restore("as it was")
    again.set("as it was, and mine")
    await again.load()
    frames.flush()
    expect(again.state.get()).toMatchObject({ other: { value: "as it was, and more" } })
  })

  it("U-14 makes a change again that the hub did not get before the page went, if the hub still has what it was made from", async () => {
    stored = { value: "hub's", version: 3, time: 1 }
    await kept.load()
    fails = new HoldfastError("Unreachable", "gone")
    kept.set("arranged")
    await later()
    const { latest, unsaved } = kept
    expect(unsaved).toBe(3)
    fails = undefined
    const calls = {
      read: async () => stored,
      put: async (value: string) => (stored = { value, version: stored.version + 1, time: 2 }),
    }
    const next = new KeptValue(frames, "", calls, DELAY)
    next.restore(latest, unsaved)
    expect(next.unsaved).toBe(3)
    await next.load()
    await vi.advanceTimersByTimeAsync(DELAY * 2)
    expect(stored).toMatchObject({ value: "arranged", version: 4 })
    expect(next.unsaved).toBeUndefined()
    // Another client's change is newer.
    stored = { value: "other's", version: 5, time: 3 }
    const late = new KeptValue(frames, "", calls, DELAY)
    late.restore("arranged again", 4)
    await late.load()
    expect(late.latest).toBe("other's")
    expect(late.unsaved).toBeUndefined()
  })

  it("U-14 shows the hub's in place of what was kept, and nothing kept once the hub's is there", async () => {
    kept.restore("old")
    stored = { value: "new", version: 3, time: 1 }
    await kept.load()
    kept.restore("old")
    expect(state()).toEqual({ value: "new", status: "saved" })
  })

  it("U-13 takes what it has put itself for no other client's when it is read again", async () => {
    await kept.load()
    kept.set("one")
    await later()
    kept.set("two")
    await kept.load()
    expect(state()).toEqual({ value: "two", status: "changed" })
    await later()
    expect(state()).toEqual({ value: "two", status: "saved" })
    expect(puts).toEqual(["one", "two"])
  })
})
