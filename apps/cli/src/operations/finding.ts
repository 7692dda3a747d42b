/** What the checks of `holdfast doctor` answer with. */

/** Outcome of one check. */
export interface Finding {
  readonly check: string
  readonly state: "ok" | "warning" | "problem"
  readonly found: string
  /** What to do; absent when all is well. */
  readonly advice?: string
}
