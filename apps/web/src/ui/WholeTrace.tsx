/**
 * The trace of a whole log, as wide as its pane: what a session did, and the way to any moment of it (docs/protocol/app-rules.md,
 * APP-71, APP-72). It is a slider: a click, a drag or keys go to a place.
 */
import { memo, useRef, useState } from "react"
import type { KeyboardEvent, PointerEvent, ReactElement } from "react"
import type { WholeTrace as TraceData } from "@holdfast/client/model"
import { useSession } from "@holdfast/react"
import { TraceLines } from "./Trace.tsx"
import css from "./WholeTrace.module.css"
import { bucketAt, seqIn, timeOf } from "./trace/growing-trace.ts"
import { didIn, stretchClock } from "./trace/trace-words.ts"
import { useWholeTrace } from "./trace/use-whole-trace.ts"

const HEIGHT = 13

/** A notch this near, in pixels, is what was meant. */
const SNAP = 4

/** A place in a trace. */
export interface TracePlace {
  readonly bucket: number
  /** Epoch milliseconds. */
  readonly time: number
  readonly seq: number
}

/** What a strip does. */
export interface TraceStripProps {
  /** Goes to an event of the log. */
  readonly onSeek: (seq: number, place: TracePlace) => void
  /** The moment that is shown, in epoch milliseconds; none while it is the present. */
  readonly at?: number
  /** Goes there while the pointer or a key still moves, not only at its end. */
  readonly follows?: boolean
}

/** The trace of a session's whole log, as the hub has it. */
export const WholeTrace = memo(function WholeTrace({
  session,
  ...props
}: TraceStripProps & { readonly session: string }): ReactElement {
  const trace = useWholeTrace(session)
  const { session: record } = useSession(session)
  if (trace === undefined || record === undefined || record.status === "offline") return <div className={css["strip"]} />
  return <TraceStrip kind={record.kind} lastSeq={record.lastSeq} trace={trace} {...props} />
})

/** A trace as a slider. */
export function TraceStrip({
  trace,
  kind,
  lastSeq,
  onSeek,
  at,
  follows = false,
}: TraceStripProps & { readonly trace: TraceData; readonly kind: string; readonly lastSeq: number }): ReactElement {
  const strip = useRef<HTMLDivElement>(null)
  const isDragged = useRef(false)
  /** Where the pointer or the keys are. */
  const [aimed, setAimed] = useState<number>()
  const count = trace.signs.length
  const shown = aimed ?? (at === undefined ? count - 1 : bucketAt(trace, at))
  const clock = stretchClock(trace.from, trace.to)
  const wordsOf = (bucket: number): string =>
    `${clock(timeOf(trace, bucket))}, ${didIn(trace.signs[bucket], trace.messages.includes(bucket), kind)}`

  const place = (bucket: number): TracePlace => ({ bucket, time: timeOf(trace, bucket + 1), seq: seqIn(trace, bucket, lastSeq) })
  const go = (bucket: number): void => {
    const to = place(bucket)
    onSeek(to.seq, to)
  }
  const under = (event: PointerEvent): number => {
    const box = strip.current?.getBoundingClientRect()
    if (box === undefined || box.width === 0) return 0
    const bucket = Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)))
    return nearest(trace.messages, bucket, (SNAP * count) / box.width)
  }
  const moved = (event: PointerEvent): void => {
    const bucket = under(event)
    setAimed(bucket)
    if (isDragged.current && follows && bucket !== aimed) go(bucket)
  }
  const keyed = (event: KeyboardEvent): void => {
    const to = keyTarget(event, shown, count)
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setAimed(to)
    if (follows || event.key === "Enter" || event.key === " ") go(to)
  }
  const share = (bucket: number): string => `${((bucket + 0.5) / count) * 100}%`
  return (
    <div
      aria-label="Timeline"
      aria-valuemax={count - 1}
      aria-valuemin={0}
      aria-valuenow={shown}
      aria-valuetext={wordsOf(shown)}
      className={css["strip"]}
      data-whole-trace={trace.session}
      onBlur={() => setAimed(undefined)}
      onKeyDown={keyed}
      onLostPointerCapture={() => (isDragged.current = false)}
      onPointerDown={(event) => {
        if (event.button !== 0) return
        isDragged.current = true
        event.currentTarget.setPointerCapture(event.pointerId)
        const bucket = under(event)
        setAimed(bucket)
        if (follows) go(bucket)
      }}
      onPointerLeave={() => setAimed(undefined)}
      onPointerMove={moved}
      onPointerUp={(event) => {
        if (!isDragged.current) return
        isDragged.current = false
        if (!follows) go(under(event))
        if (event.pointerType !== "mouse") setAimed(undefined)
      }}
      role="slider"
      tabIndex={0}
    >
      <div className={css["inside"]} ref={strip}>
        <svg aria-hidden="true" className={css["lines"]} preserveAspectRatio="none" viewBox={`0 0 ${count} ${HEIGHT}`}>
          <TraceLines height={HEIGHT} messages={trace.messages} signs={trace.signs} />
        </svg>
        {at === undefined ? null : <i className={css["head"]} style={{ left: share(bucketAt(trace, at)) }} />}
        {aimed === undefined ? null : <Aim isLate={aimed * 2 > count} left={share(aimed)} words={wordsOf(aimed)} />}
      </div>
    </div>
  )
}

/** Where the pointer or the keys are, and what was there. */
function Aim({ left, words, isLate }: { readonly left: string; readonly words: string; readonly isLate: boolean }): ReactElement {
  return (
    <>
      <i className={css["aim"]} style={{ left }} />
      <span className={css["words"]} data-side={isLate ? "end" : "start"} style={{ left }}>
        {words}
      </span>
    </>
  )
}

/** The message nearest to a bucket, if it is near; otherwise the bucket. */
function nearest(messages: ReadonlyArray<number>, bucket: number, within: number): number {
  let found = bucket
  let distance = within
  for (const message of messages) {
    const away = Math.abs(message - bucket)
    if (away > distance) continue
    found = message
    distance = away
  }
  return found
}

/** Where a key goes. */
function keyTarget({ key }: KeyboardEvent, from: number, count: number): number | undefined {
  const step = Math.max(1, Math.round(count / 100))
  const to = {
    ArrowLeft: from - step,
    ArrowDown: from - step,
    ArrowRight: from + step,
    ArrowUp: from + step,
    PageDown: from - step * 10,
    PageUp: from + step * 10,
    Home: 0,
    End: count - 1,
    Enter: from,
    " ": from,
  }[key]
  return to === undefined ? undefined : Math.min(count - 1, Math.max(0, to))
}
