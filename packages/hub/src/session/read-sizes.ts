/** How much is read from the store at once, where no client asked for an amount. */

/** Bytes of a log, while one is searched. */
export const READ_BYTES = 1024 * 1024

/** Records of sessions. */
export const PAGE = 200
