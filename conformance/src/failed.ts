/** How a check fails. */

/** The door broke a promise; the message says which, and where. */
export class CheckFailed extends Error {
  constructor(message: string) {
    super(message)
    this.name = "CheckFailed"
  }
}

/** Fails the check unless `condition` holds. */
export function demand(condition: boolean, message: string): asserts condition {
  if (!condition) throw new CheckFailed(message)
}
