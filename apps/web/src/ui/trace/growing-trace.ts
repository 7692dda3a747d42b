/**
 * The trace of a whole log as it grows on the page, without being asked for again (docs/protocol/rules.md, L-7).
 *
 * Buckets keep their length while the log gets longer; when there are too many, two become one. Pure: times come in.
 */
import type { WholeTrace } from "@holdfast/client/model"

/** Buckets beyond which pairs are joined. */
const MOST = 1024

const WEIGHTS = ".waf"

/** What is seen of a session at one moment. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly time: number
  /** What it has done since the moment before: worked, waited, nothing. */
  readonly since: "w" | "a" | "."
  readonly lastSeq: number
  /** Times of what happened in between; those outside the trace are left out. */
  readonly messages?: ReadonlyArray<number>
  readonly failures?: ReadonlyArray<number>
  /** Times at which it worked, whatever it did before and after. */
  readonly worked?: ReadonlyArray<number>
}

/** The trace with what was seen since; the same object when that is nothing. */
export function grown(
  trace: WholeTrace,
  { time, since, lastSeq, messages = [], failures = [], worked = [] }: Moment,
): WholeTrace {
  const before = trace.to
  const longer = time > before ? reaching(trace, time) : trace
  if (longer === trace && messages.length + failures.length + worked.length === 0) return trace
  const signs = [...longer.signs]
  const put = (at: number, sign: string): void => {
    if (WEIGHTS.indexOf(sign) > WEIGHTS.indexOf(signs[at] ?? ".")) signs[at] = sign
  }
  if (since !== "." && time > before) {
    const last = bucketAt(longer, time)
    for (let at = bucketAt(longer, before); at <= last; at++) put(at, since)
  }
  const isWithin = (at: number): boolean => at >= longer.from && at <= longer.to
  for (const at of worked.filter(isWithin)) put(bucketAt(longer, at), "w")
  for (const at of failures.filter(isWithin)) put(bucketAt(longer, at), "f")
  const noted = new Set([...longer.messages, ...messages.filter(isWithin).map((at) => bucketAt(longer, at))])
  return {
    ...longer,
    signs: signs.join(""),
    messages: [...noted].sort((a, b) => a - b),
    seqs: filled(longer.seqs, signs.length, lastSeq),
  }
}

/** Which bucket a time is in. */
export function bucketAt({ from, to, signs }: Pick<WholeTrace, "from" | "to" | "signs">, time: number): number {
  const share = (time - from) / Math.max(1, to - from)
  return Math.min(signs.length - 1, Math.max(0, Math.floor(share * signs.length)))
}

/** When a bucket begins, in epoch milliseconds. */
export function timeOf({ from, to, signs }: Pick<WholeTrace, "from" | "to" | "signs">, bucket: number): number {
  return from + ((to - from) * bucket) / Math.max(1, signs.length)
}

/** The last seq in a bucket, about. */
export function seqIn({ seqs }: Pick<WholeTrace, "seqs">, bucket: number, lastSeq: number): number {
  const begin = seqs[bucket] ?? lastSeq
  const next = seqs[bucket + 1]
  return next === undefined ? Math.max(begin, lastSeq) : Math.max(begin, next - 1)
}

/** About when an event of the log was written, in epoch milliseconds. */
export function timeOfSeq(trace: WholeTrace, seq: number): number {
  const after = trace.seqs.findIndex((first) => first > seq)
  return timeOf(trace, after === -1 ? trace.signs.length - 1 : Math.max(0, after - 1))
}

/** Makes the trace reach a time, with empty buckets at the end. */
function reaching(trace: WholeTrace, time: number): WholeTrace {
  let { signs, messages, seqs } = trace
  let width = Math.max(1, trace.to - trace.from) / Math.max(1, signs.length)
  while (Math.ceil((time - trace.from) / width) > MOST) {
    ;({ signs, messages, seqs } = halved(signs, messages, seqs))
    width *= 2
  }
  const count = Math.max(signs.length, Math.ceil((time - trace.from) / width))
  return { ...trace, to: trace.from + count * width, signs: signs.padEnd(count, "."), messages, seqs }
}

function halved(
  signs: string,
  messages: ReadonlyArray<number>,
  seqs: ReadonlyArray<number>,
): Pick<WholeTrace, "signs" | "messages" | "seqs"> {
  let half = ""
  for (let at = 0; at < signs.length; at += 2) {
    const [one, other] = [signs[at] ?? ".", signs[at + 1] ?? "."]
    half += WEIGHTS.indexOf(one) >= WEIGHTS.indexOf(other) ? one : other
  }
  return {
    signs: half,
    messages: [...new Set(messages.map((at) => at >> 1))],
    seqs: seqs.filter((_, at) => at % 2 === 0),
  }
}

/** Seqs that new buckets begin with: they came evenly between the last known one and the end of the log. */
function filled(seqs: ReadonlyArray<number>, count: number, lastSeq: number): ReadonlyArray<number> {
  if (seqs.length >= count) return seqs
  const from = seqs.at(-1) ?? 0
  const step = Math.max(0, lastSeq - from) / (count - seqs.length + 1)
  return [...seqs, ...Array.from({ length: count - seqs.length }, (_, at) => Math.floor(from + step * (at + 1)))]
}
