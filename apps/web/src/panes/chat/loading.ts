/** Loading of what the chat does not show first. */

/** The rest of the chat; asked for at once, so that it comes beside the first transcript. */
export const rest = import("./rest.ts")
