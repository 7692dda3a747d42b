/**
 * The player: a log as a film, with its timeline, its controls and what happened in it (docs/protocol/app-rules.md, APP-73 to
 * APP-75). It stands in a pane of the app and, alone, in an exported file.
 */
import { useMemo, useState, useSyncExternalStore } from "react"
import type { ReactElement, ReactNode } from "react"
import type { WholeTrace } from "@holdfast/client/model"
import { Icon } from "../ui/icons.tsx"
import type { IconName } from "../ui/icons.tsx"
import { stretchClock } from "../ui/trace/trace-words.ts"
import { TraceStrip } from "../ui/WholeTrace.tsx"
import { AgentStage } from "./AgentStage.ts"
import type { Film } from "./Film.ts"
import { lengthOf, SPEEDS } from "./film-clock.ts"
import type { FilmParts, MomentFollower } from "./film-parts.ts"
import type { FilmRecord } from "./film-source.ts"
import { FilmMessages } from "./FilmMessages.tsx"
import { FilmTerminal } from "./FilmTerminal.tsx"
import { MomentList } from "./MomentList.tsx"
import { messageBeside, openAt } from "./moments.ts"
import type { Moment } from "./moments.ts"
import css from "./Player.module.css"

/** Milliseconds up to which tenths of a second are shown. */
const SHORT = 10_000

const tenthsOf = (milliseconds: number): string => `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`

interface PlayerProps extends FilmParts {
  readonly record: FilmRecord
  readonly trace: WholeTrace | undefined
  readonly moments: MomentFollower
  /** What else can be done, at the end of the controls. */
  readonly children?: ReactNode
}

/** A player of one log. */
export function Player({ record, trace, moments, film, stage, children }: PlayerProps): ReactElement {
  const state = useSyncExternalStore(film.subscribe, film.get, film.get)
  const happened = useSyncExternalStore(moments.subscribe, moments.get, moments.get)
  const [isListed, setIsListed] = useState(true)
  const from = trace?.from ?? record.createdAt
  const to = trace?.to ?? record.createdAt
  const clock = useMemo(() => secondsClock(from, to), [from, to])
  const length = to - from < SHORT ? tenthsOf : lengthOf
  const current = happened.findLastIndex(({ seq }) => seq <= state.seq)
  const isAgent = stage instanceof AgentStage
  return (
    <div className={css["player"]} data-player={record.id} data-status={state.status} data-seq={state.seq}>
      {trace === undefined ? (
        <div className={css["noTrace"]} />
      ) : (
        <TraceStrip
          at={state.time}
          follows
          kind={record.kind}
          lastSeq={record.lastSeq}
          onSeek={(seq) => void film.seek(seq)}
          trace={trace}
        />
      )}
      <div className={css["body"]}>
        {isAgent ? (
          <Messages happened={happened} clock={clock} seq={state.seq} stage={stage} version={stage.version} />
        ) : (
          <FilmTerminal label={record.label} stage={stage} />
        )}
        {isListed ? (
          <MomentList clock={clock} current={current} moments={happened} onSeek={(seq) => void film.seek(seq)} />
        ) : null}
      </div>
      {state.error === undefined ? null : (
        <p className={css["problem"]} role="alert">
          This moment cannot be shown: {state.error.message}
        </p>
      )}
      <Controls film={film} moments={moments}>
        <span className={css["time"]} data-film-time="">
          {clock(state.time)} <span>{`${length(state.time - from)} of ${length(to - from)}`}</span>
        </span>
        <span className={css["push"]} />
        {children}
        <Round icon="inbox" isPressed={isListed} label="What happened" onClick={() => setIsListed(!isListed)} />
      </Controls>
    </div>
  )
}

function Messages(props: {
  readonly stage: AgentStage
  readonly version: number
  readonly happened: ReadonlyArray<Moment>
  readonly seq: number
  readonly clock: (time: number) => string
}): ReactElement {
  const { stage, version, happened, seq, clock } = props
  // The version says when they are others.
  const messages = useMemo(() => (version < 0 ? [] : stage.messages()), [stage, version])
  const open = useMemo(() => openAt(happened, seq), [happened, seq])
  return <FilmMessages clock={clock} messages={messages} open={open} />
}

interface ControlsProps {
  readonly film: Film
  readonly moments: MomentFollower
  readonly children: ReactNode
}

/** What moves the film. */
function Controls({ film, moments, children }: ControlsProps): ReactElement {
  const state = useSyncExternalStore(film.subscribe, film.get, film.get)
  const isPlaying = state.status === "playing"
  return (
    <div className={css["controls"]} role="group" aria-label="Player">
      <Round icon="previous" label="Earlier message" onClick={() => toMessage(film, moments, -1)} />
      <Round icon="stepBack" label="One event back" onClick={() => void film.step(-1)} />
      <Round icon={isPlaying ? "pause" : "play"} isMain label={isPlaying ? "Pause" : "Play"} onClick={() => togglePlay(film)} />
      <Round icon="step" label="One event on" onClick={() => void film.step(1)} />
      <Round icon="next" label="Later message" onClick={() => toMessage(film, moments, 1)} />
      <label className={css["speed"]}>
        <span className="visually-hidden">Speed</span>
        <select onChange={(event) => film.setSpeed(Number(event.target.value))} value={state.speed}>
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
      <label className={css["check"]}>
        <input checked={state.skipsPauses} onChange={(event) => film.setSkipsPauses(event.target.checked)} type="checkbox" />
        Skip pauses
      </label>
      {children}
    </div>
  )
}

/** Plays, from the beginning where nothing follows, or pauses. */
export function togglePlay(film: Film): void {
  const { status, isAtEnd } = film.get()
  if (status === "playing") return film.pause()
  if (isAtEnd) void film.seek(0)
  film.play()
}

/** Goes to the message or command beside the present moment. */
export function toMessage(film: Film, moments: MomentFollower, step: 1 | -1): void {
  const found = messageBeside(moments.get(), film.get().seq, step)
  if (found !== undefined) void film.seek(found.seq)
}

/** A clock with seconds, whatever the length. */
function secondsClock(from: number, to: number): (time: number) => string {
  const isLong = new Date(from).toDateString() !== new Date(to).toDateString()
  return isLong ? stretchClock(from, to) : stretchClock(from, Math.min(to, from + 1))
}

const OWN = {
  previous: "M4 3v10M13 3 6 8l7 5z",
  next: "M12 3v10M3 3l7 5-7 5z",
  stepBack: "M11 3 5 8l6 5",
  step: "M5 3l6 5-6 5",
} as const

interface RoundProps {
  readonly icon: IconName | keyof typeof OWN
  readonly label: string
  readonly isMain?: boolean
  readonly isPressed?: boolean
  readonly onClick: () => void
}

/** A button of the player. */
export function Round({ icon, label, isMain = false, isPressed, onClick }: RoundProps): ReactElement {
  return (
    <button
      aria-label={label}
      aria-pressed={isPressed}
      className={css["round"]}
      data-main={isMain ? "" : undefined}
      onClick={onClick}
      title={label}
      type="button"
    >
      {icon in OWN ? (
        <svg aria-hidden="true" fill="none" height="16" stroke="currentColor" strokeWidth="1.4" viewBox="0 0 16 16" width="16">
          <path d={OWN[icon as keyof typeof OWN]} strokeLinejoin="round" />
        </svg>
      ) : (
        <Icon name={icon as IconName} />
      )}
    </button>
  )
}
