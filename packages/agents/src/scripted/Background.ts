/** What the scripted agent runs beside its turns: commands, and subagents that ask before they run one. */
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { cutText } from "@holdfast/protocol/agent/cut"
import { tailOf } from "@holdfast/protocol/text-cut"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"
import type { Output } from "./Output.ts"
import { runCommand } from "./tools.ts"

/** What of a command's output the agent says, in characters: its end. */
const QUOTE_CHARACTERS = 300
const SUMMARY_MAX = 200

/** What background work needs of its agent. */
export interface BackgroundOptions {
  readonly output: Output
  readonly cwd: string
  readonly newId: () => string
  /** Asks, in no turn, and waits for the answer; a signal that aborts takes the question back. */
  readonly ask: (request: Omit<PermissionAsk, "id">, signal: AbortSignal) => Promise<PermissionOutcome>
  /** Something has ended: the agent has a word to say about it. */
  readonly report: (text: string) => void
}

const OPTIONS: PermissionAsk["options"] = [
  { id: "allow", label: "Allow", kind: "allow_once" },
  { id: "reject", label: "Reject", kind: "reject_once" },
]

/** Background tasks by their id. */
export class Background {
  readonly #given: BackgroundOptions
  readonly #running = new Map<string, AbortController>()

  constructor(given: BackgroundOptions) {
    this.#given = given
  }

  /** Starts a command; gives the id of its task. */
  command(command: string, toolCallId: string): string {
    return this.#start("shell", command, toolCallId, (_, signal) => this.#run(command, signal))
  }

  /** Starts a subagent that asks after this many milliseconds whether it may run a command; gives the id of its task. */
  subagent(millis: number, command: string, toolCallId: string): string {
    return this.#start("subagent", command, toolCallId, async (task, signal) => {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, millis)
        signal.addEventListener("abort", () => {
          clearTimeout(timer)
          resolve()
        })
      })
      if (signal.aborted) return ""
      const input = { command }
      const title = `bash: ${cutText(command, SUMMARY_MAX)}`
      const request = { kind: "tool" as const, tool: "bash", task, title, subject: command, input, options: OPTIONS }
      const outcome = await this.#given.ask(request, signal)
      if (!(outcome.type === "answered" && outcome.allow)) return "it was not allowed"
      return this.#run(command, signal)
    })
  }

  /** Stops one; nothing for one that has ended. */
  stop(id: string): void {
    this.#running.get(id)?.abort()
  }

  async #run(command: string, signal: AbortSignal): Promise<string> {
    return (await runCommand(command, this.#given.cwd, signal, () => undefined)).output
  }

  #start(
    kind: string,
    description: string,
    toolCallId: string,
    work: (task: string, signal: AbortSignal) => Promise<string>,
  ): string {
    const { output, newId, report } = this.#given
    const id = newId()
    const controller = new AbortController()
    this.#running.set(id, controller)
    output.send({ type: "task-started", task: { id, kind, description, toolCallId } })
    void work(id, controller.signal).then((said) => {
      this.#running.delete(id)
      const stopped = controller.signal.aborted
      const summary = stopped ? "it was stopped" : cutText(tailOf(said.trim(), SUMMARY_MAX), SUMMARY_MAX)
      output.send({ type: "task-ended", id, outcome: stopped ? "stopped" : "completed", summary })
      if (!stopped) report(`The ${kind} ${description} has ended: ${tailOf(said.trim(), QUOTE_CHARACTERS)}`)
    })
    return id
  }
}
