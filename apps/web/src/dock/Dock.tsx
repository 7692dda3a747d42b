/**
 * What is below a transcript, from the top: what waits for a person, what someone else answered, what is to be sent, why the queue is held,
 * the queue, the field, and one line about the agent.
 */
import { useEffect, useMemo, useRef } from "react"
import { useCell, useConnection, useHub, usePermissions, useQueue, useSession, useTurn } from "@holdfast/react"
import { useCommands } from "../commands/use-commands.ts"
import { LateLines } from "../requests/LateLines.tsx"
import { RequestView } from "../requests/RequestView.tsx"
import { SettledLines } from "../requests/SettledLines.tsx"
import { showRules } from "../requests/session-rules-state.ts"
import { requestKey } from "../requests/snooze.ts"
import { snoozeStore } from "../requests/snooze-store.ts"
import { trustNews } from "../requests/trust-news.ts"
import { TrustView } from "../requests/TrustView.tsx"
import { useSettled } from "../requests/use-settled.ts"
import { useUntrusted } from "../requests/use-waiting.ts"
import { trustKeyOf } from "../requests/waiting.ts"
import { useStore } from "../ui/store.ts"
import { Composer } from "./Composer.tsx"
import styles from "./Dock.module.css"
import { Held } from "./Held.tsx"
import { useKnownAgent } from "./known-agent.ts"
import { ModeLine } from "./ModeLine.tsx"
import { Outgoing } from "./Outgoing.tsx"
import { Queue } from "./Queue.tsx"
import { sendChoices } from "./send-modes.ts"
import { useComposer } from "./use-composer.ts"

/** What a dock is given. */
export interface DockProps {
  readonly session: string
  /** Whether its pane has the focus of the workspace. */
  readonly isFocused: boolean
}

const NO_COMMANDS: ReadonlyArray<never> = Object.freeze([])

/** Shows the dock of an agent's session. */
export function Dock({ session, isFocused }: DockProps) {
  const { session: record } = useSession(session)
  const agent = record === undefined || record.status === "offline" ? undefined : record.agent
  const { isConnected } = useConnection()
  const isReader = useCell(useHub().readsOnly)
  const turn = useTurn(session)
  const { items } = useQueue(session)
  const composer = useComposer(session)
  const field = useRef<HTMLTextAreaElement>(null)
  const known = useKnownAgent(agent)
  const steers = known?.info.steers === true
  const choices = sendChoices({ turn, steers, isConnected })
  const commands = known?.info.commands ?? NO_COMMANDS
  const name = agent?.name ?? record?.label ?? "the agent"
  const focus = (): void => field.current?.focus()
  useCommands([
    { id: "composer.focus", title: "Write a message", keys: ["i"], when: "pane", session, run: focus },
    {
      id: "session.rules",
      title: "Rules of this session",
      words: "permission always allow forget remembered",
      session,
      run: () => showRules(session),
    },
  ])
  const { edits } = composer
  useEffect(() => {
    if (edits > 0) field.current?.focus()
  }, [edits])
  if (isReader)
    return (
      <footer className={styles["dock"]} aria-label={name} data-dock={session}>
        <p className={styles["later"]}>This browser may only read: it cannot write to {name}, or answer it.</p>
      </footer>
    )
  return (
    <footer className={styles["dock"]} aria-label={`Write to ${name}`} data-dock={session} data-focused={isFocused}>
      <Waiting session={session} asker={name} />
      <Outgoing session={session} composer={composer} />
      <Held session={session} onTold={composer.tell} />
      <Queue session={session} composer={composer} steers={steers} isStreaming={turn.status === "streaming"} />
      <Composer
        session={session}
        agent={name}
        now={composer}
        choices={choices}
        lastQueued={items.findLast(({ status }) => status === "waiting")}
        commands={commands}
        later={known?.later}
        field={field}
      />
      <ModeLine
        session={session}
        agent={agent}
        known={known}
        composer={composer}
        choices={choices}
        hasCommands={commands.length > 0}
        field={field}
      />
    </footer>
  )
}

/** The requests of the session, the oldest with the keys, and what became of others; those that are put off as one line. */
function Waiting({ session, asker }: { readonly session: string; readonly asker: string }) {
  const { requests } = usePermissions(session)
  const { session: record } = useSession(session)
  const snoozed = useStore(snoozeStore)
  const key = trustKeyOf(record)
  const decided = useStore(trustNews).filter((one) => one.key === key)
  const waiting = useUntrusted(record)
  const untrusted = key === undefined || snoozed[key] === undefined ? waiting : undefined
  const open = useMemo(() => requests.map((request) => ({ session, request })), [requests, session])
  const settled = useSettled(open)
  const shown = requests.filter(({ id }) => snoozed[requestKey(session, id)] === undefined)
  const off = [
    ...requests.map(({ id }) => requestKey(session, id)),
    ...(waiting === undefined || key === undefined ? [] : [key]),
  ].filter((one) => snoozed[one] !== undefined)
  return (
    <div className={styles["waiting"]}>
      {untrusted === undefined ? null : <TrustView session={session} untrusted={untrusted} asker={asker} place="dock" />}
      {shown.map((request, index) => (
        <RequestView
          key={request.id}
          session={session}
          request={request}
          asker={asker}
          place="dock"
          at={untrusted === undefined ? index : index + 1}
        />
      ))}
      <PutOff keys={off} />
      <LateLines session={session} open={shown.map((request) => ({ session, request }))} />
      <SettledLines settled={[...settled, ...decided]} />
    </div>
  )
}

/** What is put off, in a line. */
function PutOff({ keys }: { readonly keys: ReadonlyArray<string> }) {
  if (keys.length === 0) return null
  return (
    <p className={styles["later"]}>
      {keys.length === 1 ? "One request is put off." : `${keys.length} requests are put off.`}{" "}
      <button type="button" onClick={() => keys.forEach((key) => snoozeStore.unsnooze(key))}>
        Show {keys.length === 1 ? "it" : "them"} now
      </button>
    </p>
  )
}
