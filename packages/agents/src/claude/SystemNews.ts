/** What Claude reports beside its answers: its state, retries, compactions; what no one knows is kept. */
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { AgentHost } from "../host/AgentHost.ts"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import { unknownChunk } from "@holdfast/protocol/agent/read-chunk"
import { commandsOf } from "./info.ts"
import type { LoadedExtensions } from "./LoadedExtensions.ts"
import { kindOf, SHOWN, SILENT } from "./news-kinds.ts"
import { noticeOf } from "./notices.ts"
import type { ClaudeQuery } from "./sdk.ts"
import { at, numberAt, textAt } from "./read.ts"

interface NewsHost extends Pick<AgentHost, "info"> {
  readonly log: Pick<AgentHost["log"], "say">
}

/** Turns news into chunks and into what is known of the agent. */
export class SystemNews {
  readonly #host: NewsHost
  readonly #chunk: (chunk: AgentChunk) => void
  #info: AgentInfo = {}
  #native = ""
  #compacting = false

  readonly #refused: (toolCallId: string) => boolean
  readonly #loaded: Pick<LoadedExtensions, "begun" | "close">

  /** `refused` says which calls a person refused. */
  constructor(
    host: NewsHost,
    chunk: (chunk: AgentChunk) => void,
    refused: (toolCallId: string) => boolean = () => false,
    loaded: Pick<LoadedExtensions, "begun" | "close"> = { begun: () => undefined, close: () => undefined },
  ) {
    this.#host = host
    this.#chunk = chunk
    this.#refused = refused
    this.#loaded = loaded
  }

  /** What was reported already. */
  told(info: AgentInfo, native: string): void {
    this.#info = info
    this.#native = native
  }

  /** Model or mode were changed; without either, what holds is reported again. */
  changed(change: Pick<AgentInfo, "model" | "mode">): void {
    this.#info = { ...this.#info, ...change }
    const { model, mode } = this.#info
    this.#host.info({ ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) })
  }

  /** No more is asked of Claude. */
  close(): void {
    this.#loaded.close()
  }

  /** Takes what is not about tasks. */
  take(message: unknown): void {
    const kind = kindOf(textAt(message, "type") ?? "", textAt(message, "subtype"))
    switch (kind) {
      case "system/init":
        return this.#init(message)
      case "system/status":
        return this.#status(message)
      case "system/api_retry":
        return this.#retry(message)
      case "system/compact_boundary":
        return this.#compacted(at(message, "compact_metadata"))
      case "system/commands_changed":
        return this.#host.info({ commands: commandsOf(message) })
      case "system/permission_denied":
        // A person's own refusal is in the transcript already.
        if (this.#refused(textAt(message, "tool_use_id") ?? "")) return
        return this.#noticed(kind, message)
      default:
        if (SHOWN.includes(kind)) this.#noticed(kind, message)
        else if (!Object.hasOwn(SILENT, kind)) this.#unknown(message)
    }
  }

  #noticed(kind: string, message: unknown): void {
    const notice = noticeOf(kind, message)
    if (notice !== undefined) this.#chunk(namedChunk("data-notice", { ...notice }))
  }

  #unknown(message: unknown): void {
    this.#chunk(unknownChunk(message))
  }

  #init(message: unknown): void {
    this.#loaded.begun(message)
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
      this.#compacting = true
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

  /** The turn is over: a compaction that was begun in it and not done has failed. True when there was one. */
  turnEnded(): boolean {
    const failed = this.#compacting
    this.#compacting = false
    if (failed) this.#chunk(namedChunk("data-compaction", { state: "failed" }, "compaction"))
    return failed
  }

  #compacted(meta: unknown): void {
    this.#compacting = false
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
