/** The environment of a terminal's child (T-2). */
import { ownEnvironment } from "@holdfast/protocol/own-environment"
import { withLocale } from "./locale.ts"

/** Variable that marks every process of a child, so that it can be found again; its value is `<generation>:<child id>`. */
export const MARKER = "HOLDFAST_CHILD"

/** What a child is marked and told with. */
export interface EnvironmentRequest {
  readonly base: Readonly<Record<string, string | undefined>>
  readonly session: string
  readonly marker: string
  readonly cwd: string
  readonly term: string
  readonly added: Readonly<Record<string, string>>
}

/** `NAME=value` pairs: the user's own, the terminal's, then what the request adds. */
export function childEnvironment(request: EnvironmentRequest): ReadonlyArray<string> {
  const variables = new Map(Object.entries(withLocale(ownEnvironment(request.base))))
  variables.set("PWD", request.cwd)
  variables.set("TERM", request.term === "" ? "xterm-256color" : request.term)
  variables.set("COLORTERM", "truecolor")
  for (const [name, value] of Object.entries(request.added)) {
    if (name !== "" && !name.includes("=") && !name.includes("\0") && !value.includes("\0")) variables.set(name, value)
  }
  variables.set("HOLDFAST_SESSION", request.session)
  variables.set(MARKER, request.marker)
  return Array.from(variables, ([name, value]) => `${name}=${value}`)
}

/** The value of a variable in a list of pairs. */
export function variableOf(pairs: ReadonlyArray<string>, name: string): string | undefined {
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
