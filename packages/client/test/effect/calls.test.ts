/** Calls of the service that are given up, and the credential that they show: over a `fetch` of the test's own. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { describe, expect, it } from "vitest"
import { HoldfastError } from "../../src/errors.ts"
import {
  SessionPermissionError,
  Sessions,
  type SessionsOptions,
  SessionUnavailableError,
  type Token,
} from "../../src/effect/index.ts"

type Asking = NonNullable<SessionsOptions["fetch"]>

const run = <A, E>(effect: Effect.Effect<A, E, Sessions>, fetch: Asking, token?: Token): Promise<A> =>
  Effect.runPromise(Effect.provide(effect, Sessions.layer({ origin: "http://hub", fetch, token })))

/** How often a credential was asked for. */
let asked = 0
const next = (): string => `k-${++asked}`

const answered = (status: number, body: object): Response => Response.json(body, { status })

describe("calls of the Effect surface", () => {
  it("F-7 C-34 an interruption gives every kind of call up", async () => {
    const signals: Array<AbortSignal> = []
    const silent: Asking = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signals.push(signal)
        signal.addEventListener("abort", () => reject(new Error("given up")))
      })
    const given = Effect.gen(function* () {
      const sessions = yield* Sessions
      const calls: ReadonlyArray<Effect.Effect<unknown, unknown>> = [
        sessions.create({ kind: "agent" }),
        sessions.get("s"),
        sessions.update("s", { label: "x" }),
        sessions.updateStatus("s", "archived"),
        sessions.updateStatus("s", "active"),
        sessions.delete("s"),
        sessions.batchUpdate(["s"], { status: "archived" }),
        sessions.query(),
      ]
      for (const [at, call] of calls.entries()) {
        const fiber = yield* Effect.forkChild(call, { startImmediately: true })
        yield* Effect.promise(() => expect.poll(() => signals.length).toBe(at + 1))
        yield* Fiber.interrupt(fiber)
      }
      return calls.length
    })
    const count = await run(given, silent)
    expect(signals.map(({ aborted }) => aborted)).toEqual(Array.from({ length: count }, () => true))
  })

  it.each<[what: string, token: Token, shown: ReadonlyArray<string>]>([
    ["a value", "k-1", ["k-1"]],
    ["a function", () => Promise.resolve(next()), ["k-1", "k-2", "k-3"]],
    ["an effect", Effect.sync(next), ["k-1", "k-2", "k-3"]],
  ])("F-7 C-33 the credential is %s, asked for at each call and once more after a 401", async (_, token, shown) => {
    asked = 0
    const seen: Array<string | undefined> = []
    const hub: Asking = (_url, { headers }) => {
      seen.push(headers["authorization"]?.replace("Bearer ", ""))
      const known = seen.at(-1) !== "k-2"
      return Promise.resolve(
        known ? answered(200, { id: "s" }) : answered(401, { error: { tag: "Unauthorized", message: "no" } }),
      )
    }
    const twice = Effect.flatMap(Sessions, (sessions) => Effect.andThen(sessions.get("s"), sessions.get("s")))
    await run(twice, hub, token)
    expect([...new Set(seen)]).toEqual(shown)
  })

  it("F-1 a credential that the hub does not know fails as a permission, with what was to be done", async () => {
    const hub: Asking = () => Promise.resolve(answered(401, { error: { tag: "Unauthorized", message: "sign in again" } }))
    const refused = await run(Effect.flip(Effect.flatMap(Sessions, (sessions) => sessions.get("s"))), hub, "wrong")
    expect(refused).toBeInstanceOf(SessionPermissionError)
    expect(refused).toMatchObject({ session: "s", user: "", action: "sessions.get", message: "sign in again" })
  })

  it("F-7 a credential that cannot be had now is a failure that passes", async () => {
    const token = () => Promise.reject(new Error("the keychain is locked"))
    const failed = await run(Effect.flip(Effect.flatMap(Sessions, (sessions) => sessions.get("s"))), fetch, token)
    expect(failed).toBeInstanceOf(SessionUnavailableError)
    expect(failed.message).toContain("the keychain is locked")
    expect(failed.cause).toBeInstanceOf(HoldfastError)
  })

  it("F-1 a batch has its outcomes whatever its size and concurrency", async () => {
    const asked: Array<number> = []
    const hub: Asking = (_url, { body = "{}" }) => {
      const { sessions } = JSON.parse(body) as { readonly sessions: ReadonlyArray<string> }
      asked.push(sessions.length)
      return Promise.resolve(answered(200, { results: sessions.map((session) => ({ session, changed: true })) }))
    }
    const ids = Array.from({ length: 1500 }, (_, at) => `s${at}`)
    for (const [concurrency, size] of [
      [0, 0],
      [2.5, 5000],
      [NaN, -1],
    ] as const) {
      const batch = Effect.flatMap(Sessions, (one) => one.batchUpdate(ids, { status: "archived" }, { concurrency, size }))
      expect((await run(batch, hub)).map(({ session }) => session)).toEqual(ids)
    }
    expect(Math.max(...asked)).toBe(1000)
  })
})
