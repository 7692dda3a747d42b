/**
 * `holdfast` without a command where a hub runs already: its sessions, and what can be done next (docs/protocol/rules.md, C-12).
 */
import { hint } from "../hint.ts"
import { paint, print } from "../output.ts"
import { hubProcess } from "../server/find.ts"
import { useHub } from "../server/hub.ts"
import { loadedSettings } from "../server/settings.ts"
import { list } from "./list.ts"

/** Sessions that are shown. */
const SHOWN = 20

/** Whether the hub of this user's data directory runs and answers. What is wrong with the settings is said by the start that follows. */
export async function hubRuns(): Promise<boolean> {
  try {
    return hubProcess(loadedSettings().data) !== undefined && (await useHub().api.live()).live
  } catch {
    return false
  }
}

/** Prints the sessions and the next steps. */
export async function home(): Promise<void> {
  await list({ query: { limit: SHOWN }, all: false, json: false })
  const steps = [
    ["attach", "the last active session"],
    ["new", "a shell in a new session"],
    ["--help", "everything else"],
  ] as const
  const lines = steps.map(([command, about]) => [hint(command), about] as const)
  const width = Math.max(...lines.map(([line]) => line.length))
  print("", ...lines.map(([line, about]) => `${line.padEnd(width)}  ${paint("dim", about)}`))
}
