/** Limits of messages: in a file without schemas, which pages load. */

/** Most bytes of a message's files together; more is `TooLarge`. An image of the size that models take fits. */
export const FILES_MAX = 5 * 1024 * 1024
