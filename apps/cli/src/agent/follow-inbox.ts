/**
 * Follows what waits for an answer over all sessions: the feed of sessions says when to look again.
 */
import type { WaitingPermission } from "@holdfast/protocol/agent/permission"
import { CliFailure } from "../failure.ts"
import { complain } from "../output.ts"
import { connectHub } from "../server/hub.ts"
import type { Hub } from "../server/hub.ts"

/** Milliseconds between two looks at the most, so that a busy hub is not asked for every change. */
const BETWEEN = 300

type Waiting = ReadonlyArray<WaitingPermission>

/** Shows `first`, then what `read` gives whenever it changed; until a signal. */
export async function followInbox(
  hub: Hub,
  first: Waiting,
  read: () => Promise<Waiting>,
  show: (waiting: Waiting) => void,
): Promise<void> {
  const { Feed } = await import("@holdfast/client/Feed")
  const connection = await connectHub(hub)
  const ids = (waiting: Waiting): string => waiting.map(({ session, request }) => `${session}/${request.id}`).join(" ")
  let [shown, stale, timer] = [ids(first), false, undefined as NodeJS.Timeout | undefined]
  show(first)
  await new Promise<void>((resolve, reject) => {
    const look = async (): Promise<void> => {
      stale = false
      try {
        const waiting = await read()
        if (ids(waiting) !== shown) show(waiting)
        shown = ids(waiting)
      } catch (error) {
        // A hub that is away comes back, and the feed with it; then it is looked at again.
        if (!(error instanceof CliFailure) || error.code !== 3) return reject(error)
      }
      timer = setTimeout(() => {
        timer = undefined
        if (stale) plan()
      }, BETWEEN)
    }
    const plan = (): void => {
      stale = true
      if (timer !== undefined) return
      timer = setTimeout(() => void look(), 0)
    }
    const feed = new Feed(connection, { sessions: plan, refused: reject })
    connection.onState((state) => {
      if (state._tag === "Reconnecting") complain("holdfast: the hub is away; trying again")
      if (state._tag === "Online") plan()
    })
    // What was asked between the first look and the feed's beginning.
    plan()
    const stop = (): void => {
      feed.stop()
      resolve()
    }
    process.once("SIGINT", stop).once("SIGTERM", stop)
  }).finally(() => {
    clearTimeout(timer)
    connection.close()
  })
}
