/** What every operation leaves behind, however it ends. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { OWNER } from "@holdfast/testkit/hub/hub-calls"
import type { Performed } from "../src/Hub.ts"
import { asEffect, Operations } from "../src/operations/Operations.ts"
import { makeFork } from "../src/session/Fork.ts"
import type { Fields, Level, OperationLabels } from "../src/Telemetry.ts"

describe("an operation", () => {
  let lines: Array<{ readonly level: Level; readonly message: string; readonly fields: Fields }>
  let counts: Array<OperationLabels>
  let spans: Array<string>
  let operations: Operations
  const by = { ...OWNER, door: "socket" }
  beforeEach(() => {
    lines = []
    counts = []
    spans = []
    operations = new Operations({
      log: (level, message, fields = {}) => void lines.push({ level, message, fields }),
      count: (labels) => void counts.push(labels),
      span: () => (outcome) => void spans.push(outcome),
    })
  })
  afterEach(() => operations.close())

  it("X-15 whose caller goes away before the answer ends its span, is counted and has a line of its own", async () => {
    const fork = await Effect.runPromise(makeFork)
    operations.add<"agents.list">({ "agents.list": asEffect(fork)(() => Effect.never) })
    const { promise, resolve } = Promise.withResolvers<Performed<unknown>>()
    operations.perform("agents.list", {}, by, resolve)?.interruptUnsafe()
    expect(await promise).toMatchObject({ _tag: "Refused" })
    expect(spans).toEqual(["interrupted"])
    expect(counts).toEqual([{ operation: "agents.list", door: "socket", outcome: "interrupted" }])
    const [, end] = lines
    expect(end).toMatchObject({ level: "info", message: expect.stringContaining("went away"), fields: { count: 1 } })
  })

  it("X-4 whose answer its door cannot take is a fault in the log, and is answered once", () => {
    operations.add<"agents.list">({ "agents.list": (_input, _by, done) => done(Exit.succeed({ agents: [] })) })
    let answers = 0
    operations.perform("agents.list", {}, by, () => {
      answers++
      throw new Error("a planted fault")
    })
    expect(answers).toBe(1)
    expect(lines.at(-1)).toMatchObject({ level: "error", message: expect.stringContaining("a planted fault") })
    expect(lines.at(-1)?.fields["fingerprint"]).toMatch(/^[0-9a-f]{12}$/)
  })

  it("X-15 that ends while the hub stops, or after, is in the log at once", () => {
    operations.add<"agents.list">({ "agents.list": (_input, _by, done) => done(Exit.succeed({ agents: [] })) })
    const ask = (): unknown => operations.perform("agents.list", {}, by, () => {})
    const counted = (): number =>
      lines.filter(({ message }) => message === "done").reduce((all, { fields }) => all + Number(fields["count"]), 0)
    ask()
    ask()
    expect(counted()).toBe(1)
    operations.close()
    expect(counted()).toBe(2)
    ask()
    expect(counted()).toBe(3)
  })
})
