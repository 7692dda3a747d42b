/**
 * Commands that act on a terminal without attaching to it.
 */
import { randomUUID } from "node:crypto"
import { SIGNALS } from "@holdfast/protocol/signals"
import { usage } from "../failure.ts"
import { printEither, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { keyBytes } from "./keys.ts"

/** What is typed. */
export interface TypeOptions {
  readonly session: string
  readonly text: ReadonlyArray<string>
  /** Do not press Enter after the text. */
  readonly raw: boolean
  /** Keys pressed after the text, by name. */
  readonly keys: ReadonlyArray<string>
  /** Text comes from standard input. */
  readonly stdin: boolean
  readonly key: string | undefined
  readonly json: boolean
}

/** Types into a terminal, once, also when the hub is asked again under the same key. */
export async function typeInto(options: TypeOptions): Promise<void> {
  const typed = options.stdin ? await standardInput() : Buffer.from(options.text.join(" "))
  const pressed = options.keys.map(keyBytes).join("")
  const enter = options.raw || options.stdin || options.keys.length > 0 ? "" : "\r"
  const bytes = Buffer.concat([typed, Buffer.from(pressed + enter)])
  if (bytes.length === 0) throw usage("nothing to send; pass a text, --press or --stdin")
  const hub = useHub()
  const request = { key: options.key ?? randomUUID(), base64: bytes.toString("base64") }
  const answer = await ask(hub, (api) => api.input(options.session, request))
  if (options.json) printJson(answer)
}

async function standardInput(): Promise<Buffer> {
  const chunks: Array<Buffer> = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** Sizes a terminal. */
export async function resize(id: string, cols: number, rows: number): Promise<void> {
  await ask(useHub(), (api) => api.resize(id, cols, rows))
}

/** Sends a signal, named with or without `SIG`, to the child's process group. */
export async function signal(id: string, name: string): Promise<void> {
  const wanted = name.toUpperCase().startsWith("SIG") ? name.toUpperCase() : `SIG${name.toUpperCase()}`
  const known = SIGNALS.find((each) => each === wanted)
  if (known === undefined) throw usage(`${name} is not one of ${SIGNALS.map((each) => each.slice(3)).join(", ")}`)
  await ask(useHub(), (api) => api.signal(id, known))
}

/** Names this place in the log. */
export async function mark(id: string, text: string, json: boolean): Promise<void> {
  const answer = await ask(useHub(), (api) => api.mark(id, { text, key: randomUUID() }))
  printEither(json, answer, () => [`marked at ${answer.seq}`])
}
