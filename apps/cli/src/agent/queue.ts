/**
 * `holdfast queue`: the messages that wait for an agent.
 */
import type { InputPart } from "@holdfast/protocol/agent/message"
import type { QueueItem } from "@holdfast/protocol/agent/queue"
import type { Session } from "@holdfast/protocol/session"
import { refused, usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { outputWidth, paint, print, printEither } from "../output.ts"
import { printable, printableLines } from "../text/printable.ts"
import type { AgentApi } from "@holdfast/client/http/agent-api"
import { heldText } from "./hold-text.ts"
import { askAgents, oneOf, useAgents } from "./agent-hub.ts"
import { standardInput } from "./message-input.ts"
import { fileName, inputLine } from "./message-text.ts"
import { movedOrder } from "./moved-order.ts"
import { queueTable } from "./queue-table.ts"
import { runningOn } from "./tasks.ts"

/** Prints what waits. */
export async function queueList(id: string, json: boolean): Promise<void> {
  const session = await askAgents(useAgents(), (_, api) => api.get(id))
  const { queue } = session
  const hold = session.agent?.hold
  printEither(json, hold === undefined ? { queue } : { queue, hold }, () => [
    ...(queue.length === 0 ? ["the queue is empty"] : []),
    ...(queue.length === 0 ? [] : queueTable(queue, Date.now(), { paint, width: outputWidth() ?? 200 })),
    ...(hold === undefined ? [] : [paint("yellow", heldText(hold, id))]),
    ...(queue.some(({ status }) => status === "uncertain")
      ? [
          paint(
            "dim",
            `uncertain: the agent died as it received the message; ${hint(`queue again ${id} ID`)} or ${hint(`queue drop ${id} ID`)}`,
          ),
        ]
      : []),
  ])
}

/** Prints all of one message that waits, named by place, id or a part of it. */
export async function queueShow(id: string, wanted: string, json: boolean): Promise<void> {
  const hub = useAgents()
  const { queue } = await askAgents(hub, (_, api) => api.get(id))
  const named = oneOf(queue, wanted, "waiting message", `the queue of ${id} is empty`)
  const item = await askAgents(hub, (agents) => agents.queued(id, named.id))
  const shown = (part: InputPart): string => (part.type === "text" ? printableLines(part.text) : `[${fileName(part)}]`)
  printEither(json, item, () => item.parts.map(shown))
}

type Change = (agents: AgentApi, item: QueueItem, queue: ReadonlyArray<QueueItem>) => Promise<Session>

/** Changes one message that waits, named by place, id or a part of it, and prints what the queue is now. */
async function changeItem(id: string, wanted: string, json: boolean, done: string, change: Change): Promise<void> {
  const hub = useAgents()
  const { queue } = await askAgents(hub, (_, api) => api.get(id))
  const item = oneOf(
    queue,
    wanted,
    "waiting message",
    `the queue of ${id} is empty; a message that the agent has taken cannot be changed`,
  )
  const session = await askAgents(hub, (agents) => change(agents, item, queue))
  printEither(json, session.queue, () => [`${done} ${item.id}: ${inputLine(item.parts)}`])
}

/** Replaces the text of a message. */
export async function queueEdit(id: string, wanted: string, words: ReadonlyArray<string>, json: boolean): Promise<void> {
  const typed = words.join(" ")
  const text = typed === "-" ? await standardInput() : typed
  if (text.trim() === "") throw usage("a message cannot be empty; to remove it, use queue rm")
  await changeItem(id, wanted, json, "edited", async (agents, item) => {
    const { parts } = await agents.queued(id, item.id)
    const files = parts.filter(({ type }) => type === "file")
    return agents.edit(id, item.id, files.length === 0 ? { text } : { parts: [...files, { type: "text", text }] })
  })
}

/** Takes a message away. */
export function queueRemove(id: string, wanted: string, json: boolean): Promise<void> {
  return changeItem(id, wanted, json, "removed", (agents, item) => agents.unqueue(id, item.id))
}

/** Moves a message to a place among those that wait, from 1. */
export function queueMove(id: string, wanted: string, place: number, json: boolean): Promise<void> {
  return changeItem(id, wanted, json, "moved", (agents, item, queue) => {
    const order = movedOrder(queue, item.id, place)
    if (order === undefined) throw refused("MessageNotQueued", `message ${item.id} is ${item.status} and cannot be moved`)
    return agents.reorder(id, order)
  })
}

/** Sends a message that waits now: into the streaming turn, or in its place. */
export function queueSend(id: string, wanted: string, mode: "steer" | "interrupt", json: boolean): Promise<void> {
  return changeItem(id, wanted, json, "sends", (agents, item) => agents.sendNow(id, item.id, mode))
}

/** Has a message whose hand-over is uncertain sent again, or drops it. */
export function queueResolve(id: string, wanted: string, action: "again" | "drop", json: boolean): Promise<void> {
  return changeItem(id, wanted, json, action === "again" ? "sends again" : "dropped", (agents, item) =>
    agents.resolve(id, item.id, action),
  )
}

/** Holds the queue, or lets it continue. */
export async function queueHold(id: string, hold: boolean, json: boolean): Promise<void> {
  const session = await askAgents(useAgents(), (agents) => (hold ? agents.hold(id) : agents.release(id)))
  printEither(json, session, () => [hold ? "the queue is held" : "the queue is released"])
}

/** Stops the turn that streams. */
export async function interrupt(id: string, json: boolean): Promise<void> {
  const answer = await askAgents(useAgents(), (agents) => agents.interrupt(id))
  printEither(json, answer, () => [
    answer.interrupted ? "interrupting" : "no turn is running; nothing was stopped",
    ...runningOn(answer.tasks, id),
  ])
}

/** Prints a session's record after its agent was told to use another model or mode. */
export async function configure(
  id: string,
  change: { readonly model?: string; readonly mode?: string },
  json: boolean,
): Promise<void> {
  const session = await askAgents(useAgents(), (agents) => agents.configure(id, change))
  if (json) return printEither(true, session, () => [])
  const [[name, value] = ["", ""]] = Object.entries(change)
  print(`${name} ${printable(value)}${session.process === "running" ? "" : "; takes effect with the agent's next message"}`)
}
