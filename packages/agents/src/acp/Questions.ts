/** What an ACP agent asks permission for, and what is answered: each request gets one answer, also when it is taken back. */
import { randomUUID } from "node:crypto"
import type { PermissionOption } from "@holdfast/protocol/agent/permission"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"
import type { AgentHost } from "../host/AgentHost.ts"
import { answerOf, askOf } from "./permissions.ts"
import type { JsonObject } from "./read-json.ts"
import type { AcpToolCall } from "./ToolCalls.ts"
import type { TurnUpdates } from "./updates.ts"

interface Open {
  readonly call: string
  readonly options: ReadonlyArray<PermissionOption>
  readonly resolve: (answer: JsonObject) => void
}

/** A request about a call of a turn. */
export interface AcpQuestion {
  readonly updates: TurnUpdates
  readonly call: AcpToolCall
  readonly options: ReadonlyArray<PermissionOption>
}

const CANCELLED: PermissionOutcome = { type: "cancelled", reason: "it cannot be answered" }

/** The answer to a request that no one can answer. */
export function unanswered(options: ReadonlyArray<PermissionOption>): JsonObject {
  return answerOf(options, CANCELLED).answer
}

/** The requests of one agent; with `allows` each is answered with yes at once, and the turn says so. */
export class Questions {
  readonly #host: AgentHost
  readonly #allows: boolean
  readonly #open = new Map<string, Open>()
  readonly #prefix = randomUUID().slice(0, 8)
  #count = 0

  constructor(host: AgentHost, allows: boolean) {
    this.#host = host
    this.#allows = allows
  }

  /** Asks; resolves with what the agent is told. */
  ask({ updates, call, options }: AcpQuestion, signal: AbortSignal): Promise<JsonObject> {
    const input = updates.calls.settleInput(call)
    const id = `${this.#prefix}-${++this.#count}`
    if (this.#allows) {
      updates.add({ type: "tool-approval-request", approvalId: id, toolCallId: call.id, isAutomatic: true })
      updates.add({ type: "tool-approval-response", approvalId: id, approved: true })
      return Promise.resolve(answerOf(options, { type: "answered", optionId: "", allow: true }).answer)
    }
    const { promise, resolve } = Promise.withResolvers<JsonObject>()
    this.#open.set(id, { call: call.id, options, resolve })
    signal.addEventListener("abort", () => {
      if (!this.#open.delete(id)) return
      this.#host.withdraw(id)
      resolve(unanswered(options))
    })
    this.#host.ask(askOf(id, call, { input, cwd: this.#host.start.cwd, options }))
    return promise
  }

  /** Answers a request; gives the id of the call that a person refused. */
  answer(permission: string, outcome: PermissionOutcome): string | undefined {
    const asked = this.#open.get(permission)
    if (asked === undefined) return undefined
    this.#open.delete(permission)
    const { allowed, answer } = answerOf(asked.options, outcome)
    asked.resolve(answer)
    return !allowed && outcome.type === "answered" ? asked.call : undefined
  }
}
