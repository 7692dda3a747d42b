/** What Claude tells beside its answers: its state, retries, compactions; what nobody knows is kept. */
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { AgentHost } from "../agent/AgentHost.ts"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import { unknownChunk } from "@holdfast/protocol/agent/read-chunk"
import { commandsOf } from "./info.ts"
import type { ClaudeQuery } from "./sdk.ts"
import { at, numberAt, textAt } from "./read.ts"

/** Told often, and nothing that a session's log needs. */
const SILENT = new Set([
  "thinking_tokens",
  "session_state_changed",
  "permission_denied",
  "hook_started",
  "hook_progress",
  "hook_response",
  "files_persisted",
  "post_turn_summary",
  "task_summary",
  "session_metadata",
  "memory_recall",
])
const SILENT_TYPES = new Set([
  "tool_progress",
  "auth_status",
  "tool_use_summary",
  "prompt_suggestion",
  "active_goal",
  "autocompact_state",
])

interface NewsHost extends Pick<AgentHost, "info"> {
  readonly log: Pick<AgentHost["log"], "say">
}

/** Turns news into chunks and into what is known of the agent. */
export class SystemNews {
  readonly #host: NewsHost
  readonly #chunk: (chunk: AgentChunk) => void
  #info: AgentInfo = {}
  #native = ""

  constructor(host: NewsHost, chunk: (chunk: AgentChunk) => void) {
    this.#host = host
    this.#chunk = chunk
  }

  /** What was told already. */
  told(info: AgentInfo, native: string): void {
    this.#info = info
    this.#native = native
  }

  /** Model or mode were changed; without either, what holds is told again. */
  changed(change: Pick<AgentInfo, "model" | "mode">): void {
    this.#info = { ...this.#info, ...change }
    const { model, mode } = this.#info
    this.#host.info({ ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) })
  }

  /** Takes what is not about tasks. */
  take(message: unknown): void {
    const type = textAt(message, "type") ?? ""
    if (type !== "system") {
      if (!SILENT_TYPES.has(type)) this.#unknown(message)
      return
    }
    const subtype = textAt(message, "subtype") ?? ""
    switch (subtype) {
      case "init":
        return this.#init(message)
      case "status":
        return this.#status(message)
      case "api_retry":
        return this.#retry(message)
      case "compact_boundary":
        return this.#compacted(at(message, "compact_metadata"))
      case "commands_changed":
        return this.#host.info({ commands: commandsOf(message) })
      case "local_command_output":
      case "informational":
      case "notification":
        return this.#notice(textAt(message, "content") ?? textAt(message, "message") ?? textAt(message, "text"))
      case "mirror_error":
      case "session_writes_lost":
        return this.#host.log.say(`Claude's transcript: ${subtype}`)
      default:
        if (!SILENT.has(subtype)) this.#unknown(message)
    }
  }

  #unknown(message: unknown): void {
    this.#chunk(unknownChunk(message))
  }

  #notice(text: string | undefined): void {
    if (text !== undefined && text !== "") this.#chunk(namedChunk("data-notice", { text }))
  }

  #init(message: unknown): void {
    const model = textAt(message, "model")
    const mode = textAt(message, "permissionMode")
    const version = textAt(message, "claude_code_version")
    const native = textAt(message, "session_id") ?? this.#native
    const known = this.#info
    if (model === known.model && mode === known.mode && native === this.#native) return
    const change = {
      ...(model === undefined ? {} : { model }),
      ...(mode === undefined ? {} : { mode }),
      ...(version === undefined ? {} : { version }),
    }
    this.#info = { ...known, ...change }
    this.#native = native
    this.#host.info(change, native)
  }

  #status(message: unknown): void {
    const mode = textAt(message, "permissionMode")
    if (mode !== undefined && mode !== this.#info.mode) this.changed({ mode })
    if (textAt(message, "status") === "compacting") {
      this.#chunk(namedChunk("data-compaction", { state: "running" }, "compaction"))
    }
  }

  #retry(message: unknown): void {
    const data = {
      attempt: numberAt(message, "attempt") ?? 1,
      most: numberAt(message, "max_retries") ?? null,
      delay: numberAt(message, "retry_delay_ms") ?? null,
      status: numberAt(message, "error_status") ?? null,
      error: textAt(message, "error") ?? "unknown",
    }
    this.#chunk(namedChunk("data-retry", data, "retry"))
  }

  #compacted(meta: unknown): void {
    const data = {
      state: "done" as const,
      trigger: textAt(meta, "trigger") ?? "auto",
      before: numberAt(meta, "pre_tokens") ?? null,
      after: numberAt(meta, "post_tokens") ?? null,
    }
    this.#chunk(namedChunk("data-compaction", data, "compaction"))
  }
}

/** Changes model or mode, and tells what holds then, also when it could not be done. Never rejects. */
export async function changeClaude(
  query: ClaudeQuery,
  { model, mode }: { readonly model: string | undefined; readonly mode: string | undefined },
  { log }: NewsHost,
  news: SystemNews,
): Promise<void> {
  try {
    if (model !== undefined) await query.setModel(model)
    if (mode !== undefined) await query.setPermissionMode(mode)
    news.changed({ ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) })
  } catch (error) {
    log.say(`Claude could not be changed: ${String(error)}`)
    news.changed({})
  }
}
