/**
 * An ACP agent for tests that does literally what it is told: each prompt is a JSON list of steps.
 *
 * `ACP_AGENT` in its environment is JSON with the answers to `initialize` (merged) and `session/new`, and what else it does. It uses no
 * library, so that it can break every rule.
 */
import { spawn } from "node:child_process"
import { appendFileSync } from "node:fs"
import { createInterface } from "node:readline"

/** One step of a turn. */
export type Step =
  | { readonly update: object }
  /** A notification or answer of any shape. */
  | { readonly send: object }
  /** Asks the client and says the answer as text. */
  | { readonly ask: readonly [method: string, params: object]; readonly wait?: boolean }
  | { readonly raw: string }
  | { readonly stderr: string }
  | { readonly words: number; readonly pause: number }
  /** `attached`: in the session of the agent itself, as agents start commands that are not theirs to stop. */
  | { readonly run: string; readonly asks: boolean; readonly attached?: boolean }
  /** Commands that are all asked for at once. */
  | { readonly together: ReadonlyArray<string> }
  | { readonly answer: object }
  | { readonly error: object }
  /** Never answers, also not to an interrupt. */
  | { readonly hang: true }
  /** Plays steps so many milliseconds later, whatever has become of the turn. */
  | { readonly later: ReadonlyArray<Step>; readonly after: number }
  | { readonly exit: number }
  /** What it was asked so far is said as text: all requests' and notifications' methods and params. */
  | { readonly recite: true }

/** How the agent behaves; `fails` are errors by method. */
export interface Behaviour {
  readonly initialize?: object
  readonly session?: object
  readonly fails?: Readonly<Record<string, object>>
  /** Sent while a session is loaded, before the answer. */
  readonly replay?: ReadonlyArray<object>
  /** Sent after the answer, with pauses. */
  readonly lateReplay?: ReadonlyArray<object>
  /** Makes no session before it was told to sign in. */
  readonly locked?: boolean
  /** File that gets each prompt as a line, and the closing of the session. */
  readonly log?: string
  /** Never answers to these. */
  readonly silent?: ReadonlyArray<string>
  /** Ids of its sessions, told one by one. */
  readonly sessions?: ReadonlyArray<string>
}

interface Incoming {
  readonly id?: number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: unknown
  readonly error?: unknown
}

const behaviour: Behaviour = JSON.parse(process.env["ACP_AGENT"] ?? "{}")
const heard: Array<unknown> = []
const waiting = new Map<string, (answer: unknown) => void>()
let asks = 0
let cancel: () => void = () => undefined
let hangs = false
let signedIn = false

const write = (message: object): void => void process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
const update = (content: object): void => write({ method: "session/update", params: { sessionId: "s1", update: content } })
const say = (text: string): void => update({ sessionUpdate: "agent_message_chunk", content: { type: "text", text } })
const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))

function ask(method: string, params: object): Promise<unknown> {
  const id = `a${++asks}`
  return new Promise((resolve) => {
    waiting.set(id, resolve)
    write({ id, method, params: { sessionId: "s1", ...params } })
  })
}

const OPTIONS = [
  { optionId: "yes-1", name: "Yes", kind: "allow_once" },
  { optionId: "no-1", name: "No", kind: "reject_once" },
]

function runs(command: string, attached: boolean, signal: AbortSignal): Promise<string> {
  const child = spawn("/bin/sh", ["-c", command], { detached: !attached, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()))
  const stop = (): void => void process.kill(-(child.pid ?? 0), "SIGKILL")
  signal.addEventListener("abort", stop)
  return new Promise((resolve) => {
    child.on("exit", () => {
      signal.removeEventListener("abort", stop)
      resolve(output)
    })
  })
}

/** A command that is run. */
interface Run {
  readonly toolCallId: string
  readonly command: string
  readonly asked: boolean
  readonly attached: boolean
}

async function run({ toolCallId, command, asked, attached }: Run, signal: AbortSignal): Promise<boolean> {
  const call = { toolCallId, title: command, kind: "execute", rawInput: { command } }
  if (asked) {
    const answer = JSON.stringify(await ask("session/request_permission", { toolCall: call, options: OPTIONS }))
    if (!answer.includes("yes-1") || signal.aborted) return false
  }
  update({ sessionUpdate: "tool_call", status: "in_progress", ...call })
  const text = await runs(command, attached, signal)
  const content = [{ type: "content", content: { type: "text", text } }]
  update({ sessionUpdate: "tool_call_update", toolCallId, status: "completed", content })
  return true
}

let calls = 0

/** Plays steps; gives the answer to the prompt, an error, or nothing when there is none. */
async function play(steps: ReadonlyArray<Step>, signal: AbortSignal): Promise<object | undefined> {
  for (const step of steps) {
    if (signal.aborted) break
    if ("update" in step) update(step.update)
    else if ("send" in step) write(step.send)
    else if ("raw" in step) process.stdout.write(step.raw)
    else if ("stderr" in step) process.stderr.write(`${step.stderr}\n`)
    else if ("recite" in step) say(JSON.stringify(heard))
    else if ("exit" in step) process.exit(step.exit)
    else if ("answer" in step) return { result: step.answer }
    else if ("error" in step) return { error: step.error }
    else if ("later" in step) void pause(step.after).then(() => play(step.later, new AbortController().signal))
    else if ("hang" in step) {
      hangs = true
      return undefined
    } else if ("words" in step) {
      for (let i = 0; i < step.words && !signal.aborted; i++) {
        say(`word${i} `)
        await pause(step.pause)
      }
    } else if ("together" in step) {
      await Promise.all(
        step.together.map((command) => run({ toolCallId: `run${++calls}`, command, asked: true, attached: false }, signal)),
      )
    } else if ("run" in step) {
      const { run: command, asks: asked, attached = false } = step
      const allowed = await run({ toolCallId: `run${++calls}`, command, asked, attached }, signal)
      if (!allowed) return { result: { stopReason: "cancelled" } }
    } else {
      const answer = ask(step.ask[0], step.ask[1])
      if (step.wait !== false) say(JSON.stringify(await answer))
    }
  }
  return { result: { stopReason: signal.aborted ? "cancelled" : "end_turn" } }
}

async function prompt(id: number, params: Incoming["params"]): Promise<void> {
  const blocks = params?.["prompt"] as ReadonlyArray<{ readonly text?: string }>
  const text = blocks.at(-1)?.text ?? ""
  if (behaviour.log !== undefined) appendFileSync(behaviour.log, `${JSON.stringify(blocks)}\n`)
  const stop = new AbortController()
  cancel = () => stop.abort()
  const steps: ReadonlyArray<Step> = text.startsWith("[") ? JSON.parse(text) : []
  const answer = await play(steps, stop.signal)
  if (answer !== undefined) write({ id, ...answer })
}

function listed({ cursor = "0" }: Readonly<Record<string, unknown>>): object {
  const ids = behaviour.sessions ?? []
  const at = Number(cursor)
  const more = at + 1 < ids.length ? { nextCursor: String(at + 1) } : {}
  return { sessions: ids.slice(at, at + 1).map((sessionId) => ({ sessionId })), ...more }
}

function answerTo(method: string, params: Incoming["params"]): unknown {
  switch (method) {
    case "initialize":
      return { protocolVersion: 1, agentCapabilities: {}, authMethods: [], ...behaviour.initialize }
    case "session/new":
      return { sessionId: "s1", ...behaviour.session }
    case "session/list":
      return listed(params ?? {})
    case "session/close":
      if (behaviour.log !== undefined) appendFileSync(behaviour.log, `${method} ${String(params?.["sessionId"])}\n`)
      cancel()
      return {}
    case "session/load":
    case "session/resume":
    case "session/set_mode":
    case "session/set_model":
    case "session/set_config_option":
    case "authenticate":
      return {}
    default:
      return undefined
  }
}

async function late(): Promise<void> {
  for (const each of behaviour.lateReplay ?? []) {
    await pause(10)
    update(each)
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params, result, error }: Incoming = JSON.parse(line)
  if (method === undefined) {
    waiting.get(String(id))?.(error === undefined ? result : { error })
    return
  }
  heard.push({ method, params })
  if (method === "session/cancel" && !hangs) cancel()
  if (id === undefined) return
  const fails = behaviour.fails?.[method]
  if (fails !== undefined) return write({ id, error: fails })
  if (method === "authenticate") signedIn = true
  if (method === "session/new" && behaviour.locked === true && !signedIn) {
    return write({ id, error: { code: -32000, message: "Authentication required" } })
  }
  if (method === "session/prompt") return void prompt(id, params)
  if (method === "session/load") for (const each of behaviour.replay ?? []) update(each)
  const answer = answerTo(method, params)
  if (behaviour.silent?.includes(method) === true) return
  write(answer === undefined ? { id, error: { code: -32601, message: "Method not found" } } : { id, result: answer })
  if (method === "session/load") void late()
})
