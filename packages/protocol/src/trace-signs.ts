/** The signs of a trace, each a character, without schemas. */

/** `w` works, `a` waits for a person (asks), `.` does nothing, `f` failed, `m` a person's message. */
export type TraceSign = "w" | "a" | "." | "f" | "m"
