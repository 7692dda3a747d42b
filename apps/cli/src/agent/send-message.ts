/**
 * `holdfast send` to an agent: a message, and its answer when that is waited for.
 */
import { randomUUID } from "node:crypto"
import type { InputPart, SendMessage, SendMode, Sent } from "@holdfast/protocol/agent/message"
import type { Session } from "@holdfast/protocol/session"
import { usage } from "../failure.ts"
import { hint } from "../hint.ts"
import { complain, print, printJson } from "../output.ts"
import { askAgents, useAgents } from "./agent-hub.ts"
import { alsoSendsText, heldText } from "./hold-text.ts"
import { readFileParts, standardInput } from "./message-input.ts"

/** A message, and how to send it. */
export interface SendMessageOptions {
  readonly session: string
  readonly text: ReadonlyArray<string>
  readonly stdin: boolean
  readonly files: ReadonlyArray<string>
  readonly mode: SendMode | undefined
  readonly key: string | undefined
  /** Wait for the end of the turn and print the answer. */
  readonly wait: boolean
  readonly json: boolean
}

/** Sends a message once, also when the hub is asked again under the same key. */
export async function sendMessage(session: Session, options: SendMessageOptions): Promise<void> {
  const { mode, key = randomUUID() } = options
  const typed = options.text.join(" ")
  const text = options.stdin || typed === "-" ? await standardInput() : typed
  const files = await readFileParts(options.files)
  if (text === "" && files.length === 0) throw usage("nothing to send; pass a text, - for standard input, or --file")
  const parts: ReadonlyArray<InputPart> = [...files, ...(text === "" ? [] : [{ type: "text" as const, text }])]
  const message: SendMessage = {
    ...(files.length === 0 ? { text } : { parts }),
    ...(mode === undefined ? {} : { mode }),
    key,
  }
  const hub = useAgents()
  const sent = await askAgents(hub, (agents) => agents.send(session.id, message))
  if (sent.alsoSends !== undefined && (options.wait || !options.json)) complain(`holdfast: ${alsoSendsText(sent.alsoSends)}`)
  if (options.wait) {
    const { waitForAnswer } = await import("./wait-for-answer.ts")
    return waitForAnswer(hub, session.id, sent, options.json)
  }
  if (options.json) printJson(sent)
  else print(sentence(sent, session.id))
}

const sentence = ({ status, messageId, hold }: Sent, id: string): string =>
  status === "queued"
    ? hold === undefined
      ? `queued ${messageId}; see it with: ${hint(`queue ls ${id.slice(-8)}`)}`
      : `queued ${messageId}; the queue is ${heldText(hold, id.slice(-8))}`
    : status === "steered"
      ? `added to the running turn: ${messageId}`
      : `the agent started on ${messageId}; watch it with: ${hint(`attach ${id.slice(-8)}`)}`
