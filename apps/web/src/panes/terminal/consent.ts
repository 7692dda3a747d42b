/** Whether the program of a session may write to the clipboard, as a person said once (OSC 52). */

/** What was said. */
export type Consent = "given" | "refused"

const NAME = "holdfast-app-terminal-clipboard"

/** Most sessions of which it is remembered. */
const MOST = 200

function remembered(): ReadonlyArray<readonly [string, Consent]> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(NAME) ?? "[]")
    return Array.isArray(stored) ? stored.filter(isEntry) : []
  } catch {
    return []
  }
}

const isEntry = (entry: unknown): entry is readonly [string, Consent] =>
  Array.isArray(entry) && typeof entry[0] === "string" && (entry[1] === "given" || entry[1] === "refused")

/** What was said of a session; `undefined` before anything was. */
export function consentOf(session: string): Consent | undefined {
  return remembered().find(([id]) => id === session)?.[1]
}

/** Remembers what was said of a session. */
export function rememberConsent(session: string, consent: Consent): void {
  const others = remembered().filter(([id]) => id !== session)
  try {
    localStorage.setItem(NAME, JSON.stringify([...others, [session, consent] as const].slice(-MOST)))
  } catch {
    // A browser that keeps nothing asks again.
  }
}
