/** The trace of a whole log, as it grows, for as long as a component shows it. */
import { useEffect, useState, useSyncExternalStore } from "react"
import type { WholeTrace } from "@holdfast/client/model"
import { useConnection, useDoing, useHub, useSession } from "@holdfast/react"
import { WholeTraceFollower } from "./WholeTraceFollower.ts"

/** Buckets that are asked for. */
const BUCKETS = 512

/** Milliseconds between two looks at the clock while the session does something: about a pixel, but at least a second. */
const tickOf = (trace: WholeTrace | undefined): number =>
  Math.min(30_000, Math.max(1000, trace === undefined ? 1000 : (trace.to - trace.from) / BUCKETS))

/** The trace of a session; `undefined` until it is there. */
export function useWholeTrace(session: string): WholeTrace | undefined {
  const hub = useHub()
  const { isConnected } = useConnection()
  const { session: record } = useSession(session)
  const doing = useDoing(session)
  const [follower, setFollower] = useState(() => ({ session, trace: new WholeTraceFollower() }))
  if (follower.session !== session) setFollower({ session, trace: new WholeTraceFollower() })
  const trace = useSyncExternalStore(follower.trace.subscribe, follower.trace.get, follower.trace.get)
  const isThere = record !== undefined && record.status !== "offline"
  useEffect(() => {
    if (!isConnected || !isThere) return
    // A connection that goes away meanwhile comes back, and then this runs again.
    follower.trace
      .load(() => hub.hub.connection.call("traces.get", { session, buckets: BUCKETS }))
      .catch((cause: unknown) => console.debug("the trace of a session is not known yet:", cause))
  }, [follower, hub, isConnected, isThere, session])
  useEffect(() => {
    if (record !== undefined && record.status !== "offline") follower.trace.changed(record)
  }, [follower, record])
  useEffect(() => follower.trace.does(doing), [follower, doing])
  const isActive = isThere && (record.activity === "working" || record.activity === "asking")
  const every = tickOf(trace)
  useEffect(() => {
    if (!isActive) return undefined
    const timer = setInterval(() => follower.trace.tick(), every)
    return () => clearInterval(timer)
  }, [follower, isActive, every])
  return trace
}
