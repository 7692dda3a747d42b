/**
 * `holdfast new agent`: opens a session with an agent, and sends it a first message.
 */
import { randomUUID } from "node:crypto"
import { resolve } from "node:path"
import { cwd as currentDirectory } from "node:process"
import type * as Schema from "effect/Schema"
import type { InputPart, SendMessage } from "@holdfast/protocol/agent/message"
import type { CreateSession } from "@holdfast/protocol/session"
import { usage } from "../failure.ts"
import { print, printJson } from "../output.ts"
import { readFileParts, standardInput } from "./message-input.ts"
import { askAgents, useAgents } from "./agent-hub.ts"

/** What to open. */
export interface CreateAgentOptions {
  /** Name and first message, both of which may be absent. */
  readonly words: ReadonlyArray<string>
  readonly cwd: string | undefined
  readonly options: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>
  readonly files: ReadonlyArray<string>
  readonly label: string | undefined
  readonly tags: ReadonlyArray<string>
  readonly key: string | undefined
  readonly attach: boolean
  readonly json: boolean
}

/** Opens a session with an agent and prints its id, or attaches to it. */
export async function createAgent(given: CreateAgentOptions): Promise<void> {
  const { label, key = randomUUID() } = given
  const { name, typed } = nameAndMessage(given.words)
  const options = Object.fromEntries(given.options.map(option))
  const env = Object.fromEntries(given.env.map(variable))
  const request: CreateSession = {
    kind: "agent",
    key,
    cwd: resolve(given.cwd ?? currentDirectory()),
    ...(name === undefined ? {} : { agent: name }),
    ...(given.options.length === 0 ? {} : { options }),
    ...(given.env.length === 0 ? {} : { env }),
    ...(label === undefined ? {} : { label }),
    ...(given.tags.length === 0 ? {} : { tags: given.tags }),
  }
  const text = typed === "-" ? await standardInput() : typed
  const files = await readFileParts(given.files)
  const message = firstMessage(text, files)
  const hub = useAgents()
  const session = await askAgents(hub, (_, api) => api.create(request))
  // A key of its own from the session's, so that the whole command can be given again.
  const sent =
    message && (await askAgents(hub, (agents) => agents.send(session.id, { ...message, key: `${key.slice(0, 190)}-first` })))
  if (given.attach) {
    const { attach } = await import("../attach/attach.ts")
    return attach(defaultAttach, (connection) => connection.call("Get", { session: session.id }))
  }
  if (given.json) printJson(sent === undefined ? session : { ...session, sent })
  else print(session.id)
}

/** A single word is the name of an agent; what cannot be a name is a message to the default one. */
export function nameAndMessage([first, second]: ReadonlyArray<string>): {
  readonly name: string | undefined
  readonly typed: string | undefined
} {
  if (first === undefined || second !== undefined || /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(first)) {
    return { name: first, typed: second }
  }
  return { name: undefined, typed: first }
}

function firstMessage(text: string | undefined, files: ReadonlyArray<InputPart>): SendMessage | undefined {
  if (files.length === 0) return text === undefined ? undefined : { text }
  return { parts: [...files, ...(text === undefined ? [] : [{ type: "text" as const, text }])] }
}

const defaultAttach = { readOnly: false, take: false, exitCode: false, clipboard: false, detachKey: undefined, wait: undefined }

/** `NAME=VALUE` as an option: JSON where it is JSON, otherwise text. */
function option(text: string): readonly [string, Schema.Json] {
  const at = text.indexOf("=")
  if (at <= 0) throw usage(`--option takes NAME=VALUE, not ${JSON.stringify(text)}`)
  const value = text.slice(at + 1)
  try {
    return [text.slice(0, at), JSON.parse(value)]
  } catch (error) {
    // What is no JSON is the text that it is.
    void error
    return [text.slice(0, at), value]
  }
}

function variable(text: string): readonly [string, string] {
  const at = text.indexOf("=")
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)]
  throw usage(`--env takes NAME=VALUE, not ${JSON.stringify(text)}`)
}
