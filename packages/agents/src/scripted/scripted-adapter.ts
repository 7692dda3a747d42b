/**
 * The scripted agent: needs no key and no network; what it does is in the message (`directives.ts`).
 *
 * It runs in a process of its own, so that everything that can happen to an agent's process happens to it too.
 */
import { fileURLToPath } from "node:url"
import { headOf } from "@holdfast/protocol/text-cut"
import type { AgentAdapter } from "@holdfast/adapter/agent-adapter"
import { LINE_MAX } from "@holdfast/adapter/agent-adapter"
import type { AgentDriver, MessageDelivery } from "../host/agent-driver.ts"
import { AgentHost } from "../host/AgentHost.ts"
import { LineReader } from "../host/lines.ts"
import { parseCommand } from "../host/parse-command.ts"
import { resolvePaths } from "../host/resolve-paths.ts"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { readChunk, unknownChunk } from "@holdfast/protocol/agent/read-chunk"
import { part, text } from "@holdfast/protocol/codec"
import { readJson } from "@holdfast/link/control"
import { readScriptedOptions } from "./options.ts"
import type { ScriptedInput, ScriptedOutput } from "./scripted-lines.ts"

/** A line of the agent; what its type needs is checked where it is used. */
const Output = part<ScriptedOutput>({ type: text })

const program = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "./scripted-main.ts" : "./scripted-agent.js", import.meta.url),
)
/** Its memory is small, and stays so. */
const NODE_OPTIONS = ["--max-semi-space-size=1", "--max-old-space-size=128", "--disable-warning=ExperimentalWarning"]

const textOf = (parts: MessageDelivery["parts"]): string =>
  parts.map((part) => (part.type === "text" ? part.text : `(a file: ${part.filename ?? part.mediaType})`)).join("\n")

/** A request with what rules compare of it. */
function parsedAsk(request: PermissionAsk, cwd: string): PermissionAsk {
  const { kind, tool, subject } = request
  if (kind !== "tool" || (tool !== "bash" && tool !== "write")) return request
  return { ...request, parsed: tool === "bash" ? parseCommand(subject, cwd) : resolvePaths([subject], cwd) }
}

class ScriptedDriver implements AgentDriver {
  readonly #host: AgentHost
  readonly #send: (input: ScriptedInput) => void

  constructor(host: AgentHost) {
    this.#host = host
    const { start } = host
    const options = readScriptedOptions(start.options)
    const { command, args } = start.program ?? { command: process.execPath, args: [...NODE_OPTIONS, program] }
    const running = host.spawn({ command, args, cwd: start.cwd })
    this.#send = (input) => running.write(`${JSON.stringify(input)}\n`)
    const lines = new LineReader(LINE_MAX, {
      line: (text) => this.#line(text),
      tooLong: () => host.crash("AgentMalformed", `the agent sent a line of more than ${LINE_MAX} bytes`),
    })
    running.child.stdout.on("data", (bytes: Buffer) => lines.push(bytes))
    running.child.stdout.on("end", () => {
      if (lines.rest > 0) host.log.say(`the agent's last line is incomplete: ${lines.rest} bytes were dropped`)
    })
    const history = start.resume?.history
    this.#send({ type: "open", options, ...(history === undefined ? {} : { history }) })
  }

  deliver({ id, turn, parts }: MessageDelivery): void {
    this.#send({ type: "message", id, turn, text: textOf(parts), steer: false })
  }

  steer({ id, turn, parts }: MessageDelivery): void {
    this.#send({ type: "message", id, turn, text: textOf(parts), steer: true })
  }

  interrupt(): void {
    this.#send({ type: "interrupt" })
  }

  answer(permission: string, outcome: Extract<ScriptedInput, { type: "answer" }>["outcome"]): void {
    this.#send({ type: "answer", permission, outcome })
  }

  stopTask(task: string): void {
    this.#send({ type: "stop-task", task })
  }

  configure({ model, mode }: { readonly model?: string; readonly mode?: string }): void {
    this.#send({ type: "configure", ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) })
  }

  #line(line: string): void {
    let output: ScriptedOutput
    try {
      output = readJson(Output, line, "a line")
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      return this.#host.crash("AgentMalformed", `the agent sent a line that cannot be read: ${headOf(why, 200)}`)
    }
    this.#take(output)
  }

  #take(output: ScriptedOutput): void {
    const host = this.#host
    switch (output.type) {
      case "ready":
        return host.ready({ resumed: output.resumed, info: output.info })
      case "info":
        return host.info(output.info)
      case "taken":
        return host.taken(output.id)
      case "returned":
        return host.returned(output.id, output.reason)
      case "chunk":
        return host.chunk(readChunk(output.chunk) ?? unknownChunk(output.chunk))
      case "ask":
        return host.ask(parsedAsk(output.request, host.start.cwd))
      case "begin":
        host.beginTurn()
        return
      case "withdraw":
        return host.withdraw(output.permission)
      case "task-started":
        return host.tasks.started(output.task)
      case "task-ended":
        return host.tasks.ended(output.id, output.outcome, output.summary)
      case "limited":
        return host.limited(output.message, { until: output.until })
      case "ended":
        return host.turnEnded(output.end)
      default:
        return host.log.say(`skipped a line of an unknown type: ${headOf(JSON.stringify(output), 200)}`)
    }
  }
}

/** The scripted agent. */
export const scriptedAdapter: AgentAdapter = {
  kind: "scripted",
  start: (start, environment, sink) => new AgentHost(start, environment, sink, (host) => new ScriptedDriver(host)),
}
