/** What the checks of reading have in common: reading on through losses, and comparing with what is stored. */
import type { EventItem, ShownMessage } from "../door.ts"
import { demand } from "../failed.ts"
import { eventually } from "../patience.ts"
import type { Suite } from "../suite.ts"
import type { Tape } from "../tape.ts"

/** The end of the turn is in what the reader was given. */
export function hasEnded({ events }: Tape): boolean {
  return events.some(({ name }) => name === "turn/ended")
}

/** The door said that a turn is over. */
export function isDone({ done }: Tape): boolean {
  return done.size > 0
}

/** Words of slow turns in the messages that were shown. */
export function wordsOf({ messages }: Tape): number {
  return partsOf([...messages.values()]).split("word").length - 1
}

/** The agent has begun to speak, or has spoken: what it has not begun returns to the queue when it is stopped. */
export function hasBegun(tape: Tape): boolean {
  return tape.events.some(({ name }) => name === "agent/text-delta") || hasEnded(tape) || wordsOf(tape) > 0
}

/**
 * Reads on until `met`, through ends of the connection: what was on its way before a cut still comes; then a client that resumes by
 * itself continues, and any other comes to its end, and attaches again.
 */
export async function readOn(suite: Suite, tape: Tape, session: string, met: (tape: Tape) => boolean): Promise<void> {
  await eventually("the reader is given the rest of the turn", async () => {
    if (met(tape)) return true
    if (tape.isOver) await suite.again(tape, session)
    await tape.take(1000)
    return met(tape)
  })
}

const shown = ({ seq, from, name, data }: EventItem): string => JSON.stringify([from, seq, name, data])

/** Fails unless what a reader was given is what the log holds there. */
export function demandSame(given: ReadonlyArray<EventItem>, log: ReadonlyArray<EventItem>, what: string): void {
  const differing = log.findIndex((event, at) => given[at] === undefined || shown(event) !== shown(given[at]))
  if (differing < 0 && given.length === log.length) return
  const at = differing < 0 ? log.length : differing
  const [got, wanted] = [given[at], log[at]].map((event) => (event === undefined ? "nothing" : shown(event).slice(0, 300)))
  demand(false, `${what}: the reader was given ${got}, the log holds ${wanted}`)
}

/** Events that no fold changes. */
export function isLasting({ name }: EventItem): boolean {
  return !name.startsWith("agent/")
}

/** Fails unless the messages that a reader of events was given are the stored ones. */
export async function demandMessages(suite: Suite, tape: Tape, session: string): Promise<void> {
  const stored = await suite.calls.answers(session)
  const given = tape.events.flatMap(({ name, data }) => {
    const { message } = (name === "message/added" ? data : {}) as { message?: { role: string; id: string; parts: unknown } }
    return message?.role === "assistant" ? [message] : []
  })
  demand(
    JSON.stringify(given.map(({ id, parts }) => [id, parts])) === JSON.stringify(stored.map(({ id, parts }) => [id, parts])),
    `the reader was given ${given.length} messages of the agent that are not the ${stored.length} stored ones`,
  )
}

/** Parts as they are compared. */
export function partsOf(list: ReadonlyArray<unknown>): string {
  // A part's state is the door's own business while it streams; what is left at the end is compared.
  return JSON.stringify(list, (_, value: unknown) => (value === undefined ? null : value))
}

/** The reader has the message as it is stored. */
export function hasWhole({ messages }: Tape, stored: ShownMessage | undefined): boolean {
  return stored !== undefined && partsOf(messages.get(stored.id)?.parts ?? []) === partsOf(stored.parts)
}

/** Fails unless the message that the reader has is the stored one: the session's first answer. */
export async function demandStored({ calls }: Suite, tape: Tape, session: string): Promise<void> {
  const [stored] = await calls.answers(session)
  demand(stored !== undefined, "no message was stored")
  const given = tape.messages.get(stored.id)
  demand(given !== undefined, `the reader was not given the message ${stored.id}`)
  const [is, should] = [partsOf(given.parts), partsOf(stored.parts)]
  demand(is === should, `the reader has ${is.slice(0, 300)}, but ${should.slice(0, 300)} is stored`)
}
