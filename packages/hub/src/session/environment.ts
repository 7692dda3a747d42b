/** The environment variables of a request (docs/protocol/rules.md, T-1, X-10). */
import { Unprocessable } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"
import { isVariable } from "@holdfast/protocol/text"

/** What is wrong with the variables in a field of a request, if anything; values are not repeated. */
export function environmentProblem(
  variables: Readonly<Record<string, string>>,
  field: "env" | "environment" = "env",
): Unprocessable | undefined {
  const wrong = Object.entries(variables).find(([name, value]) => !isVariable(name, value))
  if (wrong === undefined) return undefined
  const name = JSON.stringify(headOf(wrong[0], 50))
  const message = `${field}: the variable ${name} has a name or value that cannot be passed to a program; leave it out`
  return new Unprocessable({ message, field })
}
