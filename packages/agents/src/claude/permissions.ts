/**
 * Claude's questions: may it use a tool, is this plan right, which of these.
 *
 * What Claude suggests as rules is not given back: the rules are the hub's, so that it can show and end them.
 */
import { randomUUID } from "node:crypto"
import type { PermissionAsk, PermissionOption } from "@holdfast/protocol/agent/permission"
import { headOf } from "@holdfast/protocol/text-cut"
import type { AgentHost } from "../host/AgentHost.ts"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"
import { subjectIn } from "../host/subject.ts"
import { parsedSubject } from "./parsed.ts"
import { asJson, at, listAt, textAt } from "./read.ts"

/** What the SDK sends with a question. */
export interface AskContext {
  readonly signal: AbortSignal
  readonly toolUseID?: string
  readonly requestId?: string
  /** Set when a subagent asks. */
  readonly agentID?: string
  /** Where the call runs, when Claude said so. */
  readonly cwd?: string
  /** The background task of that subagent. */
  readonly task?: string
  readonly title?: string
  readonly displayName?: string
}

/** What Claude is told. */
export type Permission =
  | { readonly behavior: "allow"; readonly updatedInput: unknown }
  | { readonly behavior: "deny"; readonly message: string }

interface Open {
  /** Asked in the turn that streams, by no background task. */
  isOfTurn: boolean
  readonly input: unknown
  readonly resolve: (permission: Permission) => void
}

const TOOL_OPTIONS: ReadonlyArray<PermissionOption> = [
  { id: "allow", label: "Allow", kind: "allow_once" },
  { id: "reject", label: "Reject", kind: "reject_once" },
]
const PLAN_OPTIONS: ReadonlyArray<PermissionOption> = [
  { id: "approve", label: "Continue", kind: "allow_once" },
  { id: "reject", label: "Keep planning", kind: "reject_once" },
]
const QUESTION_OPTIONS: ReadonlyArray<PermissionOption> = [
  { id: "answer", label: "Answer", kind: "allow_once" },
  { id: "reject", label: "Do not answer", kind: "reject_once" },
]

const REFUSED = "The user does not want this to be done. Stop, and ask how to continue."

/** Fields of an input that say what it is about, the telling ones first. */
const SUBJECTS = ["command", "cmd", "file_path", "notebook_path", "path", "url", "query", "pattern", "skill", "description"]
const TITLE_MAX = 200

/** What people read of it: the command, the path, the address; empty when there is none. */
export function subjectOf(input: unknown): string {
  return subjectIn(input, SUBJECTS) ?? ""
}

const questionsOf = (input: unknown): NonNullable<PermissionAsk["questions"]> =>
  listAt(input, "questions").map((question) => {
    const header = textAt(question, "header")
    return {
      question: textAt(question, "question") ?? "",
      ...(header === undefined ? {} : { header }),
      multiple: at(question, "multiSelect") === true,
      free: true,
      choices: listAt(question, "options").map((choice) => {
        const description = textAt(choice, "description")
        return { label: textAt(choice, "label") ?? "", ...(description === undefined ? {} : { description }) }
      }),
    }
  })

/** A question as a permission request; `plan` is what the plan says. */
function requestOf(id: string, tool: string, input: unknown, context: AskContext, plan: string | undefined): PermissionAsk {
  // A subagent's call is not one of the turn's own.
  const call = context.toolUseID === undefined || context.agentID !== undefined ? {} : { toolCallId: context.toolUseID }
  const base = { id, tool, ...call, ...(context.task === undefined ? {} : { task: context.task }) }
  if (tool === "ExitPlanMode") {
    const given = plan === undefined ? input : { plan }
    const title = "Is this plan all right?"
    return { ...base, kind: "plan", title, subject: "", input: asJson(given), options: PLAN_OPTIONS }
  }
  const questions = tool === "AskUserQuestion" ? questionsOf(input) : []
  if (questions.length > 0) {
    const title = questions[0]?.question ?? tool
    return { ...base, kind: "question", title, subject: "", input: asJson(input), options: QUESTION_OPTIONS, questions }
  }
  const subject = subjectOf(input)
  const name = context.displayName ?? tool
  const title = context.title ?? (subject === "" ? name : `${name}: ${headOf(subject, TITLE_MAX)}`)
  const parsed = parsedSubject(tool, input, context.cwd)
  const compared = parsed === undefined ? {} : { parsed }
  const edited = subject !== "" && textAt(input, "command") === subject ? { editable: true } : {}
  return { ...base, kind: "tool", title, subject, ...edited, ...compared, input: asJson(input), options: TOOL_OPTIONS }
}

/** Who asks people. */
type Asker = Pick<AgentHost, "ask" | "withdraw">

/** The questions of one Claude that wait. */
export class Permissions {
  readonly #host: Asker
  readonly #open = new Map<string, Open>()

  constructor(host: Asker) {
    this.#host = host
  }

  /** Asks, and resolves with the answer; `plan` is the plan that the question is about. */
  ask(tool: string, input: unknown, context: AskContext, plan?: string): Promise<Permission> {
    const id = context.requestId ?? randomUUID()
    return new Promise((resolve) => {
      if (context.signal.aborted) return resolve({ behavior: "deny", message: "the question was taken back" })
      this.#open.set(id, { isOfTurn: context.task === undefined, input, resolve })
      context.signal.addEventListener(
        "abort",
        () => {
          if (!this.#open.delete(id)) return
          resolve({ behavior: "deny", message: "the question was taken back" })
          this.#host.withdraw(id)
        },
        { once: true },
      )
      this.#host.ask(requestOf(id, tool, input, context, plan))
    })
  }

  /** Gives an answer to Claude. */
  answer(id: string, outcome: PermissionOutcome): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    if (outcome.type === "cancelled") {
      // An interrupt cancels first and stops Claude then: in between it must not continue with a refusal.
      return queueMicrotask(() => {
        if (this.#open.delete(id)) open.resolve({ behavior: "deny", message: outcome.reason })
      })
    }
    this.#open.delete(id)
    const { allow, answers, message, subject } = outcome
    if (!allow) return open.resolve({ behavior: "deny", message: message ?? REFUSED })
    const input = typeof open.input === "object" && open.input !== null ? open.input : {}
    const given = { ...(answers === undefined ? {} : { answers }), ...(subject === undefined ? {} : { command: subject }) }
    open.resolve({ behavior: "allow", updatedInput: { ...input, ...given } })
  }

  /** A turn begins: what is open is of none. */
  begin(): void {
    for (const open of this.#open.values()) open.isOfTurn = false
  }

  /** The turn is being stopped: Claude takes its questions back by itself. Those of background tasks stand. */
  leave(): void {
    for (const [id, { isOfTurn }] of this.#open) if (isOfTurn) this.#open.delete(id)
  }
}
