/** What waits and a person does not want to hear of now: a session is left out of what F8 visits until a time. */
import { Preference } from "./preferences.ts"

/** Until when, in epoch milliseconds, by session. */
type Snoozed = Readonly<Record<string, number>>

const readSnoozed = (value: unknown): Snoozed | undefined =>
  typeof value === "object" && value !== null && Object.values(value).every((until) => typeof until === "number")
    ? (value as Snoozed)
    : undefined

/** The sessions that are left out. */
export const snoozed = new Preference<Snoozed>("snoozed", {}, readSnoozed)

/** Leaves a session out until a time; 0 brings it back. */
export function snooze(session: string, until: number): void {
  const now = Date.now()
  const others = Object.entries(snoozed.get()).filter(([id, end]) => id !== session && end > now)
  snoozed.choose(Object.fromEntries(until > now ? [...others, [session, until]] : others))
}

/** Whether a session is left out now. */
export function isSnoozed(session: string, among: Snoozed = snoozed.get(), now = Date.now()): boolean {
  return (among[session] ?? 0) > now
}
