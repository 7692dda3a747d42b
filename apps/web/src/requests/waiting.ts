/** What waits for a person, in the order in which it is worked through, as functions of data. */
import type { WaitingRequest } from "@holdfast/client/model"
import type { ShownSession } from "@holdfast/client/outbox"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Session } from "@holdfast/protocol/session"
import type { TerminalProgram } from "@holdfast/protocol/terminal-program"
import { isSnoozed, requestKey, type Snoozed } from "./snooze.ts"

/** One thing that waits: a request of an agent, or a program in a terminal that says that it is blocked. */
export interface Waiting {
  readonly key: string
  readonly session: string
  readonly label: string
  /** Epoch milliseconds. */
  readonly since: number
  readonly request?: PermissionRequest
  readonly program?: TerminalProgram
}

/** The key of what a terminal's program waits for: another wait of the same program is another one. */
const programKey = (session: string, { since }: TerminalProgram): string => requestKey(session, `program-${since}`)

/** The keys of everything that a session waits for. */
export function waitKeys({ id, permissions, terminal }: Pick<Session, "id" | "permissions" | "terminal">): ReadonlyArray<string> {
  const asked = permissions.flatMap((request) => (request.decision === undefined ? [requestKey(id, request.id)] : []))
  const program = terminal?.program
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

/** Everything that waits, the oldest first: shown, and put off. */
export function waitingNow(
  requests: ReadonlyArray<WaitingRequest>,
  terminals: ReadonlyArray<Waiting>,
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
  const all: ReadonlyArray<Waiting> = [...asked, ...terminals].sort((one, other) => one.since - other.since)
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
