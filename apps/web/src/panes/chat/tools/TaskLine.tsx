/** Background work that still runs, as a line with a button that stops it. */
import { useSessionService } from "@holdfast/react"
import type { Task } from "@holdfast/protocol/agent/task"
import { spelledOut } from "@holdfast/protocol/hidden-text"
import { Written } from "../../../requests/Written.tsx"
import css from "./tools.module.css"
import { useChat } from "../transcript/chat-context.ts"
import { useNotice } from "../../../app/notices.ts"
import { Button } from "../../../ui/Button.tsx"
import { Time } from "../../../ui/Time.tsx"

const STATES: Readonly<Record<Task["status"], string>> = {
  running: "runs",
  waiting: "waits for you",
  stopping: "is being stopped",
}

/** One task. */
export function TaskLine({ task }: { readonly task: Task }) {
  const { session } = useChat()
  const service = useSessionService()
  const notice = useNotice()
  const stop = (): void => {
    service.stopTask(session, task.id).catch((cause: Error) => notice(`It was not stopped: ${cause.message}`))
  }
  return (
    <div className={css["task"]} data-status={task.status}>
      <span className={css["mark"]} aria-hidden="true" />
      <span className={css["target"]} dir="auto" title={spelledOut(task.description)}>
        <Written text={task.progress ?? task.description} />
      </span>
      <span className={css["soft"]}>
        {STATES[task.status]} <Time at={task.startedAt} />
      </span>
      <Button kind="quiet" disabled={task.status === "stopping"} onClick={stop}>
        Stop
      </Button>
    </div>
  )
}
