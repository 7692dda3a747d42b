/**
 * Follows what waits for a person's word over all sessions: the feed of sessions says when to look again.
 */
import type { Session } from "@holdfast/protocol/session"
import { CliFailure } from "../failure.ts"
import { complain } from "../output.ts"
import { connectHub } from "../server/hub.ts"
import type { HubClient } from "../server/hub.ts"
import type { Waiting } from "./inbox.ts"

/** Milliseconds between two looks at most, so that a busy hub is not asked for every change. */
const BETWEEN = 300

/** How what waits is read. */
export interface Readers {
  readonly readPermissions: () => Promise<Waiting["permissions"]>
  readonly readDirectories: () => Promise<Waiting["directories"]>
}

/** What tells one state of the inbox from another. */
const marks = ({ permissions, directories }: Waiting): string =>
  JSON.stringify([
    permissions.map(({ session, request }) => [session, request.id]),
    directories.map(({ directory, brings, sessions }) => [directory, brings, sessions.map(({ session }) => session)]),
  ])

/** Shows `first`, then what there is whenever it changed; until a signal. */
export async function followInbox(
  hub: HubClient,
  first: Waiting,
  { readPermissions, readDirectories }: Readers,
  show: (waiting: Waiting) => void,
): Promise<void> {
  const { Feed } = await import("@holdfast/client/Feed")
  const connection = await connectHub(hub)
  const trust = new TrustWatch()
  let [now, stale, timer] = [first, false, undefined as NodeJS.Timeout | undefined]
  show(first)
  await new Promise<void>((resolve, reject) => {
    const look = async (): Promise<void> => {
      stale = false
      try {
        const permissions = await readPermissions()
        const waiting = { permissions, directories: trust.take() ? await readDirectories() : now.directories }
        if (marks(waiting) !== marks(now)) show(waiting)
        now = waiting
      } catch (error) {
        // A hub that is away comes back, and the feed with it; then it is looked at again.
        trust.again()
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
    const sessions = (changed: ReadonlyArray<Session>): void => {
      trust.see(changed)
      plan()
    }
    const feed = new Feed(connection, { sessions, reset: () => trust.again(), refused: reject })
    connection.onState((state) => {
      if (state._tag === "Reconnecting") complain("holdfast: the hub is away; reconnecting")
      if (state._tag !== "Online") return
      trust.again()
      plan()
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

/** Whether directories are to be read again: that looks through many sessions, so only a session that stands otherwise is a reason. */
class TrustWatch {
  #stale = true
  readonly #known = new Map<string, string>()

  /** Records that changed. */
  see(sessions: ReadonlyArray<Session>): void {
    for (const { id, status, agent } of sessions) {
      const stands = agent?.trust === undefined ? "" : `${status} ${agent.trust.state} ${agent.trust.directory}`
      if ((this.#known.get(id) ?? "") === stands) continue
      this.#known.set(id, stands)
      this.#stale = true
    }
  }

  /** They are to be read again whatever was seen. */
  again(): void {
    this.#stale = true
  }

  /** Whether they are to be read now. */
  take(): boolean {
    const stale = this.#stale
    this.#stale = false
    return stale
  }
}
