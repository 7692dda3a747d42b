/**
 * A directory whose trust is to be decided, with all that it brings and what decides it: the same in the dock, over a row, in the inbox and
 * on the phone (docs/protocol/app-rules.md, APP-142).
 */
import { useEffect, useId, useRef, useState } from "react"
import type { BroughtFile } from "@holdfast/protocol/agent/trust"
import { offerFocus, useFocusStays } from "../app/own-focus.ts"
import { receiveVisit } from "../app/visit.ts"
import { noteGone } from "../commands/asked-keys.ts"
import { useCommands } from "../commands/use-commands.ts"
import { StandingMark } from "../ui/StateMark.tsx"
import { Time } from "../ui/Time.tsx"
import { Act } from "./Act.tsx"
import { FocusStaysHere, useFocusBack } from "./focus-kept.ts"
import { SnoozeForm } from "./RequestForms.tsx"
import styles from "./Request.module.css"
import type { RequestPlace } from "./RequestView.tsx"
import { snoozeStore } from "./snooze-store.ts"
import { useArmed } from "./use-armed.ts"
import { type SeenNow, useSeen } from "./use-seen.ts"
import { type TrustNow, useTrust } from "./use-trust.ts"
import { trustKey, type UntrustedDirectory } from "./waiting.ts"
import { Written } from "./Written.tsx"

/** What a directory's view is given. */
export interface TrustViewProps {
  readonly session: string
  readonly untrusted: UntrustedDirectory
  /** Name of the session or of its agent, as it is to be shown beside the question. */
  readonly asker: string
  readonly place: RequestPlace
  /** The person has opened or chosen this one. */
  readonly isFocused?: boolean
  /** Called once it was decided or put off here. */
  readonly onDone?: () => void
}

/** Shows a directory that is not trusted yet. */
export function TrustView({ session, untrusted, asker, place, isFocused = false, onDone }: TrustViewProps) {
  const { directory, brings, sessions } = untrusted
  const element = useRef<HTMLElement>(null)
  const key = trustKey(directory)
  const target = `${key} ${useId()}`
  const { isArmed, choosing } = useArmed(element, `${key} ${JSON.stringify(brings)}`)
  const seen = useSeen(element, JSON.stringify([key, brings]))
  const now = useTrust(directory, onDone)
  const [isSnoozing, setIsSnoozing] = useState(false)
  useEffect(() => {
    if (isFocused) offerFocus(element.current, { preventScroll: place === "dock" })
  }, [isFocused, place])
  useEffect(() => {
    if (place === "dock") receiveVisit(session, element.current)
  }, [place, session])
  useFocusBack(element, isSnoozing)
  useFocusStays(element)
  useEffect(() => () => noteGone(session), [session])
  const snooze = (until: number): void => {
    setIsSnoozing(false)
    snoozeStore.snooze(key, until)
    onDone?.()
  }
  const isOpen = now.sending === undefined
  return (
    <section
      ref={element}
      className={styles["request"]}
      aria-label={`Trust this directory? ${asker}`}
      tabIndex={-1}
      data-when="request"
      data-session={session}
      data-request="trust"
      data-trust={directory}
      data-target={target}
      data-neutral=""
      data-armed={isArmed ? "" : undefined}
      data-whole={seen.isWhole ? "" : undefined}
      data-autofocus={place === "dock" ? "" : undefined}
      {...choosing}
    >
      <header className={styles["head"]}>
        <StandingMark standing="waits" />
        <h3>Trust this directory?</h3>
        <span className={styles["who"]} dir="auto">
          {asker}
        </span>
        <span className={styles["since"]}>
          <Time at={sessions[0]?.since ?? 0} />
        </span>
      </header>
      <div className={styles["inside"]}>
        <Brought untrusted={untrusted} />
        <News now={now} />
        {!isOpen ? null : isSnoozing ? (
          <SnoozeForm onSnooze={snooze} onLeave={() => setIsSnoozing(false)} />
        ) : (
          <Acts now={now} seen={seen} isArmed={isArmed} onSnooze={() => setIsSnoozing(true)} />
        )}
      </div>
      {isOpen ? (
        <TrustKeys now={now} seen={seen} session={session} target={target} isArmed={isArmed} onSnooze={setIsSnoozing} />
      ) : null}
      {isOpen ? <FocusStaysHere element={element} /> : null}
    </section>
  )
}

/** The directory, and everything in it that an agent would run, be allowed by, or read. */
function Brought({ untrusted: { directory, brings, sessions } }: { readonly untrusted: UntrustedDirectory }) {
  const runs = brings.filter((one) => one.runs)
  const read = brings.filter((one) => !one.runs)
  return (
    <div className={styles["body"]}>
      <pre className={styles["text"]} tabIndex={0} aria-label="The directory" dir="ltr" data-asked="directory" data-read="">
        <Written text={directory} />
      </pre>
      <Files title="Once it is trusted, agents in it run, or are allowed by:" files={runs} />
      {read.length === 0 ? null : <Files title="They also read:" files={read} />}
      {sessions.length < 2 ? null : (
        <p className={styles["soft"]} dir="auto" data-read="">
          For {sessions.length} sessions: {sessions.map(({ label }) => label).join(", ")}
        </p>
      )}
      <p className={styles["soft"]}>The decision counts for everything below it, until it is revoked in the settings.</p>
    </div>
  )
}

function Files({ title, files }: { readonly title: string; readonly files: ReadonlyArray<BroughtFile> }) {
  const id = useId()
  return (
    <div className={styles["brings"]} role="group" aria-labelledby={id}>
      <p id={id}>{title}</p>
      <dl tabIndex={0} aria-labelledby={id} data-read="">
        {files.map(({ path, what }) => (
          <div key={`${path} ${what}`}>
            <dt dir="ltr">
              <Written text={path} />
            </dt>
            <dd dir="auto">
              <Written text={what} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

function News({ now: { lack, problem, sending } }: { readonly now: TrustNow }) {
  if (sending !== undefined)
    return (
      <p className={styles["news"]} role="status">
        Your decision is on its way: {sending ? "trust it" : "refuse it"}
      </p>
    )
  if (problem !== undefined)
    return (
      <p className={styles["problem"]} role="alert">
        {problem}
      </p>
    )
  return lack === undefined ? null : <p className={styles["soft"]}>{lack}</p>
}

interface ActsProps {
  readonly now: TrustNow
  readonly seen: SeenNow
  readonly isArmed: boolean
  readonly onSnooze: () => void
}

function Acts({ now: { decide, lack }, seen, isArmed, onSnooze }: ActsProps) {
  const isBarred = lack !== undefined || !isArmed
  return (
    <div className={styles["acts"]}>
      {seen.words === undefined ? (
        <Act onAct={() => decide(true)} keys="y" tone="go" isDisabled={isBarred || !seen.isWhole} title={lack} name="trust">
          Trust it
        </Act>
      ) : (
        <Act onAct={seen.readOn} keys="y" title="It can be trusted once all of it was on the screen" name="read-on">
          {seen.words}
        </Act>
      )}
      <Act onAct={() => decide(false)} keys="n" isDisabled={isBarred} title={lack} name="distrust">
        Refuse
      </Act>
      <span className={styles["quiets"]}>
        <Act onAct={onSnooze} keys="s" tone="quiet" name="not-now">
          Not now
        </Act>
      </span>
    </div>
  )
}

interface TrustKeysProps {
  readonly now: TrustNow
  readonly seen: SeenNow
  readonly session: string
  readonly target: string
  readonly isArmed: boolean
  readonly onSnooze: (isSnoozing: boolean) => void
}

/** The keys, as a request has them. */
function TrustKeys({ now, seen, session, target, isArmed, onSnooze }: TrustKeysProps) {
  const common = { when: "request", session, target } as const
  const ifArmed = (act: () => void) => (): void => {
    if (isArmed) act()
  }
  useCommands([
    {
      ...common,
      id: "trust.allow",
      title: seen.words ?? "Trust the directory",
      keys: ["y"],
      run: seen.isWhole ? ifArmed(() => now.decide(true)) : seen.readOn,
    },
    { ...common, id: "trust.refuse", title: "Refuse to trust the directory", keys: ["n"], run: ifArmed(() => now.decide(false)) },
    { ...common, id: "trust.snooze", title: "Not now", keys: ["s"], run: ifArmed(() => onSnooze(true)) },
  ])
  return null
}
