/** The background tasks of the session, rendered when one of them changes. */
import { useSyncExternalStore } from "react"
import type { Task } from "@holdfast/protocol/agent/task"
import { useChat } from "./chat-context.ts"

const NONE: ReadonlyArray<Task> = Object.freeze([])

/** The running tasks of the chat's session. */
export function useTasks(): ReadonlyArray<Task> {
  const { record } = useChat().view
  const get = (): ReadonlyArray<Task> => record.get()?.tasks ?? NONE
  return useSyncExternalStore(record.subscribe, get, get)
}

/** Whether one of these calls started something that still runs. */
export function useHasTask(calls: ReadonlyArray<string>): boolean {
  const { record } = useChat().view
  const get = (): boolean =>
    (record.get()?.tasks ?? NONE).some(({ toolCallId }) => toolCallId !== undefined && calls.includes(toolCallId))
  return useSyncExternalStore(record.subscribe, get, get)
}
