/** Sessions that are not created yet. */

/** What their ids begin with; the rest is the key of the command that creates them. */
const OFFLINE = "new:"

/** Key of the command that is to create a session; `undefined` for one that the hub has. */
export function createOf(id: string): string | undefined {
  return id.startsWith(OFFLINE) ? id.slice(OFFLINE.length) : undefined
}
