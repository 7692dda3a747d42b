/**
 * How a command ends: its exit code, and what is said when it failed.
 */
import { EXIT, toFailure } from "./failure.ts"
import { complain, jsonText } from "./output.ts"

/** Exit code of a command that came to its end. */
export function ended(): number {
  return Number(process.exitCode ?? EXIT.done)
}

/** Says why a command with these arguments failed; gives its exit code. */
export function failed(error: unknown, args: ReadonlyArray<string>): number {
  const failure = toFailure(error)
  if (args.includes("--json")) complain(jsonText({ error: failure.fields }))
  else complain(`holdfast: ${failure.message}`)
  return failure.code
}
