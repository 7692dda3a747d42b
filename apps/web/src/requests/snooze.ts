/**
 * "Not now": requests that this browser does not show for a while (docs/protocol/app-rules.md, APP-46).
 *
 * It is kept by the browser, not by the hub: a person who puts a request off at the desk still sees it on the phone. A snooze names
 * one request, so it never hides another one, and the agent keeps waiting.
 */

/** Until when a request is not shown, in epoch milliseconds, by `requestKey`. */
export type Snoozed = Readonly<Record<string, number>>

/** Most requests that are put off at once; beyond that those that return first are shown again. */
export const SNOOZED_MAX = 200

/** A name for a request that no other has, in any session. */
export function requestKey(session: string, request: string): string {
  return `${session}/${request}`
}

/** What was stored, without what has returned; nothing of a text that is none of ours. */
export function readSnoozed(text: string | null, now: number): Snoozed {
  let read: unknown
  try {
    read = JSON.parse(text ?? "{}")
  } catch {
    // Another program wrote it: then nothing is put off.
    return {}
  }
  if (typeof read !== "object" || read === null) return {}
  return bounded(Object.entries(read).filter((entry): entry is [string, number] => isLater(entry[1], now)))
}

/** Puts a request off. */
export function snooze(snoozed: Snoozed, key: string, until: number, now: number): Snoozed {
  const others = Object.entries(snoozed).filter(([other, time]) => other !== key && isLater(time, now))
  return bounded([...others, [key, until]])
}

/** Shows a request again. */
export function unsnooze(snoozed: Snoozed, key: string): Snoozed {
  const { [key]: _, ...others } = snoozed
  return others
}

/** Whether a request is put off at a time. */
export function isSnoozed(snoozed: Snoozed, key: string, now: number): boolean {
  return (snoozed[key] ?? 0) > now
}

/** When the next one returns; `undefined` when nothing is put off. */
export function nextReturn(snoozed: Snoozed, now: number): number | undefined {
  const times = Object.values(snoozed).filter((time) => time > now)
  return times.length === 0 ? undefined : Math.min(...times)
}

/** A time to put something off to. */
export interface SnoozeChoice {
  readonly label: string
  readonly until: number
}

const MINUTE = 60_000
const MORNING = 9

/** The times that are offered. */
export function snoozeChoices(now: number): ReadonlyArray<SnoozeChoice> {
  const morning = new Date(now)
  if (morning.getHours() >= MORNING) morning.setDate(morning.getDate() + 1)
  const day = morning.getDate() === new Date(now).getDate() ? "today" : "tomorrow"
  morning.setHours(MORNING, 0, 0, 0)
  return [
    { label: "10 minutes", until: now + 10 * MINUTE },
    { label: "1 hour", until: now + 60 * MINUTE },
    { label: `Until ${MORNING} ${day}`, until: morning.getTime() },
  ]
}

const isLater = (time: unknown, now: number): time is number => typeof time === "number" && Number.isFinite(time) && time > now

const bounded = (entries: ReadonlyArray<readonly [string, number]>): Snoozed =>
  Object.fromEntries([...entries].sort(([, one], [, other]) => other - one).filter((_, at) => at < SNOOZED_MAX))
