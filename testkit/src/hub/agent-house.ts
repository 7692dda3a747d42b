/** Agents in a hub of the test's own process: sessions with the scripted agent, and readers of what they do. */
import * as Effect from "effect/Effect"
import type { Message, SendMode, Sent } from "@holdfast/protocol/agent/message"
import type { Event } from "@holdfast/protocol/event"
import type { CreateSession, Session } from "@holdfast/protocol/session"
import { attachReader, type House, OWNER, type Reader } from "./hub-house.ts"

/** An agent session with a reader that has everything from its first event. */
export interface AgentSession {
  readonly id: string
  /** Name of the session's directory. */
  readonly directory: string
  readonly reader: Reader
}

/** Creates a session with the scripted agent, which asks for nothing and speaks without pauses unless told otherwise. */
export async function createAgent(house: House, request: Partial<CreateSession> = {}): Promise<AgentSession> {
  const options = { permissions: "allow", pace: 0, ...request.options }
  const { session } = await house.run(house.hub.create({ kind: "agent", ...request, options }, OWNER))
  return { id: session.id, directory: session.directory, reader: await attachReader(house, { session: session.id, after: 0 }) }
}

/** Sends a message. */
export function send(house: House, id: string, text: string, mode: SendMode = "queue", key?: string): Promise<Sent> {
  return house.run(house.agents.send(id, { text, mode, ...(key === undefined ? {} : { key }) }, OWNER))
}

/** The record as it is now. */
export function record(house: House, id: string): Promise<Session> {
  return house.run(house.hub.get(id))
}

/** What an effect fails with. */
export function failure<A, E>(house: House, effect: Effect.Effect<A, E>): Promise<E> {
  return house.run(Effect.flip(effect))
}

/** `channel/type` of an event. */
export function nameOf({ channel, type }: Event): string {
  return `${channel}/${type}`
}

/** Events of a name. */
export function named(reader: Reader, name: string): ReadonlyArray<Event> {
  return reader.list.filter((event) => nameOf(event) === name)
}

/** Waits until this many turns have ended. */
export function turnsEnded(reader: Reader, count: number, milliseconds = 10_000): Promise<void> {
  return reader.until(`${count} turns ended`, (seen) => named(seen, "turn/ended").length >= count, milliseconds)
}

/** Data of an event, as fields. */
export function dataOf(event: Event | undefined): Readonly<Record<string, unknown>> {
  return (event?.data ?? {}) as Readonly<Record<string, unknown>>
}

/** All text parts of a message. */
export function textOf({ parts }: Message): string {
  return parts
    .map((part) => part as { readonly type?: unknown; readonly text?: unknown })
    .map(({ type, text }) => (type === "text" ? String(text) : ""))
    .join("")
}

/** All stored messages, page by page. */
export async function messages(house: House, id: string): Promise<ReadonlyArray<Message>> {
  const found: Array<Message> = []
  let before: number | undefined
  for (;;) {
    const page = await house.run(house.agents.messages(id, { limit: 1000, ...(before === undefined ? {} : { before }) }))
    found.unshift(...page.messages)
    if (page.before === null) return found
    before = page.before
  }
}
