/** The suite as tests of vitest: one for each check that the door and the server allow. */
import { describe, it } from "vitest"
import { CHECKS } from "./checks.ts"
import type { DoorUnderTest } from "./door.ts"
import type { HubUnderTest } from "./hub.ts"
import { lineOf } from "./report.ts"
import { type Check, runCheck } from "./suite.ts"

/** Registers the tests of a door. What is given as a function is there once the tests run; `but` names checks that are left out. */
export function testDoor(
  name: string,
  door: () => DoorUnderTest,
  hub: () => HubUnderTest,
  { checks = CHECKS, but = [] }: { readonly checks?: ReadonlyArray<Check>; readonly but?: ReadonlyArray<string> } = {},
): void {
  describe(`the door ${name}`, () => {
    for (const check of checks.filter(({ id }) => !but.includes(id))) {
      it(`${check.id}: ${check.title}`, async ({ skip }) => {
        const result = await runCheck(check, door(), hub())
        if (result.outcome === "skipped") skip(result.reason)
        if (result.outcome === "failed") throw new Error(lineOf(result))
      })
    }
  })
}
