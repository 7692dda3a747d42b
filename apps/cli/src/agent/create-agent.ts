/**
 * `holdfast new agent`: opens a session with an agent, with a first message if there is one.
 */
import { randomUUID } from "node:crypto"
import { resolve } from "node:path"
import { cwd as currentDirectory } from "node:process"
import type * as Schema from "effect/Schema"
import type { FirstMessage, InputPart } from "@holdfast/protocol/agent/message"
import type { CreateSession } from "@holdfast/protocol/session"
import { CliFailure, usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { print, printJson } from "../output.ts"
import { askerEnvironment } from "../sessions/asker.ts"
import { entriesOf } from "../sessions/metadata.ts"
import { NEW_ATTACH, variables } from "../sessions/new-session.ts"
import { readFileParts, standardInput } from "./message-input.ts"
import { type AgentHub, askAgents, useAgents } from "./agent-hub.ts"

/** What to open. */
export interface CreateAgentOptions {
  /** Name and the words of a first message, both of which may be absent. */
  readonly words: ReadonlyArray<string>
  readonly cwd: string | undefined
  readonly options: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>
  readonly files: ReadonlyArray<string>
  readonly label: string | undefined
  readonly tags: ReadonlyArray<string>
  /** Texts `NAME=VALUE`. */
  readonly metadata: ReadonlyArray<string>
  readonly key: string | undefined
  readonly attach: boolean
  readonly json: boolean
}

/** Opens a session with an agent and prints its id, or attaches to it. */
export async function createAgent(given: CreateAgentOptions): Promise<void> {
  const { label, key = randomUUID() } = given
  const { name, typed } = nameAndMessage(given.words)
  const options = Object.fromEntries(given.options.map(option))
  const env = variables(given.env)
  const request: CreateSession = {
    kind: "agent",
    key,
    cwd: resolve(given.cwd ?? currentDirectory()),
    ...(name === undefined ? {} : { agent: name }),
    ...(given.options.length === 0 ? {} : { options }),
    ...(given.env.length === 0 ? {} : { env }),
    ...(label === undefined ? {} : { label }),
    ...(given.tags.length === 0 ? {} : { tags: given.tags }),
    ...(given.metadata.length === 0 ? {} : { metadata: entriesOf(given.metadata) }),
  }
  const text = typed === "-" ? await standardInput() : typed
  const files = await readFileParts(given.files)
  if (text?.trim() === "" && files.length === 0) throw usage("the first message is empty; omit it, or pass a text")
  const message = firstMessage(text, files)
  const hub = useAgents()
  if (isAsked(given)) await (await import("./trust.ts")).askForTrust(hub, request.cwd ?? currentDirectory(), name)
  const asked = { ...request, ...(message === undefined ? {} : { message }), ...askerEnvironment(hub.target) }
  const session = await askAgents(hub, (_, api) => api.create(asked)).catch(async (error: unknown) => {
    throw await explained(error, given.words, hub)
  })
  if (given.attach) {
    const { attach } = await import("../attach/attach.ts")
    return attach(NEW_ATTACH, (connection) => connection.call("sessions.get", { session: session.id }))
  }
  if (given.json) printJson(session)
  else print(session.id)
}

/** Whether a person is there to be asked. */
const isAsked = ({ json, words }: CreateAgentOptions): boolean =>
  !json && !words.includes("-") && process.stdin.isTTY && process.stderr.isTTY

/** The first word is the name of an agent; where it cannot be one, all words are a message to the default one. */
function nameAndMessage(words: ReadonlyArray<string>): { readonly name?: string; readonly typed?: string } {
  const [name, ...rest] = words
  if (name === undefined) return {}
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return { typed: words.join(" ") }
  return rest.length === 0 ? { name } : { name, typed: rest.join(" ") }
}

/** A failure that, where words alone were taken for the name of an agent, says how they become a message. */
async function explained(error: unknown, words: ReadonlyArray<string>, hub: AgentHub): Promise<unknown> {
  const isUnknown = error instanceof CliFailure && error.fields["tag"] === "AgentUnknown"
  if (!isUnknown || words.some((word) => /\s/.test(word) || word === "-")) return error
  const { agents } = await askAgents(hub, (api) => api.agents())
  const name = agents.find(({ default: first }) => first)?.name ?? "scripted"
  const said = `'${words.join(" ").replaceAll("'", "'\\''")}'`
  const message = `${error.message}; to send it to an agent, name the agent first: ${hint(`new agent ${name} ${said}`)}`
  return new CliFailure(error.code, "AgentUnknown", message, { ...error.fields, message })
}

function firstMessage(text: string | undefined, files: ReadonlyArray<InputPart>): FirstMessage | undefined {
  if (files.length === 0) return text === undefined ? undefined : { text }
  return { parts: [...files, ...(text === undefined ? [] : [{ type: "text" as const, text }])] }
}

/** `NAME=VALUE` as an option: JSON where it is JSON, otherwise text. */
function option(text: string): readonly [string, Schema.Json] {
  const at = text.indexOf("=")
  if (at <= 0) throw usage(`--option needs NAME=VALUE, not ${JSON.stringify(text)}`)
  const value = text.slice(at + 1)
  try {
    return [text.slice(0, at), JSON.parse(value)]
  } catch {
    // What is no JSON is the text that it is.
    return [text.slice(0, at), value]
  }
}
