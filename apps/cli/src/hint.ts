/**
 * The command line as its user has to type it, for messages that say what to do next.
 */

/** A command in full: `holdfast ls`, or `npx holdfast ls` where npm started this one and the name alone is not in the path. */
export const hint = (command: string, env: NodeJS.ProcessEnv = process.env): string =>
  `${env["npm_lifecycle_event"] === undefined ? "holdfast" : "npx holdfast"} ${command}`
