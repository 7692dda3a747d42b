/** The kinds of client that can say what a session was created with. */
export const CREATORS = ["desktop", "mobile", "cli", "program"] as const
