/** What waits for a person, in the order in which it is worked through, as functions of data. */
import type { WaitingRequest } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import { broughtTogether } from "@holdfast/core/agent/brought"
import type { BroughtFile } from "@holdfast/protocol/agent/trust"
import type { Session } from "@holdfast/protocol/session"
import type { TerminalProgram } from "@holdfast/protocol/terminal-program"
import { isSnoozed, requestKey, type Snoozed } from "./snooze.ts"

/** A directory whose trust is to be decided: what it brings, and the sessions that are in it, the one that waits longest first. */
export interface UntrustedDirectory {
  readonly directory: string
  readonly brings: ReadonlyArray<BroughtFile>
  readonly sessions: ReadonlyArray<{ readonly session: string; readonly label: string; readonly since: number }>
}

/** One thing that waits: a request of an agent, a directory that is not trusted yet, or a program in a terminal that is blocked. */
export interface Waiting {
  readonly key: string
  readonly session: string
  readonly label: string
  /** Epoch milliseconds. */
  readonly since: number
  readonly request?: PermissionRequest
  readonly program?: TerminalProgram
  readonly untrusted?: UntrustedDirectory
}

/** The key of a directory whose trust is to be decided: one for all sessions in it, as one decision is. */
export function trustKey(directory: string): string {
  return requestKey("trust", directory)
}

/** The key of what a terminal's program waits for: another wait of the same program is another one. */
const programKey = (session: string, { since }: TerminalProgram): string => requestKey(session, `program-${since}`)

/** The key of a session's directory, whether it waits or not. */
export function trustKeyOf(session: ShownSession | undefined): string | undefined {
  const trust = session === undefined || session.status === "offline" ? undefined : session.agent?.trust
  return trust === undefined ? undefined : trustKey(trust.directory)
}

/** The keys of everything that a session waits for. */
export function waitKeys({
  id,
  permissions,
  terminal,
  agent,
}: Pick<Session, "id" | "permissions" | "terminal" | "agent">): ReadonlyArray<string> {
  const asked = permissions.flatMap((request) => (request.decision === undefined ? [requestKey(id, request.id)] : []))
  const program = terminal?.program
  const { trust } = agent ?? {}
  if (trust?.state === "waiting") asked.push(trustKey(trust.directory))
  return program?.state === "blocked" ? [...asked, programKey(id, program)] : asked
}

/** Whether everything that a session waits for is put off. */
export function isPutOff(session: Parameters<typeof waitKeys>[0], snoozed: Snoozed, now: number): boolean {
  const keys = waitKeys(session)
  return keys.length > 0 && keys.every((key) => isSnoozed(snoozed, key, now))
}

/** Terminals whose program waits for a person. */
export function blockedTerminals(sessions: ReadonlyArray<ShownSession>): ReadonlyArray<Waiting> {
  return sessions.flatMap((session) => {
    const program = session.status === "active" ? session.terminal?.program : undefined
    if (program?.state !== "blocked" || session.status !== "active" || session.process !== "running") return []
    const { id, label } = session
    return [{ key: programKey(id, program), session: id, label, since: program.since, program }]
  })
}

/** The directory of a session, if its trust is to be decided, with what it brings for this session alone. */
function untrustedOf(session: ShownSession): UntrustedDirectory | undefined {
  if (session.status !== "active") return undefined
  const { agent, createdAt, id, label } = session
  if (agent?.trust?.state !== "waiting") return undefined
  const { askedAt = createdAt, brings, directory } = agent.trust
  return { directory, brings, sessions: [{ session: id, label, since: askedAt }] }
}

/** Directories whose trust is to be decided, each once for all of its sessions. */
export function untrustedDirectories(sessions: ReadonlyArray<ShownSession>): ReadonlyArray<Waiting> {
  const found = new Map<string, UntrustedDirectory>()
  for (const session of sessions) {
    const own = untrustedOf(session)
    if (own === undefined) continue
    const known = found.get(own.directory)
    found.set(own.directory, known === undefined ? own : together(known, own))
  }
  return [...found.values()].flatMap((untrusted) => {
    const [first] = untrusted.sessions
    return first === undefined ? [] : [{ key: trustKey(untrusted.directory), ...first, untrusted }]
  })
}

/** Agents read different files of one directory: what any of them would run is shown. */
function together(one: UntrustedDirectory, other: UntrustedDirectory): UntrustedDirectory {
  const more = other.sessions.filter(({ session }) => !one.sessions.some((known) => known.session === session))
  const sessions = [...one.sessions, ...more].sort((a, b) => a.since - b.since)
  return { ...one, brings: broughtTogether(one.brings, other.brings), sessions }
}

/** The directory of a session as it is decided: with what it brings for all sessions that wait in it. */
export function untrustedFor(session: ShownSession, directories: ReadonlyArray<Waiting>): UntrustedDirectory | undefined {
  const own = untrustedOf(session)
  const known = directories.find(({ untrusted }) => untrusted !== undefined && untrusted.directory === own?.directory)?.untrusted
  return own === undefined || known === undefined ? own : together(known, own)
}

/** Everything that waits, the oldest first: shown, and put off. */
export function waitingNow(
  requests: ReadonlyArray<WaitingRequest>,
  others: ReadonlyArray<Waiting>,
  snoozed: Snoozed,
  now: number,
): { readonly shown: ReadonlyArray<Waiting>; readonly later: ReadonlyArray<Waiting> } {
  const asked = requests.map(({ session, label, request }) => ({
    key: requestKey(session, request.id),
    session,
    label,
    since: request.askedAt,
    request,
  }))
  const all: ReadonlyArray<Waiting> = [...asked, ...others].sort((one, other) => one.since - other.since)
  return {
    shown: all.filter(({ key }) => !isSnoozed(snoozed, key, now)),
    later: all.filter(({ key }) => isSnoozed(snoozed, key, now)),
  }
}

/** The one after `key`, or before it with -1, round the ends; the oldest when `key` does not wait any more. */
export function nextWaiting(waiting: ReadonlyArray<Waiting>, key: string | undefined, step: 1 | -1 = 1): Waiting | undefined {
  const at = waiting.findIndex((one) => one.key === key)
  if (at === -1) return waiting.at(step === 1 ? 0 : -1)
  return waiting[(at + step + waiting.length) % waiting.length]
}
