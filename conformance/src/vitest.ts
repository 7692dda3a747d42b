/** The suite as tests of vitest: one for each check that the doors and their servers allow. */
import { describe, it } from "vitest"
import { CHECKS } from "./checks.ts"
import type { DoorUnderTest } from "./door.ts"
import type { HubUnderTest } from "./hub.ts"
import { lineOf, nameOf } from "./report.ts"
import { type Check, runCheck } from "./suite.ts"

/** A door to test. What is given as a function is there once the tests run; `but` names checks that are left out. */
export interface TestedDoor {
  readonly name: string
  readonly door: () => DoorUnderTest
  readonly hub: () => HubUnderTest
  readonly checks?: ReadonlyArray<Check>
  readonly but?: ReadonlyArray<string>
}

/**
 * Registers the tests of doors. Those that stand others beside them run at the same time, for all doors; then those that measure,
 * one after the other; then those that kill: at the same time too where `killsTogether` says that the servers' `restart` waits for all.
 */
export function testDoors(doors: ReadonlyArray<TestedDoor>, { killsTogether = false } = {}): void {
  for (const door of doors) register(door, undefined, true)
  for (const door of doors) register(door, "measures", false)
  for (const door of doors) register(door, "kills", killsTogether)
}

/** Registers the tests of one door. */
export function testDoor(
  name: string,
  door: () => DoorUnderTest,
  hub: () => HubUnderTest,
  options: Pick<TestedDoor, "checks" | "but"> = {},
): void {
  testDoors([{ name, door, hub, ...options }])
}

function register({ name, door, hub, checks = CHECKS, but = [] }: TestedDoor, alone: Check["alone"], concurrent: boolean): void {
  const chosen = checks.filter((check) => !but.includes(check.id) && check.alone === alone)
  if (chosen.length === 0) return
  describe(`the door ${name}`, { concurrent }, () => {
    for (const check of chosen) {
      it(nameOf(check), async ({ skip }) => {
        const result = await runCheck(check, door(), hub())
        if (result.outcome === "skipped") skip(result.reason)
        if (result.outcome === "failed") throw new Error(lineOf(result))
      })
    }
  })
}
