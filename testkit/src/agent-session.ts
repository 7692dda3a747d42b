/**
 * Agent sessions of a hub under test, over its HTTP door: opening, sending, waiting for turns, reading what came of them.
 */
import type { Message, MessagePage, SendMode, Sent } from "@holdfast/protocol/agent/message"
import type { Event } from "@holdfast/protocol/event"
import type { EventData } from "@holdfast/protocol/events"
import type { Session } from "@holdfast/protocol/session"
import { eventually } from "./eventually.ts"
import type { Answer, HubProcess } from "./hub-process.ts"
import { wholeLog } from "./logs.ts"

/** Opens a session with the scripted agent, or with what `body` names; throws when it is refused. */
export async function openAgent(hub: HubProcess, body: object = {}): Promise<Session> {
  const { status, body: session } = await hub.call<Session>("POST", "/api/sessions", {
    kind: "agent",
    agent: "scripted",
    ...body,
  })
  if (status !== 201) throw new Error(`an agent session was refused: ${status} ${JSON.stringify(session)}`)
  return session
}

/** Sends a text. */
export function sendText(hub: HubProcess, id: string, text: string, mode?: SendMode, key?: string): Promise<Answer<Sent>> {
  return hub.call<Sent>("POST", `/api/sessions/${id}/messages`, {
    text,
    ...(mode === undefined ? {} : { mode }),
    ...(key === undefined ? {} : { key }),
  })
}

/** The record of a session. */
export async function recordOf(hub: HubProcess, id: string): Promise<Session> {
  return (await hub.call<Session>("GET", `/api/sessions/${id}`)).body
}

/** Waits until nothing streams and nothing that can start by itself waits. */
export function settledAgent(hub: HubProcess, id: string, within = 30_000): Promise<Session> {
  return eventually(`the agent of ${id} is idle`, within, async () => {
    const record = await recordOf(hub, id)
    const waits = record.queue.some(({ status }) => status !== "uncertain")
    return record.turn.status === "idle" && (!waits || record.agent?.hold !== undefined) ? record : undefined
  })
}

/** Every stored message, oldest first. */
export async function messagesOf(hub: HubProcess, id: string): Promise<ReadonlyArray<Message>> {
  const pages: Array<ReadonlyArray<Message>> = []
  let before: number | null | undefined
  do {
    const cursor = before === undefined ? "" : `&before=${before}`
    const { status, body } = await hub.call<MessagePage>("GET", `/api/sessions/${id}/messages?limit=100${cursor}`)
    if (status !== 200) throw new Error(`messages of ${id}: ${status} ${JSON.stringify(body)}`)
    pages.unshift(body.messages)
    before = body.before
  } while (before !== null)
  return pages.flat()
}

/** The text of a message's text parts, joined. */
export function textOf(message: Message): string {
  return message.parts
    .map((part) => part as { readonly type?: unknown; readonly text?: unknown })
    .filter(({ type }) => type === "text")
    .map(({ text }) => String(text))
    .join("")
}

/** The ends of a session's turns in a log. */
export function endsOf(log: Iterable<Event>): ReadonlyArray<EventData["turn/ended"]> {
  return [...log].filter(({ channel, type }) => channel === "turn" && type === "ended").map(({ data }) => data as never)
}

/**
 * The log of a session, checked: dense, each turn started once and ended at most once, one turn at a time but for one that waits
 * for its message behind a turn of the agent's own, each message taken at most once and in the transcript once.
 */
export async function checkedAgentLog(hub: HubProcess, id: string): Promise<ReadonlyArray<Event>> {
  const log = await wholeLog(hub, id)
  const once = (what: string): void => {
    if (seen.has(what)) throw new Error(`twice in ${id}: ${what}`)
    seen.add(what)
  }
  const seen = new Set<string>()
  const taken = new Set<string>()
  const open: Array<string> = []
  for (const { channel, type, data, seq, turn: wholeTurn = "" } of log) {
    const { turn, messageId: message, message: stored } = data as { turn?: string; messageId?: string; message?: Message }
    const name = `${channel}/${type}`
    if (name === "turn/started") {
      once(`start of ${turn}`)
      const begun = open.find((one) => taken.has(one))
      if (begun !== undefined || open.length > 1) throw new Error(`seq ${seq} of ${id} starts a turn while ${begun} streams`)
      open.push(turn ?? "")
    }
    if (name === "turn/ended") {
      if (!open.includes(turn ?? "")) throw new Error(`seq ${seq} of ${id} ends ${turn}, but ${open.join(", ")} streams`)
      open.splice(open.indexOf(turn ?? ""), 1)
    }
    if (channel === "agent") taken.add(wholeTurn)
    if (name === "queue/taken") {
      once(`taken ${message}`)
      taken.add(turn ?? "")
    }
    if (name === "message/added") once(`message ${stored?.id}`)
  }
  return log
}
