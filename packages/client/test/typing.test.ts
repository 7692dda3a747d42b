/** The order in which unsettled input is sent. */
import { expect, it } from "vitest"
import { Typing } from "../src/typing.ts"

it("C-3 W-6 what is typed when an earlier input settles does not overtake those that are sent again", () => {
  const sent: Array<number> = []
  let last = 0
  const typing = new Typing(
    () => ++last,
    (number) => sent.push(number),
  )
  const text = new Uint8Array(1)
  typing.type(text, () => typing.type(text, () => undefined))
  typing.type(text, () => undefined)
  typing.attached(1)
  expect(sent).toEqual([2, 3])
  typing.type(text, () => undefined)
  expect(sent).toEqual([2, 3, 4])
})
