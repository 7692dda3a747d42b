import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { describe, expect, it } from "vitest"
import type { DoorError } from "@holdfast/protocol/errors"
import { OWNER } from "@holdfast/testkit/hub/hub-calls"
import type { Done, Principal } from "../src/Hub.ts"
import { Operations } from "../src/operations/Operations.ts"
import { RATE_WINDOW, Rates } from "../src/operations/Rates.ts"
import { Repeats } from "../src/operations/Repeats.ts"

const token = (credential: string): Principal => ({ name: credential, credential, scope: "write" })

describe("how often a token may ask", () => {
  it("X-26 a token is refused beyond its limit until the window is over; others, the owner and the owner's devices are not", () => {
    const clock = { now: 0 }
    const rates = new Rates(3, () => clock.now)
    const [a, b] = [token("a"), token("b")]
    for (let i = 0; i < 3; i++) expect(rates.take(a)).toBeUndefined()
    clock.now = 20_500
    expect(rates.take(a)).toMatchObject({ _tag: "RateLimited", retryAfter: 40, limit: 3 })
    expect(rates.of(a)).toEqual({ limit: 3, window: RATE_WINDOW, remaining: 0, reset: 39_500 })
    expect(rates.take(b)).toBeUndefined()
    expect(rates.of(b)).toMatchObject({ remaining: 2, reset: RATE_WINDOW })
    const owner = { ...OWNER, holder: "owner" }
    for (let i = 0; i < 10; i++) expect(rates.take(owner)).toBeUndefined()
    expect(rates.of(owner)).toBeUndefined()
    const phone = { ...token("phone"), holder: "owner", device: true } as const
    for (let i = 0; i < 10; i++) expect(rates.take(phone)).toBeUndefined()
    expect(rates.of(phone)).toBeUndefined()
    clock.now = RATE_WINDOW
    expect(rates.take(a)).toBeUndefined()
  })

  it("X-26 without a limit nothing is counted, and tokens that are silent are forgotten", () => {
    expect(new Rates(0).of(token("a"))).toBeUndefined()
    const clock = { now: 0 }
    const rates = new Rates(1, () => clock.now)
    for (let i = 0; i < 5000; i++) {
      clock.now += 200
      expect(rates.take(token(`t${i}`))).toBeUndefined()
    }
    expect(rates.take(token("t4999"))).toMatchObject({ _tag: "RateLimited" })
  })
})

describe("what a token does not ask for", () => {
  it("X-26 a feed that continues because its client reads again is not counted, and not refused", async () => {
    const operations = new Operations({ log: () => {}, count: () => {}, span: () => () => {} }, new Rates(1))
    const watch = { name: "watch", needs: "read", bound: "filtered" } as const
    const begin = (free?: true) =>
      Effect.runPromiseExit(operations.begin({ ...watch, free }, undefined, token("a"), Effect.succeed("begun")))
    expect(Exit.isSuccess(await begin())).toBe(true)
    expect(Exit.isSuccess(await begin(true))).toBe(true)
    expect(JSON.stringify(await begin())).toContain("RateLimited")
    operations.close()
  })
})

describe("who signs out", () => {
  it("G-26 X-25 X-26 is not refused for its rate, and gets no outcome of another sign-out", () => {
    const operations = new Operations({ log: () => {}, count: () => {}, span: () => () => {} }, new Rates(1))
    const left: Array<string | undefined> = []
    operations.add<"signIn.end">({
      "signIn.end": (_, { browser }, done) => {
        left.push(browser)
        done(Exit.succeed({ ended: true }))
      },
    })
    const outcomes: Array<string> = []
    for (const browser of ["one", "two", "two"])
      operations.perform("signIn.end", {}, { ...token("a"), browser, key: "k" }, ({ _tag }) => void outcomes.push(_tag))
    expect([left, outcomes]).toEqual([["one", "two", "two"], Array(3).fill("Success")])
    operations.close()
  })
})

describe("keyed requests whose operation keeps no key", () => {
  const asked = () => {
    const repeats = new Repeats(() => clock.now)
    const clock = { now: 0 }
    const begun: Array<Done<unknown>> = []
    const ask = (key: string, input: unknown, by = token("a")): { outcome?: Exit.Exit<unknown, DoorError> } => {
      const answer: { outcome?: Exit.Exit<unknown, DoorError> } = {}
      repeats.once(
        "tokens.create",
        input,
        by,
        key,
        (done) => void begun.push(done),
        (outcome) => void (answer.outcome = outcome),
      )
      return answer
    }
    return { ask, begun, clock }
  }

  it("X-25 the same request again has the first outcome, also while it is under way, for ten minutes", () => {
    const { ask, begun, clock } = asked()
    const [first, second] = [ask("k", { name: "x" }), ask("k", { name: "x" })]
    expect(begun).toHaveLength(1)
    begun[0]?.(Exit.succeed({ id: 1 }))
    expect([first.outcome, second.outcome, ask("k", { name: "x" }).outcome]).toEqual(Array(3).fill(Exit.succeed({ id: 1 })))
    expect(begun).toHaveLength(1)
    clock.now = 10 * 60_000
    ask("k", { name: "x" })
    expect(begun).toHaveLength(2)
  })

  it("X-25 another body is a conflict, another credential another key, and a refusal is not remembered", () => {
    const { ask, begun } = asked()
    ask("k", { name: "x" })
    const other = ask("k", { name: "y" }).outcome
    expect(other !== undefined && Exit.isFailure(other) && JSON.stringify(other)).toContain("KeyConflict")
    ask("k", { name: "x" }, token("b"))
    expect(begun).toHaveLength(2)
    begun[0]?.(Exit.fail({ _tag: "Unavailable" } as DoorError))
    ask("k", { name: "x" })
    expect(begun).toHaveLength(3)
  })

  it("H-22 X-25 a device gets no answer that the owner or another device was given, as it may have fewer rights", () => {
    const { ask, begun } = asked()
    const device = (credential: string) => ({ ...token(credential), holder: "owner", device: true }) as const
    const owner = (credential: string) => ({ ...OWNER, credential, holder: "owner" })
    const link = ask("k", {}, owner("owner-1"))
    begun[0]?.(Exit.succeed({ url: "the owner's link" }))
    expect([ask("k", {}, device("phone")).outcome, ask("k", {}, device("tablet")).outcome]).toEqual([undefined, undefined])
    expect(begun).toHaveLength(3)
    begun[1]?.(Exit.succeed({ url: "the phone's link" }))
    expect(ask("k", {}, device("phone")).outcome).toEqual(Exit.succeed({ url: "the phone's link" }))
    expect(ask("k", {}, owner("owner-2")).outcome).toEqual(link.outcome)
  })

  it("X-25 at most a thousand outcomes are kept", () => {
    const { ask, begun } = asked()
    for (let i = 0; i < 1001; i++) {
      ask(`k${i}`, {})
      begun.at(-1)?.(Exit.succeed(i))
    }
    expect(ask("k1000", {}).outcome).toEqual(Exit.succeed(1000))
    expect(begun).toHaveLength(1001)
    ask("k0", {})
    expect(begun).toHaveLength(1002)
  })
})
