/** The queue: sending, editing, removing, reordering, holding (docs/protocol/rules.md, Q-1 to Q-11). */
import { AgentBusy, Busy, MessageNotQueued, SessionNotReady, TooLarge, Unprocessable } from "@holdfast/protocol/errors"
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import type { EventData, EventDraft } from "@holdfast/protocol/events"
import { type InputPart, MESSAGE_MAX } from "@holdfast/protocol/agent/message"
import { QUEUE_MAX, QUEUE_MAX_BYTES, type QueuedMessage, type QueueItem } from "@holdfast/protocol/agent/queue"
import type { AgentRequest } from "./commands.ts"
import { afterDrafts } from "./evolve-agent.ts"
import { messageLabel } from "./message-label.ts"
import type { AgentFacts } from "./agent-facts.ts"
import { type QueueSize, sizeWithout } from "./queue-item.ts"
import { givesWay, startNext } from "./turn.ts"

type Request<T extends AgentRequest["_tag"]> = Extract<AgentRequest, { readonly _tag: T }>

/** Why a request about the queue was refused. */
export type QueueRefusal = AgentBusy | Busy | MessageNotQueued | SessionNotReady | TooLarge | Unprocessable

const characters = (parts: ReadonlyArray<InputPart>): number => JSON.stringify(parts).length

/** What is wrong with a message's parts, if anything. */
export function refuseParts(parts: ReadonlyArray<InputPart>): TooLarge | Unprocessable | undefined {
  if (!parts.some((part) => part.type === "file" || part.text.trim() !== "")) {
    return new Unprocessable({ message: "the message is empty; give it a text or a file", field: "text" })
  }
  const size = characters(parts)
  if (size <= MESSAGE_MAX) return undefined
  return new TooLarge({
    message: `the message has ${size} characters as JSON; the limit is ${MESSAGE_MAX}`,
    limit: MESSAGE_MAX,
  })
}

function refuseMore(agent: AgentFacts, parts: ReadonlyArray<InputPart>): Busy | undefined {
  if (agent.queue.length >= QUEUE_MAX) {
    return new Busy({ message: `the queue already has ${QUEUE_MAX} messages; remove some or wait for the agent`, retryAfter: 5 })
  }
  return refuseBytes(agent.queueSize, jsonBytes(parts))
}

/** Too much waits with this many bytes more beside the others. */
function refuseBytes(others: QueueSize, bytes: number): Busy | undefined {
  if (others.bytes + bytes <= QUEUE_MAX_BYTES) return undefined
  return new Busy({ message: "the queued messages are too long in total; remove some or wait for the agent", retryAfter: 5 })
}

/** What was held and goes with the message that releases it. */
function alsoSent({ queue }: AgentFacts): EventData["queue/released"] {
  const held = queue.filter(({ status }) => status === "waiting")
  const [first] = held
  return first === undefined ? {} : { alsoSends: { count: held.length, first: messageLabel(first.parts) ?? "a file" } }
}

/** Adds a message, and starts its turn, puts it into the streaming one, or stops that one, as its mode says. */
export function sendMessage(agent: AgentFacts, command: Request<"SendMessage">): ReadonlyArray<EventDraft> | QueueRefusal {
  const { messageId: id, parts, mode, by, at, turn, key } = command
  const refusal = refuseParts(parts) ?? refuseMore(agent, parts)
  if (refusal !== undefined) return refusal
  const item: QueuedMessage = { id, parts, mode, by, at, status: "waiting", ...(key === undefined ? {} : { key }) }
  const added = (first: boolean): EventDraft => ({ name: "queue/added", data: first ? { item, first } : { item }, by })
  const streaming = agent.turn
  if (streaming === undefined) {
    const events: Array<EventDraft> = [added(mode === "interrupt")]
    if (agent.hold !== undefined && givesWay(agent.hold, at)) events.push({ name: "queue/released", data: alsoSent(agent) })
    return [...events, ...startNext(afterDrafts(agent, events, at), turn)]
  }
  switch (mode) {
    case "queue":
      return [added(false)]
    case "reject":
      return new AgentBusy({ message: "a turn is streaming; wait for its end, or send with another mode", turn: streaming.id })
    case "interrupt":
      return streaming.interrupting === undefined
        ? [added(true), { name: "turn/interrupting", data: { turn: streaming.id, reason: "message" }, turn: streaming.id }]
        : [added(true)]
    case "steer":
      return agent.info.steers === true && streaming.interrupting === undefined
        ? [added(false), { name: "queue/sent", data: { messageId: id, turn: streaming.id, steer: true }, turn: streaming.id }]
        : [added(true)]
  }
}

/** What became of a sent message, by the events that its command made. */
export function sentStatus(
  events: ReadonlyArray<{ readonly name: string; readonly data: unknown }>,
  id: string,
): "started" | "queued" | "steered" {
  const sent = events.some(
    ({ name, data }) => name === "queue/sent" && (data as { readonly messageId?: unknown }).messageId === id,
  )
  if (!sent) return "queued"
  return events.some(({ name }) => name === "turn/started") ? "started" : "steered"
}

const notQueued = (item: QueueItem | undefined, id: string): MessageNotQueued =>
  new MessageNotQueued({
    message:
      item === undefined
        ? "no such message is queued: the agent has taken it, or it was removed"
        : "the agent already has the message; interrupt the turn, or send another one",
    messageId: id,
  })

const itemOf = (agent: AgentFacts, id: string): QueueItem | undefined => agent.queue.find((item) => item.id === id)

/** Replaces a waiting message's parts. */
export function editMessage(
  agent: AgentFacts,
  { messageId: id, parts }: Request<"EditMessage">,
): ReadonlyArray<EventDraft> | QueueRefusal {
  const item = itemOf(agent, id)
  if (item?.status !== "waiting") return notQueued(item, id)
  const refusal = refuseParts(parts) ?? refuseBytes(sizeWithout(agent.queueSize, item), jsonBytes(parts))
  if (refusal !== undefined) return refusal
  // What is cut cannot be compared: it is replaced.
  return item.cut !== true && JSON.stringify(parts) === JSON.stringify(item.parts)
    ? []
    : [{ name: "queue/edited", data: { messageId: id, parts } }]
}

/** Removes a message that waits or is uncertain. */
export function removeMessage(
  agent: AgentFacts,
  { messageId: id }: Request<"RemoveMessage">,
): ReadonlyArray<EventDraft> | QueueRefusal {
  const item = itemOf(agent, id)
  if (item === undefined || item.status === "sent") return notQueued(item, id)
  return [{ name: "queue/removed", data: { messageId: id } }]
}

/** Puts the waiting messages into a new order; it must name each of them once. */
export function reorderQueue(agent: AgentFacts, { order }: Request<"ReorderQueue">): ReadonlyArray<EventDraft> | QueueRefusal {
  const waiting = agent.queue.filter(({ status }) => status === "waiting").map(({ id }) => id)
  const same =
    order.length === waiting.length && new Set(order).size === order.length && order.every((id) => waiting.includes(id))
  if (!same) {
    return new SessionNotReady({
      message: `the order must name each queued message exactly once; they are ${waiting.join(", ") || "none"} now`,
      status: "queue-changed",
    })
  }
  return order.every((id, i) => id === waiting[i]) ? [] : [{ name: "queue/reordered", data: { order } }]
}

/** Sends a waiting message now: into the streaming turn, in its place, or, without one, whatever holds the queue. */
export function sendQueued(
  agent: AgentFacts,
  { messageId: id, mode, turn }: Request<"SendQueued">,
  at: number,
): ReadonlyArray<EventDraft> | QueueRefusal {
  const item = itemOf(agent, id)
  if (item?.status !== "waiting") return notQueued(item, id)
  const streaming = agent.turn
  const isFree = streaming !== undefined && streaming.interrupting === undefined
  if (isFree && mode === "steer" && agent.info.steers === true) {
    return [{ name: "queue/sent", data: { messageId: id, turn: streaming.id, steer: true }, turn: streaming.id }]
  }
  const waiting = agent.queue.filter(({ status }) => status === "waiting").map((one) => one.id)
  const events: Array<EventDraft> =
    waiting[0] === id ? [] : [{ name: "queue/reordered", data: { order: [id, ...waiting.filter((other) => other !== id)] } }]
  if (agent.hold !== undefined) events.push({ name: "queue/released", data: {} })
  if (streaming === undefined) return [...events, ...startNext(afterDrafts(agent, events, at), turn)]
  if (!isFree || mode === "steer") return events
  return [...events, { name: "turn/interrupting", data: { turn: streaming.id, reason: "message" }, turn: streaming.id }]
}

/** Ends the doubt about a message: it waits again, or is dropped. */
export function resolveMessage(
  agent: AgentFacts,
  { messageId: id, action, turn }: Request<"ResolveMessage">,
): ReadonlyArray<EventDraft> | QueueRefusal {
  const item = itemOf(agent, id)
  if (item?.status !== "uncertain") {
    return new MessageNotQueued({ message: "the delivery of this message is not uncertain", messageId: id })
  }
  if (action === "drop") return [{ name: "queue/removed", data: { messageId: id } }]
  const events: Array<EventDraft> = [{ name: "queue/returned", data: { messageId: id, reason: "a person has it sent again" } }]
  if (agent.hold?.reason === "lost" || agent.hold?.reason === "error") events.push({ name: "queue/released", data: {} })
  return [...events, ...startNext(afterDrafts(agent, events, item.at), turn)]
}

/** Holds the queue until a person releases it. */
export function holdQueue(agent: AgentFacts): ReadonlyArray<EventDraft> {
  return agent.hold?.reason === "person" ? [] : [{ name: "queue/held", data: { reason: "person" } }]
}

/** Lets a held queue continue. */
export function releaseQueue(agent: AgentFacts, turn: string, at: number): ReadonlyArray<EventDraft> {
  if (agent.hold === undefined) return []
  const events: ReadonlyArray<EventDraft> = [{ name: "queue/released", data: {} }]
  return [...events, ...startNext(afterDrafts(agent, events, at), turn)]
}
