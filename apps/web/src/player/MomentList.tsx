/** What happened in a session, as a list that follows the film and leads to each moment. */
import { memo, useEffect, useRef } from "react"
import type { ReactElement } from "react"
import { Written } from "../requests/Written.tsx"
import css from "./Player.module.css"
import type { Moment, MomentKind } from "./moments.ts"

const WORDS: Readonly<Record<MomentKind, string>> = {
  message: "Said",
  command: "Ran",
  asked: "Asked",
  allowed: "Allowed",
  refused: "Refused",
  cancelled: "Withdrawn",
  failed: "Failed",
  mark: "Marked",
  process: "",
}

/** Moments that are in the page at once: those around the present one. */
const SHOWN = 300

interface MomentListProps {
  readonly moments: ReadonlyArray<Moment>
  /** Index of the last one that has happened; -1 before the first. */
  readonly current: number
  readonly onSeek: (seq: number) => void
  readonly clock: (time: number) => string
}

/** The list. */
export const MomentList = memo(function MomentList({ moments, current, onSeek, clock }: MomentListProps): ReactElement {
  const now = useRef<HTMLLIElement>(null)
  useEffect(() => {
    // It may return a promise, which is no way to end an effect.
    now.current?.scrollIntoView({ block: "nearest" })
  }, [current])
  const from = Math.max(0, Math.min(current - SHOWN / 2, moments.length - SHOWN))
  return (
    <ol className={css["moments"]} aria-label="What happened">
      {moments.length === 0 ? <li className={css["nothing"]}>No messages, commands or requests in this log.</li> : null}
      {moments.slice(from, from + SHOWN).map((moment, at) => {
        const isNow = from + at === current
        return (
          <li key={moment.seq} ref={isNow ? now : null} aria-current={isNow ? "true" : undefined}>
            <button type="button" data-kind={moment.kind} onClick={() => onSeek(moment.seq)}>
              <time>{clock(moment.time)}</time>
              <span dir="auto">
                <b>{wordsOf(moment)}</b> <Written text={moment.text} />
              </span>
            </button>
          </li>
        )
      })}
    </ol>
  )
})

function wordsOf({ kind, by }: Moment): string {
  const words = WORDS[kind]
  return by === undefined ? words : `${words} by ${by}`
}
