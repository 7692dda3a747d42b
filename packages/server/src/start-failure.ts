/**
 * Turns what goes wrong at start into a `ServeFailed` that says what to do.
 */
import type { Settings } from "@holdfast/protocol/settings"
import type { StoreError, StoreTooNew } from "@holdfast/store/Store"
import { CredentialFileUnusable } from "./credential-file.ts"
import { ListenFailed } from "@holdfast/doors/http/listen"
import { ServeFailed } from "./Serving.ts"

/** The failure that a start's error stands for. */
export function startFailure(error: unknown, settings: Pick<Settings, "host" | "port">, data: string): ServeFailed {
  if (error instanceof ServeFailed) return error
  if (error instanceof CredentialFileUnusable) return new ServeFailed("data", error.message, { cause: error })
  if (error instanceof ListenFailed) return new ServeFailed("port", portMessage(error, settings), { cause: error })
  if (isStoreProblem(error)) return storeFailure(error, data)
  return new ServeFailed("failed", error instanceof Error ? error.message : String(error), { cause: error })
}

function portMessage({ code, message }: ListenFailed, { host, port }: Pick<Settings, "host" | "port">): string {
  switch (code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is in use, perhaps by another hub (see: holdfast doctor); stop it, or choose another port with --port or HOLDFAST_PORT`
    case "EACCES":
      return `port ${port} needs privileges that this user does not have; choose one above 1023 with --port or HOLDFAST_PORT`
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is not an address of this machine; correct --host or HOLDFAST_HOST`
    default:
      return `cannot listen on ${host}:${port}: ${message}`
  }
}

const TAGS = new Set(["StoreTooNew", "StoreFull", "StoreUnusable"])

const isStoreProblem = (error: unknown): error is StoreTooNew | StoreError =>
  error instanceof Error && "_tag" in error && typeof error._tag === "string" && TAGS.has(error._tag)

function storeFailure(error: StoreTooNew | StoreError, data: string): ServeFailed {
  const with_ = { cause: error }
  switch (error._tag) {
    case "StoreTooNew":
      return new ServeFailed("too-new", error.message, with_)
    case "StoreFull":
      return new ServeFailed("data", `the disk is full: ${error.message}; free some space`, with_)
    case "StoreUnusable":
      switch (error.reason) {
        case "locked":
          return new ServeFailed("locked", error.message, with_)
        case "damaged":
          return new ServeFailed(
            "damaged",
            `${error.message}; nothing was changed. Restore the database from a backup, or move it out of ${data} to start over`,
            with_,
          )
        case "unreadable":
          return new ServeFailed("data", `${error.message}; check owner and mode of the files in ${data}`, with_)
        default:
          return new ServeFailed("failed", error.message, with_)
      }
  }
}
