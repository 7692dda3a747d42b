/**
 * `holdfast announce`: what the hub announces to everyone.
 */
import type { Announcement, AnnouncementKind } from "@holdfast/protocol/announcement"
import { usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { print, printEither } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { clock } from "../text/amounts.ts"
import { timeFrom } from "../text/moments.ts"
import { printable } from "../text/printable.ts"

/** What is announced, removed or, without either, listed. */
export interface AnnounceOptions {
  readonly words: ReadonlyArray<string>
  readonly kind: AnnouncementKind | undefined
  readonly until: string | undefined
  readonly remove: string | undefined
  readonly json: boolean
}

/** An announcement in one line. */
export function announcementLine({ kind, text, until }: Announcement): string {
  return `${kind}: ${printable(text)}${until === undefined ? "" : ` (until ${clock(until)})`}`
}

/** Makes an announcement, removes one, or lists them. */
export async function announce({ words, kind, until, remove, json }: AnnounceOptions): Promise<void> {
  const text = words.join(" ")
  const isMade = words.length > 0 || kind !== undefined || until !== undefined
  if (remove !== undefined) {
    if (isMade) throw usage("announce a text or remove an announcement, not both at once")
    if (remove.trim() === "") throw usage("--remove takes the id of an announcement")
    const answer = await ask(useHub(), (api) => api.removeAnnouncement(remove))
    return printEither(json, answer, () => [`removed ${remove}`])
  }
  if (isMade && text.trim() === "") throw usage(`what to announce is missing, as in: ${hint("announce 'Restart at noon'")}`)
  if (!isMade) {
    const { announcements } = await ask(useHub(), (api) => api.announcements())
    return printEither(json, announcements, () => announcements.map((one) => `${one.id} ${announcementLine(one)}`))
  }
  const time = until === undefined ? {} : { until: timeFrom(until, Date.now(), "--until") }
  const made = await ask(useHub(), (api) => api.announce({ kind: kind ?? "maintenance", text, ...time }))
  printEither(json, made, () => [made.id])
}

/** Prints the announcements that are in force, a line for each. */
export async function sayAnnouncements(
  list: () => Promise<{ readonly announcements: ReadonlyArray<Announcement> }>,
): Promise<void> {
  const { announcements } = await list()
  print(...announcements.map((one) => `[${announcementLine(one)}]`))
}
