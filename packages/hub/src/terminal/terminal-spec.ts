/** From a request to the terminal that will be opened, checked before any session exists (docs/protocol/rules.md, T-1). */
import { delimiter, isAbsolute, join, resolve } from "node:path"
import { CommandNotFound, Unprocessable } from "@holdfast/protocol/errors"
import type { TerminalSpec } from "@holdfast/protocol/terminal-spec"
import type { CreateSession } from "@holdfast/protocol/session"
import type { ProcessDefaults } from "../child/KindContext.ts"
import { environmentProblem } from "../session/environment.ts"
import { isDirectory, isProgram, noDirectory, type Told } from "../session/PathChecks.ts"

/** Receives the terminal, or why it cannot be; must not throw. */
export type TerminalChecked = (checked: TerminalSpec | CommandNotFound | Unprocessable) => void

const DEFAULT_TERM = "xterm-256color"

/** Checks the terminal of a request: its cwd and its program must be there. */
export function terminalSpec(request: CreateSession, defaults: ProcessDefaults, tell: TerminalChecked): void {
  const { args = [], env = {}, cols = 80, rows = 24, term = DEFAULT_TERM } = request
  const inherited = request.environment ?? defaults.env
  const command = request.command ?? inherited["SHELL"] ?? defaults.env["SHELL"] ?? "/bin/sh"
  const cwd = resolve(defaults.home, request.cwd ?? defaults.home)
  if (request.message !== undefined) {
    return tell(new Unprocessable({ message: "message applies only to agents; leave it out for a terminal", field: "message" }))
  }
  const problem = environmentProblem(env) ?? environmentProblem(request.environment ?? {}, "environment")
  if (problem !== undefined) return tell(problem)
  const texts = { command: [command], cwd: [cwd], args }
  for (const [field, given] of Object.entries(texts)) {
    if (given.some((text) => text.includes("\0"))) {
      return tell(new Unprocessable({ message: `${field}: a path, a command and an argument have no NUL`, field }))
    }
  }
  const path = env["PATH"] ?? inherited["PATH"] ?? ""
  let entered: boolean | undefined
  let found: boolean | undefined
  const looked = (): void => {
    if (entered === undefined || found === undefined) return
    if (!entered) tell(noDirectory(cwd))
    else if (!found) tell(noProgram(command))
    else tell({ command, args, cwd, env, cols, rows, term })
  }
  isDirectory(cwd, (there) => {
    entered = there
    looked()
  })
  lookFor(command, cwd, path, (there) => {
    found = there
    looked()
  })
}

const noProgram = (command: string): CommandNotFound =>
  new CommandNotFound({ message: `${command} was not found in the session's PATH or cannot be executed`, command })

function lookFor(command: string, cwd: string, path: string, told: Told): void {
  // Windows adds extensions to names; the runner looks there itself.
  if (process.platform === "win32") told(true)
  else if (command.includes("/")) isProgram(isAbsolute(command) ? command : join(cwd, command), told)
  else
    lookAlong(
      path.split(delimiter).map((place) => join(resolve(cwd, place === "" ? "." : place), command)),
      told,
    )
}

/** Looks at one path after the other until one is a program. */
function lookAlong([first, ...rest]: ReadonlyArray<string>, told: Told): void {
  if (first === undefined) told(false)
  else isProgram(first, (there) => (there ? told(true) : lookAlong(rest, told)))
}
