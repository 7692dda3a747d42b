import { headOf } from "@holdfast/protocol/text-cut"

/** A question that cannot be answered, with the tag of a door error; the message says what to do. */
export class FilesRefused extends Error {
  readonly _tag = "FilesRefused"
  readonly tag: "Unprocessable" | "Busy" | "Unavailable"
  constructor(tag: "Unprocessable" | "Busy" | "Unavailable", message: string) {
    super(message)
    this.tag = tag
  }
}

/** The refusal of a path; `what` is what is wrong with it. */
export function pathRefused(path: string, what: string): FilesRefused {
  return new FilesRefused("Unprocessable", `${headOf(path, 300)} ${what}`)
}

/** Whether a failed system call says that nothing is there. */
export function isAbsent(cause: unknown): boolean {
  const code = codeOf(cause)
  return code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP" || code === "ENAMETOOLONG"
}

/** The code of a failed system call. */
export function codeOf(cause: unknown): string | undefined {
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : undefined
}
