/** What of Claude's news is a notice for people: what was refused, blocked or lost, and what Claude says beside its answers. */
import { headOf } from "@holdfast/protocol/text-cut"
import { asText, at, numberAt, textAt } from "./read.ts"

/** A notice; `warning` for what went otherwise than was meant. */
export interface Notice {
  readonly text: string
  readonly severity?: "warning"
}

const REASON_MAX = 500

const warning = (text: string): Notice => ({ text, severity: "warning" })
const short = (text: string): string => (text.length > REASON_MAX ? `${headOf(text, REASON_MAX - 1)}…` : text).trim()
const because = (reason: string | undefined): string => (reason === undefined || reason.trim() === "" ? "" : `: ${short(reason)}`)

/** The notice of a message by its kind; undefined when there is nothing to say. */
export function noticeOf(kind: string, message: unknown): Notice | undefined {
  switch (kind) {
    case "system/local_command_output":
    case "system/informational":
    case "system/notification":
      return plain(textAt(message, "content") ?? textAt(message, "message") ?? textAt(message, "text"))
    case "system/permission_denied": {
      const why = textAt(message, "decision_reason") ?? textAt(message, "message")
      return warning(`${textAt(message, "tool_name") ?? "a tool"} was refused without asking${because(why)}`)
    }
    case "system/hook_response":
      return hookNotice(message)
    case "system/plugin_install":
      return textAt(message, "status") === "failed"
        ? warning(`the plugin ${textAt(message, "name") ?? ""} could not be installed${because(textAt(message, "error"))}`)
        : undefined
    case "system/model_refusal_fallback":
    case "system/model_refusal_no_fallback":
      return warning(textAt(message, "content") ?? "the model refused")
    case "system/mirror_error":
      return warning(`Claude's transcript could not be copied${because(textAt(message, "error"))}`)
    case "system/session_writes_lost":
      return warning(`Claude could not save its transcript (${textAt(message, "error_code") ?? "disk"}); free some space`)
    case "system/worker_shutting_down":
      return warning(`Claude is shutting down${because(textAt(message, "reason"))}`)
    case "auth_status": {
      const error = textAt(message, "error")
      return error === undefined ? undefined : warning(`signing in failed${because(error)}`)
    }
    case "conversation_reset":
      return { text: "Claude began a new conversation; it no longer knows what was said before" }
    default:
      return undefined
  }
}

const plain = (text: string | undefined): Notice | undefined => (text === undefined || text === "" ? undefined : { text })

/** A hook that failed, or that blocked something: by its exit code 2, or by the JSON that it printed. */
function hookNotice(message: unknown): Notice | undefined {
  const name = textAt(message, "hook_name") ?? textAt(message, "hook_event") ?? "a hook"
  const said = asText(textAt(message, "stderr")) ?? asText(textAt(message, "output"))
  const code = numberAt(message, "exit_code")
  const verdict = verdictOf(textAt(message, "stdout"))
  if (verdict !== undefined) return warning(`the hook ${name} blocked it${because(verdict)}`)
  if (code === 2) return warning(`the hook ${name} blocked it${because(said)}`)
  if (textAt(message, "outcome") !== "error") return undefined
  return warning(`the hook ${name} failed${code === undefined ? "" : ` with code ${code}`}${because(said)}`)
}

/** Why a hook's output blocks; undefined when it does not. */
function verdictOf(output: string | undefined): string | undefined {
  if (output === undefined || !output.trimStart().startsWith("{")) return undefined
  try {
    const said: unknown = JSON.parse(output)
    const own = at(said, "hookSpecificOutput")
    if (textAt(own, "permissionDecision") === "deny") return textAt(own, "permissionDecisionReason") ?? ""
    if (textAt(said, "decision") === "block") return textAt(said, "reason") ?? ""
    if (at(said, "continue") === false) return textAt(said, "stopReason") ?? ""
    return undefined
  } catch {
    return undefined
  }
}
