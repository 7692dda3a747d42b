/** A request whole: its input, which the record does not have, and the rules that would cover it. Read once, and again after a failure. */
import { useCallback, useEffect, useState } from "react"
import type { PermissionDetail } from "@holdfast/protocol/agent/permission"
import { useConnection, useSessionService } from "@holdfast/react"
import { requestKey } from "./snooze.ts"

/** How far the reading is. */
export interface DetailNow {
  readonly detail: PermissionDetail | undefined
  /** Why it cannot be read. */
  readonly problem: string | undefined
  /** Reads it again after a failure. */
  readonly again: () => void
  /** There is no connection to read it over. */
  readonly isAway: boolean
}

/** Requests that were read, the latest last: several places show the same one. */
const read = new Map<string, PermissionDetail>()
const READ_MAX = 50

function keep(key: string, detail: PermissionDetail): void {
  read.delete(key)
  read.set(key, detail)
  for (const oldest of read.keys()) {
    if (read.size <= READ_MAX) return
    read.delete(oldest)
  }
}

/** Reads a request. */
export function useDetail(session: string, request: string): DetailNow {
  const service = useSessionService()
  const { isConnected } = useConnection()
  const key = requestKey(session, request)
  const [now, setNow] = useState<Omit<DetailNow, "isAway" | "again"> & { readonly key: string }>({
    key,
    detail: read.get(key),
    problem: undefined,
  })
  const shown = now.key === key ? now : { detail: read.get(key), problem: undefined }
  const [attempt, setAttempt] = useState(0)
  const again = useCallback((): void => {
    setNow({ key, detail: undefined, problem: undefined })
    setAttempt((before) => before + 1)
  }, [key])
  const isRead = shown.detail !== undefined
  useEffect(() => {
    if (isRead || !isConnected) return undefined
    let isOver = false
    service.permission(session, request).then(
      (detail) => {
        keep(key, detail)
        if (!isOver) setNow({ key, detail, problem: undefined })
      },
      (cause: Error) => {
        if (!isOver) setNow({ key, detail: undefined, problem: cause.message })
      },
    )
    return () => {
      isOver = true
    }
  }, [service, session, request, key, isRead, isConnected, attempt])
  return { detail: shown.detail, problem: shown.problem, again, isAway: !isConnected }
}
