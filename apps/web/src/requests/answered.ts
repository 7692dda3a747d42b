/** Requests that this page has answered: their end is no news. */
import { requestKey } from "./snooze.ts"

/** Their keys, the last ones. */
const answered = new Set<string>()
const ANSWERED_MAX = 200

/** This page has answered a request. */
export function noteAnswered(session: string, request: string): void {
  answered.add(requestKey(session, request))
  for (const oldest of answered) {
    if (answered.size <= ANSWERED_MAX) return
    answered.delete(oldest)
  }
}

/** The answer was taken back, or came to nothing: who else answers it is news. */
export function noteOpen(session: string, request: string): void {
  answered.delete(requestKey(session, request))
}

/** Whether this page has answered it. */
export function isAnswered(key: string): boolean {
  return answered.has(key)
}
