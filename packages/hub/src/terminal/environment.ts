/** The environment variables of a request (docs/PROTOCOL.md, T-1). */
import { Unprocessable } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"

/** What is wrong with the names and values of variables for a child, if anything. */
export function environmentProblem(env: Readonly<Record<string, string>>): Unprocessable | undefined {
  for (const name in env) {
    if (/^[^=\0]+$/.test(name) && env[name]?.includes("\0") !== true) continue
    return new Unprocessable({
      message: `the environment variable ${JSON.stringify(headOf(name, 50))} has a name or value that cannot be used`,
      field: "env",
    })
  }
  return undefined
}
