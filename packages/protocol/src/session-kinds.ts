/** The kinds of session there are. */
export const SESSION_KINDS = ["terminal", "agent"] as const
