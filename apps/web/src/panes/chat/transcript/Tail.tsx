/** Below the last row: what is awaited and what runs beside, in words, never a spinner. What holds the queue is in the dock. */
import { useEffect } from "react"
import { isTextPart } from "@holdfast/core/agent/message-part"
import type { MessagePart } from "@holdfast/client/model"
import { useCell, useDoing } from "@holdfast/react"
import { ageOf, forgetAge, viewAges } from "../../../app/kept-views.ts"
import { sentence } from "../../../app/sentence.ts"
import { isHeldByTrust } from "../../../dock/hold-words.ts"
import { useStore } from "../../../ui/store.ts"
import { fullTime } from "../../../ui/time.ts"
import css from "./transcript.module.css"
import { TaskLine } from "../tools/TaskLine.tsx"
import { useOf } from "../pace/use-paced.ts"
import { useChat, useNote } from "./chat-context.ts"
import { useTasks } from "./use-tasks.ts"
import { Time } from "../../../ui/Time.tsx"

/** Whether the streaming message shows by itself that it grows: its last part is text that is being written. */
function useIsWriting(): boolean {
  const { messages } = useChat().view.transcript
  return useOf(messages.all, (all) => {
    const last = all.at(-1)?.parts.at(-1) as MessagePart | undefined
    return last !== undefined && isTextPart(last) && last.state === "streaming"
  })
}

const WHAT: Readonly<Record<string, string>> = { thinking: "Thinks", writing: "Writes", nothing: "Waits for the model" }

/** What the streaming turn does, unless the rows show it. */
function Working() {
  const { view, session } = useChat()
  const turn = useCell(view.turn)
  const doing = useDoing(session)
  const isWriting = useIsWriting()
  const asks = useOf(
    view.record,
    (record) => record?.permissions.some((one) => one.decision === undefined && one.turn !== undefined) === true,
  )
  if (turn.status !== "streaming") return null
  if (turn.interrupting === true) return <div className={css["line"]}>Stopping…</div>
  if (turn.silentSince !== undefined) {
    return (
      <div className={css["line"]} data-tone="wait">
        Nothing was heard from the agent for <Time at={turn.silentSince} />
      </div>
    )
  }
  // What it asks stands below, in the dock.
  if (isWriting || asks) return null
  const what = doing?.what === "tool" ? "Works" : (WHAT[doing?.what ?? "nothing"] ?? "Works")
  return (
    <div className={css["line"]}>
      <span className={css["working"]} aria-hidden="true" />
      {what}
      {turn.startedAt === undefined ? null : <Time at={turn.startedAt} className={css["tailTitle"]} />}
    </div>
  )
}

/** Whether the agent only waits for its directory to be trusted: the dock says so, with all that it would run. */
function useAwaitsTrust(): boolean {
  return useOf(useChat().view.record, (record) => isHeldByTrust(record?.agent?.hold, record?.agent?.trust?.state))
}

/** A process that is not there as it should be. */
function Trouble() {
  const { view } = useChat()
  const awaitsTrust = useAwaitsTrust()
  const process = useOf(view.record, (record) => record?.process)
  const problem = useOf(view.record, (record) => record?.problem)
  if (process === "starting") return <div className={css["line"]}>The agent is starting…</div>
  if (awaitsTrust || (process !== "lost" && process !== "failed")) return null
  const what = process === "lost" ? "The agent's process was lost" : "The agent could not be started"
  return (
    <div className={css["line"]} data-tone="fail">
      {sentence(problem === undefined ? what : `${what}: ${problem}`)} The next message starts it again.
    </div>
  )
}

/** Why the last turn failed, where it left no message that says it. */
function Failed() {
  const { view } = useChat()
  const last = useOf(view.transcript.messages.all, (all) => {
    const message = all.at(-1)
    return message?.role === "user" ? message.turn : undefined
  })
  const isIdle = useOf(view.turn, ({ status }) => status === "idle")
  const note = useNote(last)
  const awaitsTrust = useAwaitsTrust()
  if (!isIdle || note?.endedAt === undefined || awaitsTrust) return null
  if (note.error !== undefined) {
    return (
      <div className={css["line"]} data-tone="fail">
        The turn failed: {note.error.message}
      </div>
    )
  }
  return note.interruptedBy === undefined ? null : <div className={css["line"]}>Interrupted before it said anything.</div>
}

/** An empty transcript. */
function Empty() {
  const { view } = useChat()
  const isEmpty = useOf(view.transcript.messages.ids, (ids) => ids.length === 0)
  const isIdle = useOf(view.turn, ({ status }) => status === "idle")
  const status = useOf(view.status, ({ _tag }) => _tag)
  const error = useOf(view.status, (now) => (now._tag === "Ended" ? now.error?.message : undefined))
  const agent = useOf(view.record, (record) => record?.agent?.name)
  const isKnown = useOf(view.transcript.older, (older) => older !== "unknown")
  if (status === "Ended" && error !== undefined) {
    return (
      <div className={css["line"]} data-tone="fail">
        This session is not followed any more: {error}
      </div>
    )
  }
  if (!isEmpty || !isIdle) return null
  if (!isKnown)
    return (
      <div className={css["line"]}>
        {status === "Away" ? "Not connected; the transcript is read when the server is back." : "Reading the transcript…"}
      </div>
    )
  return <div className={css["empty"]}>Nothing was said yet. Write to {agent ?? "the agent"} below.</div>
}

/** What runs in the background, wherever the call stands that started it: here, where a person is who waits for it (APP-33). */
function Tasks() {
  const tasks = useTasks()
  if (tasks.length === 0) return null
  return (
    <section aria-label="In the background">
      <div className={css["tailTitle"]}>In the background</div>
      {tasks.map((task) => (
        <TaskLine key={task.id} task={task} />
      ))}
    </section>
  )
}

/** How old what is shown is, while it is what was kept of an earlier visit. */
function Age() {
  const { session, view } = useChat()
  const status = useCell(view.status)
  const at = ageOf(useStore(viewAges), session, status)
  const isNow = status._tag === "Live"
  // The view that was told first may be gone; this one is shown.
  useEffect(() => {
    if (isNow) forgetAge(session)
  }, [isNow, session])
  if (at === undefined) return null
  return (
    <div className={css["line"]} role="status">
      As it was kept here at {fullTime(at)}. What came since is read when the server is back.
    </div>
  )
}

/** What comes after the last row. */
export function Tail() {
  return (
    <div className={css["tail"]}>
      <div>
        <Empty />
        <Age />
        <Failed />
        <Trouble />
        <Working />
        <Tasks />
      </div>
    </div>
  )
}
