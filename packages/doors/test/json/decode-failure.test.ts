/** How a request that does not fit its schema is refused: in words, on every door. */
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { operationOf } from "@holdfast/protocol/operations"
import { commandFields } from "@holdfast/protocol/operations/operation"
import { readInput } from "../../src/http/read-input.ts"
import { payloadDecoder } from "../../src/json/payload.ts"
import { decodeSent } from "../../src/socket-io/client-events.ts"

const body = (text: string): object => {
  const bytes = new TextEncoder().encode(text)
  return readInput("sessions.create", { params: {}, query: "", body: bytes, key: undefined })
}

describe("a request that does not fit", () => {
  it("X-31 that is not an object is refused in words, without a name of the sources", () => {
    const command = payloadDecoder(
      Schema.Struct(commandFields(operationOf("sessions.create"))) as unknown as Schema.Codec<unknown>,
    )
    for (const text of ["[]", "5", '"x"'])
      for (const refused of [body(text), command(JSON.parse(text)), decodeSent("run:attach", JSON.parse(text))])
        expect(refused).toMatchObject({ _tag: "BadRequest", message: "payload: must be a JSON object with named fields" })
    expect(body('{"kind": "terminal", "tags": 5}')).toMatchObject({ message: "tags: must be a JSON array", field: "tags" })
    expect(body('{"kind": "agent", "message": 5}')).toMatchObject({ message: "message: must be a JSON object with named fields" })
  })

  it("X-31 K-2 an id of a client and a key that are not accepted are answered with what they may be", () => {
    const hello = decodeSent("client:hello", { clientId: "short" })
    expect(hello).toMatchObject({ _tag: "Unprocessable", message: expect.stringContaining("8 to 64 letters") as string })
    const input = decodeSent("run:input", { runId: "x", key: "two words", data: "" })
    expect(input).toMatchObject({ _tag: "Unprocessable", message: expect.stringContaining("1 to 200 printable") as string })
  })
})
