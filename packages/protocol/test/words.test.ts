/** What schemas say is wrong: words for people. */
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { CHAT_CALLS } from "../src/chat/calls.ts"
import { KeyHeader } from "../src/http-bodies.ts"
import { operationEntries, operationOf } from "../src/operations.ts"
import { commandFields } from "../src/operations/operation.ts"
import { CONNECTION_COMMANDS } from "../src/rpc.ts"

interface Check {
  readonly annotations?: { readonly message?: unknown; readonly representation?: { readonly id?: string } }
  readonly checks?: ReadonlyArray<Check>
}

/** All checks within a schema, with those of the schemas that it is made of. */
function checksOf(root: object): ReadonlyArray<Check> {
  const seen = new Set<object>()
  const found: Array<Check> = []
  const look = (node: unknown): void => {
    if (typeof node !== "object" || node === null || seen.has(node)) return
    seen.add(node)
    const check = node as Check
    if (check.annotations?.representation?.id !== undefined) found.push(check)
    for (const value of Object.values(node)) look(value)
  }
  look(root)
  return found
}

const inputs: ReadonlyArray<readonly [string, object]> = [
  ...operationEntries.map(([name, definition]) => [name, Schema.Struct(commandFields(definition)).ast] as const),
  ...Object.entries(CONNECTION_COMMANDS).map(([name, { input }]) => [name, input.ast] as const),
  ...Object.entries(CHAT_CALLS).map(([name, input]) => [name, input.ast] as const),
  ["headers", KeyHeader.ast],
]

describe("what is said of a value that is not accepted", () => {
  it("X-31 every pattern of an input says in words what it takes", () => {
    let patterns = 0
    for (const [name, ast] of inputs)
      for (const { annotations } of checksOf(ast)) {
        if (annotations?.representation?.id !== "effect/schema/isPattern") continue
        patterns++
        expect([name, annotations.message]).toEqual([name, expect.stringMatching(/^\w.* .*\w/)])
      }
    expect(patterns).toBeGreaterThan(50)
  })

  it("X-31 the name of a token, a client's id and a key are refused without a pattern in the text", () => {
    const wrong: ReadonlyArray<readonly [Schema.Codec<unknown>, unknown, RegExp]> = [
      [Schema.Struct(commandFields(operationOf("tokens.create"))) as never, { name: "" }, /1 to 64 letters, digits/],
      [Schema.Struct({ client: CONNECTION_COMMANDS.Hello.input.fields.client }) as never, { client: "short" }, /8 to 64/],
      [KeyHeader as never, { "idempotency-key": "two words" }, /1 to 200 printable/],
    ]
    for (const [schema, value, says] of wrong) {
      const text = String(Schema.decodeUnknownExit(schema)(value))
      expect(text).toMatch(says)
      expect(text).not.toContain("RegExp")
    }
  })
})
