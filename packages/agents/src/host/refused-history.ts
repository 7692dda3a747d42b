/**
 * A model that refuses an agent's own history: thinking blocks that were changed, a tool call without its result, a file
 * that it cannot read. Each further request of the session fails alike, whatever is said in it.
 */

/** What providers say then: that a part of the messages, by its place or its kind, is not as it must be. */
const REFUSALS = [
  /\bmessages[.[]\d+/,
  /`?(?:tool_use|tool_result)`?.*(?:without|must|corresponding|unexpected|unique)/i,
  /`?thinking`?.*blocks?.*(?:cannot|must|expected|signature)/i,
  /messages?.*tool_calls?.*must be followed/i,
  /tool_call_id.*(?:not found|did not have|must)/i,
  /no tool (?:output|call) found for function call/i,
  /item .*(?:was provided )?without its required/i,
  /roles must alternate/i,
  /function (?:call|response).*(?:turn|parts).*(?:equal|must|immediately)/i,
  /prompt is too long|maximum context length|context window exceeds|input is too long/i,
]

/** Whether what a model answered refuses the history; `status` is that of HTTP, where it is known. */
export function refusesHistory(text: string, status: number | undefined): boolean {
  return (
    (status === undefined ? /\b(?:400|413|422)\b|invalid_request|bad request/i.test(text) : [400, 413, 422].includes(status)) &&
    REFUSALS.some((refusal) => refusal.test(text))
  )
}

/** The error of such a turn: what it is, and what to do. */
export function refusedHistory(text: string): { readonly tag: "HistoryRefused"; readonly message: string } {
  return {
    tag: "HistoryRefused",
    message:
      `the model rejects this session's history and will reject it again; restart the agent from the transcript, ` +
      `whole or up to a message: holdfast renew SESSION [--before MESSAGE]. It said: ${text}`,
  }
}
