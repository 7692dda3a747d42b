/**
 * `holdfast runner`: the processes that own the children.
 */
import { paint, print, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { printable } from "../text/printable.ts"

/** Prints the state of the runners. */
export async function runnerStatus(json: boolean): Promise<void> {
  const { runners } = await ask(useHub(), (api) => api.runner())
  report(runners, json)
}

/** Drains the runners: they take no new children and end when the last has ended; with `now` the children end too. */
export async function stopRunner(now: boolean, json: boolean): Promise<void> {
  const { runners } = await ask(useHub(), (api) => api.stopRunner(now))
  report(runners, json)
  if (!json) print(now ? "their children are being ended" : "they end with their last child; --now ends the children too")
}

function report(runners: ReadonlyArray<unknown>, json: boolean): void {
  if (json) return printJson(runners)
  if (runners.length === 0) return print("no runner; one starts with the first terminal")
  runners.forEach((runner, i) => {
    const fields = typeof runner === "object" && runner !== null ? Object.entries(runner) : [["runner", runner] as const]
    if (i > 0) print("")
    for (const [name, value] of fields) {
      const shown = Array.isArray(value)
        ? String(value.length)
        : typeof value === "object"
          ? JSON.stringify(value)
          : String(value)
      print(`${paint("dim", name.padEnd(14))}${printable(shown)}`)
    }
  })
}
