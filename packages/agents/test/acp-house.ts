/** An ACP agent that does what a test tells it, behind the adapter. */
import { fileURLToPath } from "node:url"
import type { AgentStart } from "@holdfast/link/agent-messages"
import { acpAdapter } from "../src/acp/acp-adapter.ts"
import { agentDirectories, type AgentDirectories, AgentProbe, probeStart } from "@holdfast/adapter/contract/agent-probe"
import type { Behaviour, Step } from "./acp-agent.ts"

const program = fileURLToPath(new URL("./acp-agent.ts", import.meta.url))

/** The agent says something. */
export function text(words: string, more: object = {}): Step {
  return {
    update: { sessionUpdate: "agent_message_chunk", content: { type: "text", text: words }, ...more },
  }
}
/** The agent tells of a tool. */
export function tool(update: object): Step {
  return { update }
}

let directories: AgentDirectories
const probes: Array<AgentProbe> = []

/** Directories of the running test. */
export function places(): AgentDirectories {
  return directories
}

/** Before each test. */
export function openHouse(): void {
  directories = agentDirectories()
}

/** After each test: nothing of it is left. */
export async function closeHouse(): Promise<void> {
  await Promise.all(probes.splice(0).map((probe) => probe.handle.end(0)))
  directories.dispose()
}

/** Starts the agent. */
export function begin(behaviour: Behaviour = {}, change: Partial<AgentStart> = {}): AgentProbe {
  const env = { ACP_AGENT: JSON.stringify(behaviour) }
  const small = { adapter: "acp", name: "small", options: {}, program: { command: process.execPath, args: [program] } } as const
  const probe = new AgentProbe(acpAdapter, probeStart(directories, { ...small, env, ...change }))
  probes.push(probe)
  return probe
}

/** Begins a turn. */
export function play(probe: AgentProbe, ...steps: ReadonlyArray<Step>) {
  return probe.send(JSON.stringify(steps))
}

/** Plays a turn to its end. */
export async function turn(probe: AgentProbe, ...steps: ReadonlyArray<Step>) {
  const { turn: id } = play(probe, ...steps)
  const end = await probe.ended(id)
  return { end, chunks: probe.chunks(id), text: probe.text(id), message: messageOf(probe, id) }
}

interface Part {
  type: string
  state?: string
  text?: string
  toolCallId?: string
}

/** What the chunks come to, much as clients build it. */
export function messageOf(probe: AgentProbe, id: string): { readonly parts: ReadonlyArray<Part> } {
  const parts: Array<Part> = []
  for (const chunk of probe.chunks(id)) {
    const { type } = chunk
    if (type === "text-start" || type === "reasoning-start") parts.push({ type: type.slice(0, -6), text: "" })
    else if (type === "text-delta" || type === "reasoning-delta") {
      const open = parts.at(-1)
      if (open !== undefined) open.text += chunk.delta
    } else if (type.startsWith("tool-") && "toolCallId" in chunk) {
      const known = parts.find((part) => part.toolCallId === chunk.toolCallId)
      const state = { type: "dynamic-tool", state: type.slice(5) }
      if (known === undefined) parts.push({ ...chunk, ...state })
      else Object.assign(known, chunk, state)
    }
  }
  return { parts }
}

/** Its tools. */
export function toolsOf(message: ReturnType<typeof messageOf>): ReadonlyArray<Part> {
  return message.parts.filter(({ type }) => type === "dynamic-tool")
}
