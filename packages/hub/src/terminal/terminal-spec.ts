/** From a request to the terminal that will be opened, checked before any session exists (docs/PROTOCOL.md, T-1). */
import { delimiter, isAbsolute, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { CommandNotFound, Unprocessable } from "@holdfast/protocol/errors"
import type { TerminalSpec } from "@holdfast/protocol/event"
import type { CreateSession } from "@holdfast/protocol/session"
import { isDirectory, isProgram } from "./PathChecks.ts"

/** Where the defaults of a terminal come from. */
export interface TerminalDefaults {
  /** The environment that children inherit. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
}

const DEFAULT_TERM = "xterm-256color"

/** The terminal of a request. Fails when its cwd or its program is not there. */
export const terminalSpec = (
  request: CreateSession,
  defaults: TerminalDefaults,
): Effect.Effect<TerminalSpec, CommandNotFound | Unprocessable> =>
  Effect.gen(function* () {
    const {
      command = defaults.env["SHELL"] ?? "/bin/sh",
      args = [],
      env = {},
      cols = 80,
      rows = 24,
      term = DEFAULT_TERM,
    } = request
    const cwd = resolve(defaults.home, request.cwd ?? defaults.home)
    for (const [name, value] of Object.entries(env)) {
      if (!/^[^=\0]+$/.test(name) || value.includes("\0")) {
        return yield* new Unprocessable({
          message: `the environment variable ${JSON.stringify(name.slice(0, 50))} has a name or value that cannot be used`,
          field: "env",
        })
      }
    }
    if ([command, cwd, ...args].some((text) => text.includes("\0"))) {
      return yield* new Unprocessable({ message: "command, arguments and cwd may not hold NUL characters", field: "args" })
    }
    const [entered, found] = yield* Effect.promise(() =>
      Promise.all([isDirectory(cwd), isFound(command, cwd, env["PATH"] ?? defaults.env["PATH"] ?? "")]),
    )
    if (!entered) {
      return yield* new Unprocessable({
        message: `the directory ${cwd} does not exist or cannot be entered; give another cwd`,
        field: "cwd",
      })
    }
    if (!found) {
      return yield* new CommandNotFound({
        message: `${command} was not found in the session's PATH or cannot be executed`,
        command,
      })
    }
    return { command, args, cwd, env, cols, rows, term }
  })

async function isFound(command: string, cwd: string, path: string): Promise<boolean> {
  // Windows adds extensions to names; the runner looks there itself.
  if (process.platform === "win32") return true
  if (command.includes("/")) return isProgram(isAbsolute(command) ? command : join(cwd, command))
  for (const place of path.split(delimiter)) {
    if (await isProgram(join(resolve(cwd, place === "" ? "." : place), command))) return true
  }
  return false
}
