/**
 * Permission requests of ACP agents, and the answers to them. Options are chosen by their kind, never by their id: every agent has
 * ids of its own.
 */
import type { Json } from "@holdfast/protocol/agent/chunk"
import type { PermissionAsk, PermissionOption } from "@holdfast/protocol/agent/permission"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"
import { subjectIn } from "../host/subject.ts"
import { parsedSubject } from "./parsed.ts"
import { at, type JsonObject, listOf, textOf } from "./read-json.ts"
import type { AcpToolCall } from "./ToolCalls.ts"

const KINDS: ReadonlyArray<PermissionOption["kind"]> = ["allow_once", "allow_always", "reject_once", "reject_always"]

/** The options of a request; those of kinds that no one knows are left out. */
export function optionsOf(options: unknown): ReadonlyArray<PermissionOption> {
  return listOf(options).flatMap((option) => {
    const id = textOf(at(option, "optionId"))
    const kind = KINDS.find((one) => one === at(option, "kind"))
    return id === undefined || kind === undefined ? [] : { id, kind, label: textOf(at(option, "name")) ?? kind.replace("_", " ") }
  })
}

const SUBJECTS = ["command", "cmd", "file_path", "filePath", "filepath", "path", "abs_path", "url", "query", "pattern"]

/** What people read of it: the command, the path or the address of a call; its title when there is none. */
function subjectOf(call: AcpToolCall): string {
  return subjectIn(call.input, SUBJECTS) ?? textOf(at(call.locations[0], "path")) ?? call.title ?? ""
}

/** The request as people see it. */
export function askOf(
  id: string,
  call: AcpToolCall,
  { input, cwd, options }: { readonly input: Json; readonly cwd: string; readonly options: ReadonlyArray<PermissionOption> },
): PermissionAsk {
  // No rule answers for what is not whole.
  const parsed = call.cut ? undefined : parsedSubject(call, input, cwd)
  return {
    id,
    // Leaving the plan mode is how agents ask for their plan.
    kind: call.kind === "switch_mode" ? "plan" : "tool",
    tool: call.name,
    toolCallId: call.id,
    title: call.title ?? call.name,
    subject: subjectOf(call),
    ...(parsed === undefined ? {} : { parsed }),
    input,
    options,
  }
}

const CANCELLED: JsonObject = { outcome: { outcome: "cancelled" } }

/** The answer for the agent; `allowed` says whether it may continue. */
export function answerOf(
  options: ReadonlyArray<PermissionOption>,
  outcome: PermissionOutcome,
): { readonly allowed: boolean; readonly answer: JsonObject } {
  if (outcome.type === "cancelled") return { allowed: false, answer: CANCELLED }
  const { allow } = outcome
  const fits = (option: PermissionOption): boolean => option.kind.startsWith(allow ? "allow" : "reject")
  const chosen = options.find((option) => option.id === outcome.optionId && fits(option))
  const option = chosen ?? options.find(({ kind }) => kind === (allow ? "allow_once" : "reject_once")) ?? options.find(fits)
  if (option === undefined) return { allowed: false, answer: CANCELLED }
  return { allowed: allow, answer: { outcome: { outcome: "selected", optionId: option.id } } }
}
