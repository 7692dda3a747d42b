/**
 * Looks whether directories and programs are there, off the event loop.
 *
 * Callers that ask for the same path at the same time share one look: many sessions made at once have one directory and
 * one shell. Nothing is remembered beyond that.
 */
import { access, constants, stat } from "node:fs"
import type * as Effect from "effect/Effect"
import { Unprocessable } from "@holdfast/protocol/errors"
import { fromCallback } from "./Fork.ts"

/** Receives what was found; must not throw. */
export type Told = (there: boolean) => void

/** Looks under way, with those who wait for them. */
type Looks = Map<string, Array<Told>>

const directories: Looks = new Map()
const programs: Looks = new Map()

/** Checks whether a path is a directory that may be entered. */
export function isDirectory(path: string, told: Told): void {
  return shared(directories, path, told, (done) => access(`${path}/.`, constants.X_OK, (problem) => done(problem === null)))
}

/** The same as an effect. */
export function isDirectoryThere(path: string): Effect.Effect<boolean> {
  return fromCallback((answer) => isDirectory(path, answer))
}

/** The refusal of a cwd that cannot be entered. */
export function noDirectory(cwd: string): Unprocessable {
  return new Unprocessable({
    message: `the directory ${cwd} does not exist or cannot be entered; choose another cwd`,
    field: "cwd",
  })
}

/** Checks whether a path is a file that may be executed. */
export function isProgram(path: string, told: Told): void {
  return shared(programs, path, told, (done) =>
    access(path, constants.X_OK, (refused) => {
      if (refused !== null) done(false)
      else stat(path, (problem, found) => done(problem === null && found.isFile()))
    }),
  )
}

function shared(looks: Looks, path: string, told: Told, look: (done: Told) => void): void {
  const waiting = looks.get(path)
  if (waiting !== undefined) {
    waiting.push(told)
    return
  }
  const waiters = [told]
  looks.set(path, waiters)
  look((there) => {
    looks.delete(path)
    for (const waiter of waiters) waiter(there)
  })
}
