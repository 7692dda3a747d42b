/**
 * How a command fails, and with which exit code (docs/protocol/rules.md, X-6).
 */
import { HoldfastError, isUnreachable } from "@holdfast/client/errors"
import { hint, withHints } from "./hint.ts"

/** Exit codes: done, refused with a reason, wrong usage, server not reachable. */
export const EXIT = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const

/** A failure with a message for people that says what to do. */
export class CliFailure extends Error {
  readonly _tag = "CliFailure"
  readonly code: number
  /** The error in the one shape, for `--json`. */
  readonly fields: Readonly<Record<string, unknown>>

  constructor(code: number, tag: string, message: string, fields: Readonly<Record<string, unknown>> = {}) {
    super(withHints(message))
    this.code = code
    this.fields = { tag, message, ...fields }
  }
}

/** A refusal: exit code 1. */
export function refused(tag: string, message: string): CliFailure {
  return new CliFailure(EXIT.refused, tag, message)
}

/** Wrong usage: exit code 2. */
export function usage(message: string): CliFailure {
  return new CliFailure(EXIT.usage, "Usage", message)
}

/** What to do when no hub answers. */
export const START_HINT = `start one in another terminal with: ${hint("")}`

/** That a hub is there and silent. `pid`: its process, where it is on this machine. */
export function silentHub(at: string, pid: number | undefined): string {
  return pid === undefined ? `the hub${at} does not answer` : `the hub${at}, process ${pid}, does not answer`
}

/** Any error as a failure. `where` says which hub was asked, `pid` the process that it is while that lives. */
export function toFailure(error: unknown, where?: string, pid?: number): CliFailure {
  if (error instanceof CliFailure) return error
  if (error instanceof HoldfastError) {
    if (isUnreachable(error)) {
      const at = where === undefined ? "" : ` at ${where}`
      // Something took the request and was silent: it may do what it was asked.
      if (error.tag === "TimedOut" || (pid !== undefined && error.message.endsWith("in time"))) {
        const message = `${silentHub(at, pid)} (${error.message}); it may have carried out the request anyway`
        return new CliFailure(EXIT.unreachable, error.tag, message)
      }
      return new CliFailure(EXIT.unreachable, error.tag, `no hub answers${at} (${error.message}); ${START_HINT}`)
    }
    return new CliFailure(EXIT.refused, error.tag, explained(error), error.fields)
  }
  const message = error instanceof Error ? error.message : String(error)
  if (/\buv_cwd\b/.test(message))
    return refused("DirectoryGone", "the current directory was removed; change to another one first")
  return new CliFailure(EXIT.refused, error instanceof Error ? error.name : "Error", message)
}

function explained(error: HoldfastError): string {
  const matches = error.fields["candidates"] ?? error.fields["matches"]
  if (Array.isArray(matches) && matches.length > 0) return `${error.message}\n  ${matches.map(String).join("\n  ")}`
  if (error.tag === "Unauthorized" && error.fields["expiredAt"] === undefined)
    return `${error.message}; check that HOLDFAST_TOKEN or the credential file belongs to this hub`
  return error.message
}
