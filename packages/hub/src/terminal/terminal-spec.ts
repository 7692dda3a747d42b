/** From a request to the terminal that will be opened, checked before any session exists (docs/PROTOCOL.md, T-1). */
import { constants } from "node:fs"
import { access, stat } from "node:fs/promises"
import { delimiter, isAbsolute, join, resolve } from "node:path"
import * as Effect from "effect/Effect"
import { CommandNotFound, Unprocessable } from "@holdfast/protocol/errors"
import type { TerminalSpec } from "@holdfast/protocol/event"
import type { CreateSession } from "@holdfast/protocol/session"

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
    if (!(yield* isDirectory(cwd))) {
      return yield* new Unprocessable({
        message: `the directory ${cwd} does not exist or cannot be entered; give another cwd`,
        field: "cwd",
      })
    }
    if (!(yield* isFound(command, cwd, env["PATH"] ?? defaults.env["PATH"] ?? ""))) {
      return yield* new CommandNotFound({
        message: `${command} was not found in the session's PATH or cannot be executed`,
        command,
      })
    }
    return { command, args, cwd, env, cols, rows, term }
  })

const isDirectory = (path: string): Effect.Effect<boolean> =>
  Effect.tryPromise(() => stat(path)).pipe(
    Effect.flatMap((found) => (found.isDirectory() ? canAccess(path, constants.X_OK) : Effect.succeed(false))),
    Effect.orElseSucceed(() => false),
  )

const canAccess = (path: string, mode: number): Effect.Effect<boolean> =>
  Effect.tryPromise(() => access(path, mode)).pipe(
    Effect.as(true),
    Effect.orElseSucceed(() => false),
  )

const isProgram = (path: string): Effect.Effect<boolean> =>
  Effect.tryPromise(() => stat(path)).pipe(
    Effect.flatMap((found) => (found.isFile() ? canAccess(path, constants.X_OK) : Effect.succeed(false))),
    Effect.orElseSucceed(() => false),
  )

function isFound(command: string, cwd: string, path: string): Effect.Effect<boolean> {
  // Windows adds extensions to names; the runner looks there itself.
  if (process.platform === "win32") return Effect.succeed(true)
  if (command.includes("/")) return isProgram(isAbsolute(command) ? command : join(cwd, command))
  const places = path.split(delimiter).map((place) => join(resolve(cwd, place === "" ? "." : place), command))
  return Effect.gen(function* () {
    for (const place of places) if (yield* isProgram(place)) return true
    return false
  })
}
