/** Every check, in the order in which they are tried. */
import { CREDIT } from "./checks/credit.ts"
import { ENDURANCE } from "./checks/endurance.ts"
import { GUARD } from "./checks/guard.ts"
import { LEAVING } from "./checks/leaving.ts"
import { READING } from "./checks/reading.ts"
import { REFUSALS } from "./checks/refusals.ts"
import { TURNS } from "./checks/turns.ts"
import { TYPING } from "./checks/typing.ts"
import type { Check } from "./suite.ts"

/** The checks. */
export const CHECKS: ReadonlyArray<Check> = [
  ...GUARD,
  ...REFUSALS,
  ...READING,
  ...TURNS,
  ...LEAVING,
  ...TYPING,
  ...ENDURANCE,
  ...CREDIT,
]
