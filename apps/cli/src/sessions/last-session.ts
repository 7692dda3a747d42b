/** The session that is meant where none is named: the one that was last active and can be worked in. */
import type { Session, SessionQuery } from "@holdfast/protocol/session"
import { refused } from "../failure.ts"
import { hint } from "../hint.ts"

const isAlive = ({ kind, process }: Session): boolean => kind === "agent" || process === "running" || process === "starting"

/** Sessions that are looked at. */
const LOOKED_AT = 200

/** Gives it; not the one that this terminal is in. Throws a refusal when there is none. */
export async function lastSession(
  list: (query: SessionQuery) => Promise<{ readonly sessions: ReadonlyArray<Session> }>,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Session> {
  const { sessions } = await list({ status: "active", limit: LOOKED_AT })
  const others = sessions.filter(({ id }) => id !== env["HOLDFAST_SESSION"])
  const last = others.find(isAlive) ?? others[0]
  if (last === undefined) throw refused("SessionNotFound", `there is no session to attach to; open one with: ${hint("new")}`)
  return last
}
