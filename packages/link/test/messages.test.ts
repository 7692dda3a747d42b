/** Every message of hub and runner on its way, as its description says. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Codec } from "@holdfast/protocol/codec"
import { type Optional, valuesOf, variantsOf } from "@holdfast/protocol/contract/codec-values"
import { AgentInstruction, AgentNote } from "../src/agent-messages.ts"
import { readHubMessage, readJson, readRunnerMessage } from "../src/control.ts"
import { WireMalformed } from "../src/frames.ts"
import { HubMessage, JournalNote, ReplyValue, RunnerMessage } from "../src/messages.ts"

const again = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const read =
  (codec: Codec<unknown>) =>
  (text: string): unknown =>
    readJson(codec, text, "it")

const TABLES: ReadonlyArray<readonly [Codec<unknown>, (text: string) => unknown]> = [
  [HubMessage, readHubMessage],
  [RunnerMessage, readRunnerMessage],
  [AgentInstruction, read(AgentInstruction)],
  [AgentNote, read(AgentNote)],
  [JournalNote, read(JournalNote)],
  [ReplyValue, read(ReplyValue)],
]

describe("messages of hub and runner", () => {
  for (const optional of ["all", "none", "some"] satisfies ReadonlyArray<Optional>) {
    it(`come out as they went in, with ${optional} of their optional fields`, () => {
      for (const [table, decode] of TABLES) {
        for (const message of variantsOf(table)) {
          fc.assert(
            fc.property(valuesOf(message, optional), (sent) => {
              expect(again(decode(JSON.stringify(sent)))).toEqual(again(sent))
            }),
            { numRuns: 8 },
          )
        }
      }
    })
  }

  it("R-17 lose fields that are not described, and are refused when their type is not known or a field is wrong", () => {
    for (const [table, decode] of TABLES) {
      fc.assert(
        fc.property(valuesOf(table, "all"), fc.string({ minLength: 1 }), (sent, other) => {
          const known = sent as Readonly<Record<string, unknown>>
          expect(again(decode(JSON.stringify({ ...known, [`later ${other}`]: other })))).toEqual(again(sent))
          expect(() => decode(JSON.stringify({ ...known, type: `no ${other}` }))).toThrow(WireMalformed)
          for (const name of Object.keys(known)) {
            expect(() => decode(JSON.stringify({ ...known, [name]: null }))).toThrow(WireMalformed)
          }
        }),
        { numRuns: 40 },
      )
    }
  })

  it("R-17 are refused as malformed, whatever else comes", () => {
    for (const [, decode] of TABLES) {
      fc.assert(
        fc.property(
          fc.oneof(
            fc.string(),
            fc.jsonValue().map((value) => JSON.stringify(value)),
          ),
          (text) => {
            expect(() => decode(text)).toThrow(WireMalformed)
          },
        ),
        { numRuns: 40 },
      )
    }
  })
})
