/** Reading what a session does now from the records that pass (docs/protocol/rules.md, L-3). */
import type { Doing } from "@holdfast/protocol/doing"
import type { LogRecord } from "@holdfast/protocol/record"

/** What a session does, as far as its records say. */
export type DoingNow = Omit<Doing, "session">

/** A record as far as it is looked at; its bytes are not parsed before someone wants to know. */
export type PassedRecord = Pick<LogRecord, "channel" | "type" | "time" | "bytes">

/** Reads one session. */
export interface DoingReader {
  /** Takes records in their order; costs a comparison of texts for each. */
  readonly take: (records: ReadonlyArray<PassedRecord>) => void
  /** What they come to. */
  readonly now: () => DoingNow
}

/** Longest words and target, in characters. */
const WORDS_MAX = 120
const TARGET_MAX = 200

/** Text on one line, without control characters and signs that change the direction of writing, of a bounded length. */
function oneLine(text: string, most: number): string {
  return text
    .slice(0, most * 4)
    .replaceAll(/[\p{Cc}\u2028-\u202e\u2066-\u2069\s]+/gu, " ")
    .replaceAll(/\p{Cs}/gu, "\ufffd")
    .trim()
    .slice(0, most)
    .replace(/[\ud800-\udbff]$/, "")
}

/** Words of an activity, fit to be shown. */
export function wordsOf(text: string): string {
  return oneLine(text, WORDS_MAX)
}

/** A target of an activity, fit to be shown. */
export function targetOf(text: string): string {
  return oneLine(text, TARGET_MAX)
}
