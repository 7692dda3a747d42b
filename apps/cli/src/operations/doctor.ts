/**
 * `holdfast doctor`: is everything there that is needed, and what to do when it is not.
 */
import { EXIT } from "../failure.ts"
import { hubWords } from "../hint.ts"
import { paint, print, printJson } from "../output.ts"
import type { Style } from "../text/style.ts"
import { printable } from "../text/printable.ts"
import type { Finding } from "./finding.ts"
import { checkClock, checkNode, checkTerminal } from "./check-machine.ts"
import { checkHub } from "./check-hub.ts"
import { checkCredential, checkDataDirectory, checkSettings, checkStore } from "./check-data.ts"

const STYLES: Readonly<Record<Finding["state"], Style>> = { ok: "green", warning: "yellow", problem: "red" }

/** Runs every check and prints what was found. Exit code 1 when there is a problem. */
export async function doctor(json: boolean): Promise<void> {
  const findings: Array<Finding> = []
  const take = (finding: Finding | ReadonlyArray<Finding>): void => {
    findings.push(...(Array.isArray(finding) ? finding : [finding as Finding]))
  }
  take(checkNode())
  take(checkSettings())
  if (findings.every(({ state }) => state !== "problem")) {
    take(checkDataDirectory())
    take(checkCredential())
    take(await checkStore())
    take(await checkHub())
  }
  take(checkTerminal())
  take(checkClock())
  const problems = findings.filter(({ state }) => state === "problem").length
  if (json) printJson({ ok: problems === 0, findings })
  else {
    for (const { check, state, found, advice } of findings) {
      print(`${paint(STYLES[state], state.padEnd(8))} ${paint("bold", check.padEnd(10))} ${hubWords(found)}`)
      if (advice !== undefined) print(`${" ".repeat(20)}${printable(advice)}`)
    }
  }
  if (problems > 0) process.exitCode = EXIT.refused
}
