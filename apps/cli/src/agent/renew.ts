/**
 * `holdfast renew` and `holdfast cd`: a new beginning for an agent, from our transcript or in another directory.
 */
import { resolve } from "node:path"
import { cwd as currentDirectory } from "node:process"
import type { Message, MessagePage } from "@holdfast/protocol/agent/message"
import { print, printEither } from "../output.ts"
import { printable } from "../text/printable.ts"
import { askAgents, oneOf, useAgents, type AgentHub } from "./agent-hub.ts"

/** Messages of a page. */
const PAGE = 1000

/** All messages of a session, oldest first. */
export async function everyMessage(hub: AgentHub, id: string): Promise<ReadonlyArray<Message>> {
  const all: Array<ReadonlyArray<Message>> = []
  let before: number | null = null
  do {
    const page: { limit: number; before?: number } = { limit: PAGE, ...(before === null ? {} : { before }) }
    const read: MessagePage = await askAgents(hub, (agents) => agents.messages(id, page))
    all.unshift(read.messages)
    before = read.before
  } while (before !== null)
  return all.flat()
}

/** Lets the agent start over; `wanted` names the message from which on nothing is given to it. */
export async function renew(id: string, wanted: string | undefined, json: boolean): Promise<void> {
  const hub = useAgents()
  const message =
    wanted === undefined ? undefined : oneOf(await everyMessage(hub, id), wanted, "message", `${id} has no messages yet`)
  const change = message === undefined ? {} : { before: message.id }
  const session = await askAgents(hub, (agents) => agents.renew(id, change))
  const until = message === undefined ? "" : `, up to before message ${message.id}`
  printEither(json, session, () => [`the agent restarts with its next message, from the transcript${until}`])
}

/** Lets the agent continue in another directory. */
export async function changeDirectory(id: string, directory: string, json: boolean): Promise<void> {
  const cwd = resolve(currentDirectory(), directory)
  const session = await askAgents(useAgents(), (agents) => agents.configure(id, { cwd }))
  if (json) return printEither(true, session, () => [])
  print(`the agent continues in ${printable(session.agent?.cwd ?? cwd)}`)
}
