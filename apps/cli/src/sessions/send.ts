/**
 * `holdfast send`: typing for terminals, messages for agents.
 */
import type { SendMode } from "@holdfast/protocol/agent/message"
import { usage } from "../failure.ts"
import { ask, useHub } from "../server/hub.ts"
import type { TypeOptions } from "./terminal.ts"

/** What to send, and how. */
export interface SendOptions extends TypeOptions {
  readonly mode: SendMode | undefined
  readonly files: ReadonlyArray<string>
  readonly wait: boolean
}

/** Sends to a session what its kind takes. Throws wrong usage for options of the other kind. */
export async function send(options: SendOptions): Promise<void> {
  const session = await ask(useHub(), (api) => api.get(options.session))
  if (session.kind === "agent") {
    if (options.raw || options.keys.length > 0) throw usage("--raw and --press are for terminals; this session has an agent")
    const { sendMessage } = await import("../agent/send-message.ts")
    return sendMessage(session, options)
  }
  if (options.mode !== undefined || options.wait || options.files.length > 0) {
    throw usage("--mode, --wait and --file are for agents; this session has a terminal")
  }
  const { typeInto } = await import("./terminal.ts")
  return typeInto(options)
}
