/**
 * The client's side of ACP by hand: lines of JSON-RPC to and from an agent's program, with nothing in between, for tests
 * of what real agents do.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { eventually } from "../eventually.ts"
import { list, member, path, textOf } from "../model/json.ts"
import { isAlive, processesWith } from "../processes.ts"
import type { AcpProgram } from "./acp-program.ts"

/** Most characters of stderr that are kept. */
const MOST_STDERR = 100_000

/** An agent's program and what it said. */
export interface AcpPeer {
  readonly pid: number
  /** Sends a request and gives its result; throws the agent's error. */
  readonly call: (method: string, params: object) => Promise<unknown>
  readonly notify: (method: string, params: object) => void
  /** Updates and requests of the agent as `kind` and content, oldest first. */
  readonly heard: ReadonlyArray<{ readonly kind: string; readonly content: unknown }>
  /** Forgets what it heard so far. */
  readonly forget: () => void
  /** The last of a kind; waits for it, ten seconds at most. */
  readonly hear: (kind: string) => Promise<unknown>
  /** Text of the agent's message chunks, joined. */
  readonly said: () => string
  /** Ends the program and everything it started. */
  readonly end: () => Promise<void>
}

/** How an agent's permission request is answered: by an option's kind, or not at all. */
export type Answering = "allow_once" | "reject_once" | "silence"

/** Starts an agent in `cwd`. Requests for permission are answered as `answering` says at the moment they come. */
export function startAcp(program: AcpProgram, cwd: string, answering: () => Answering): AcpPeer {
  const child = spawn(program.command, program.args, { cwd, env: program.env, stdio: ["pipe", "pipe", "pipe"], detached: true })
  const exited = once(child, "exit")
  const waiting = new Map<number, { readonly done: (result: unknown) => void; readonly failed: (error: Error) => void }>()
  const heard: Array<{ readonly kind: string; readonly content: unknown }> = []
  let stderr = ""
  let ids = 0
  const fail = (error: Error) => {
    for (const { failed } of waiting.values()) failed(error)
    waiting.clear()
  }
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr = (stderr + text).slice(-MOST_STDERR)
  })
  child.on("error", fail)
  child.on("exit", (code, signal) => fail(new Error(`the agent ended with ${code ?? signal}: ${stderr}`)))
  child.stdin.on("error", fail)

  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
  const permission = (params: unknown): object | undefined => {
    const kind = answering()
    const option = list(member(params, "options")).find((each) => member(each, "kind") === kind)
    if (kind === "silence") return undefined
    return { outcome: { outcome: "selected", optionId: member(option, "optionId") } }
  }
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message: unknown = JSON.parse(line)
    const id = member(message, "id")
    const method = member(message, "method")
    const params = member(message, "params")
    if (method === undefined) {
      const call = waiting.get(Number(id))
      waiting.delete(Number(id))
      const error = member(message, "error")
      if (error === undefined) call?.done(member(message, "result"))
      else call?.failed(new Error(JSON.stringify(error)))
      return
    }
    const update = member(params, "update")
    heard.push({ kind: textOf(member(update, "sessionUpdate")) || textOf(method), content: update ?? params })
    if (id === undefined) return
    const result = method === "session/request_permission" ? permission(params) : {}
    if (result !== undefined) send({ id, result })
  })

  return {
    pid: child.pid ?? 0,
    heard,
    call: (method, params) =>
      new Promise((done, failed) => {
        waiting.set(++ids, { done, failed })
        send({ id: ids, method, params })
      }),
    forget: () => void heard.splice(0),
    notify: (method, params) => void send({ method, params }),
    hear: async (kind) => {
      const found = await eventually(`the agent sends ${kind}`, 10_000, () => heard.findLast((each) => each.kind === kind))
      return found.content
    },
    said: () =>
      heard
        .filter(({ kind }) => kind === "agent_message_chunk")
        .map(({ content }) => textOf(path(content, "content", "text")))
        .join(""),
    end: async () => {
      // Tools of some agents have process groups of their own; all inherit the home from the environment.
      const home = `HOME=${program.env["HOME"] ?? program.command}\0`
      const all = [...processesWith(home), child.pid ?? 0].filter((pid) => pid > 1 && isAlive(pid))
      for (const pid of all) if (isAlive(pid)) process.kill(pid, "SIGKILL")
      await exited
      await eventually("what the agent started ended", 5000, () => processesWith(home).length === 0)
    },
  }
}
