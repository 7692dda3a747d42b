/**
 * The kinds of messages that Claude sends, as `type` or `type/subtype`: shown, or silent with the reason why.
 *
 * A test reads the SDK's own type: each kind is in one of the lists (docs/protocol/rules.md, A-35). What is in none, as of a later
 * Claude, becomes `data-unknown`.
 */

/** Those of a turn, which the driver takes. */
export const OF_TURN: ReadonlyArray<string> = [
  ...["assistant", "user", "stream_event", "rate_limit_event", "command_lifecycle", "result/success"],
  ...["result/error_during_execution", "result/error_max_turns", "result/error_max_budget_usd"],
  "result/error_max_structured_output_retries",
]

/** Those of work in the background, which becomes the session's tasks. */
export const OF_TASKS: ReadonlyArray<string> = [
  ...["system/task_started", "system/task_updated", "system/task_progress", "system/task_notification"],
  "system/background_tasks_changed",
]

/** Those that become a named value, a notice, or something that the record shows. */
export const SHOWN: ReadonlyArray<string> = [
  ...["system/init", "system/status", "system/api_retry", "system/compact_boundary", "system/commands_changed"],
  ...["system/local_command_output", "system/informational", "system/notification", "system/permission_denied"],
  ...["system/hook_response", "system/plugin_install", "system/model_refusal_fallback", "system/model_refusal_no_fallback"],
  ...["system/mirror_error", "system/session_writes_lost", "system/worker_shutting_down", "auth_status", "conversation_reset"],
]

/** Those that nothing is said of. */
export const SILENT: Readonly<Record<string, string>> = {
  "system/thinking_tokens": "a count that the turn's usage has",
  "system/session_state_changed": "the turn's own events say it",
  "system/hook_started": "a hook that does no harm is none of a person's business; its response is looked at",
  "system/hook_progress": "as its start",
  "system/files_persisted": "about files of hosted sessions",
  "system/post_turn_summary": "a summary of what the turn shows",
  "system/task_summary": "a summary of what the task shows",
  "system/session_metadata": "about hosted sessions",
  "system/memory_recall": "memories that the model was given; the files are Claude's own",
  "system/control_request_progress": "about one of our requests in flight",
  "system/elicitation_complete": "nothing here is asked so",
  tool_progress: "told often; the call's result is shown",
  tool_use_summary: "a summary of calls that are shown",
  prompt_suggestion: "a guess at what a person may say next",
  active_goal: "shown by Claude's own words",
  autocompact_state: "the compaction itself is shown",
}

/** The kind of a message. */
export function kindOf(type: string, subtype: string | undefined): string {
  return subtype === undefined ? type : `${type}/${subtype}`
}
