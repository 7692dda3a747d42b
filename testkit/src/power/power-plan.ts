/** Random plans for a failing disk. */
import { randomFrom } from "../sizes.ts"
import type { PowerPlan } from "./power-run.ts"

const OPERATIONS = [
  ["sync wal", 10, 60],
  ["sync db", 3, 8],
  ["sync dir", 1, 3],
  ["write wal", 5, 400],
  ["write db", 2, 60],
  ["truncate any", 1, 3],
  ["unlink any", 1, 2],
] as const

const SYNC_ACTIONS = ["EIO", "EIO", "EIO", "ENOSPC", "KILL", "DELAY"]
const WRITE_ACTIONS = ["EIO", "ENOSPC", "SHORT", "KILL", "DELAY"]
const OTHER_ACTIONS = ["EIO", "KILL"]

/** The plan of a seed: one to three faults, half of them counted from after the first background work. */
export function planOf(seed: number): PowerPlan {
  const random = randomFrom(seed)
  const pick = <A>(from: ReadonlyArray<A>): A => from[Math.floor(random() * from.length)] as A
  const weights = OPERATIONS.flatMap((one) => Array.from({ length: one[1] }, () => one))
  const rules = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
    const [operation, , most] = pick(weights)
    const actions = operation.startsWith("sync") ? SYNC_ACTIONS : operation.startsWith("write") ? WRITE_ACTIONS : OTHER_ACTIONS
    const nth = 1 + Math.floor(random() ** 2 * most)
    const times = random() < 0.7 ? 1 : 1 + Math.floor(random() * 4)
    return `${operation} ${nth} ${pick(actions)} ${times}`
  })
  const armed = random() < 0.5 ? "armed;" : ""
  return {
    seed,
    faults: `${armed}${rules.join(";")}`,
    leave: random() < 0.5,
    again: random() < 0.4,
    walPages: pick([60, 60, 1000]),
    survives: pick([0, 0, 0.5, 0.9]),
    cuts: 2,
  }
}
