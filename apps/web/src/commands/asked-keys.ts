/**
 * The keys of what is asked are no other command's of its pane: not while it stands there, whatever of it can be done now, and not in the
 * moment after it has gone, when someone may still mean it (docs/protocol/app-rules.md, APP-141).
 */

const KEYS: ReadonlySet<string> = new Set(["y", "a", "n", "e", "s"])

/** Milliseconds for which a request that has gone keeps its keys. */
const MOMENT = 1000

const gone = new Map<string, number>()

/** Whether a key is one that answers. */
export function isAskedKey(keys: string): boolean {
  return KEYS.has(keys)
}

/** A request of a session is shown no more. */
export function noteGone(session: string, now = performance.now()): void {
  gone.set(session, now)
}

/** Whether something was asked for a session until a moment ago. */
export function wasAsked(session: string, now = performance.now()): boolean {
  return now - (gone.get(session) ?? -Infinity) < MOMENT
}
