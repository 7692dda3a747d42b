/**
 * Filters by channel, type and turn over records (docs/protocol/rules.md, S-9).
 *
 * A stored piece of a log may name the kinds (`channel/type`) it holds, so that a filter can pass over it unread.
 */
import { type EventFilter, type OneOrMore, passesFilter } from "@holdfast/protocol/event-filter"
import { type LogRecord, RECORD_OUTPUT, decodeRecord, readRecord } from "@holdfast/protocol/record"

/** The filter part of a range. */
export type RecordFilter = EventFilter

/** Kinds of a piece that holds too many different ones to be named. */
export const ANY_KIND = "*"

const MAX_KINDS = 24

/** Whether a range filters at all. */
export function isFiltered(range: RecordFilter): boolean {
  return range.channel !== undefined || range.type !== undefined || range.turn !== undefined
}

/** The kinds of some records as text with a space between; `*` when they are many. */
export function kindsOf(records: ReadonlyArray<LogRecord>): string {
  const [first] = records
  if (records.length === 1 && first !== undefined) return recordKind(first)
  return joinKinds(records.map(recordKind))
}

/** The kind of a record, or of the event in one. */
export function recordKind(record: Pick<LogRecord, "channel" | "type">): string {
  return record.type.includes(" ") || record.type.includes("/") ? ANY_KIND : `${record.channel}/${record.type}`
}

/** The union of the kinds of several pieces. */
export function joinKinds(kinds: Iterable<string>): string {
  const all = new Set<string>()
  for (const text of kinds) for (const kind of text.split(" ")) all.add(kind)
  return all.has(ANY_KIND) || all.size > MAX_KINDS ? ANY_KIND : [...all].join(" ")
}

const all = (names: OneOrMore | undefined): ReadonlyArray<string> | undefined => (typeof names === "string" ? [names] : names)

/** Texts of which one occurs in `" " + kinds + " "` of every piece that can hold a match; `undefined` when all pieces can. */
export function kindsWanted(filter: RecordFilter): ReadonlyArray<string> | undefined {
  const [channels, types] = [all(filter.channel), all(filter.type)]
  if (channels === undefined) return types?.map((type) => `/${type} `)
  if (types === undefined) return channels.map((channel) => ` ${channel}/`)
  return channels.flatMap((channel) => types.map((type) => ` ${channel}/${type} `))
}

/** How a JSON event begins, as it is encoded: its channel and type, without the data behind them. */
const BEGINNING = /^\{(?:"(?:seq|from|time)":[-+.\deE]+,)*"channel":"([^"\\]*)","type":"([^"\\]*)"[,}]/
const BEGINNING_BYTES = 256

/** Whether an event is of another channel or type, as far as its beginning says. */
function isOther(filter: RecordFilter, body: Uint8Array): boolean {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.length, BEGINNING_BYTES)).toString("latin1")
  const [, channel, type] = BEGINNING.exec(text) ?? []
  if (channel === undefined) return false
  const { turn: _, ...named } = filter
  return !passesFilter(named, { channel, type: type ?? "" })
}

/** Whether a whole encoded record passes the filter. Throws `RecordMalformed` when it cannot be read. */
export function passes(filter: RecordFilter, bytes: Uint8Array): boolean {
  const record = readRecord(bytes, 0)
  if (record.kind === RECORD_OUTPUT) return passesFilter(filter, { channel: "terminal", type: "output" })
  return !isOther(filter, record.body) && passesFilter(filter, decodeRecord(record))
}

/** Whether each record follows the one before without a gap or an overlap. */
export function areDense(records: ReadonlyArray<LogRecord>): boolean {
  let previous: number | undefined
  for (const record of records) {
    if (record.from > record.seq || (previous !== undefined && record.from !== previous + 1)) return false
    previous = record.seq
  }
  return true
}
