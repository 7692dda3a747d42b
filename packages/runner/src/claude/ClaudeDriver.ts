/**
 * How Claude is spoken to: messages go in with our id, Claude says when it begins one, and its result ends the turn.
 *
 * A message that is put into a streaming turn may come too late for it; then Claude answers it right after its result,
 * and the turn goes on until that is done too. An interrupt drops what was not begun. Nothing is handed over early: what
 * Claude has in its own queue runs even after an interrupt that does not drop it.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { AgentDriver, Delivery } from "../agent/agent-driver.ts"
import type { AgentHost } from "../agent/AgentHost.ts"
import type { PermissionOutcome } from "../agent/agent-messages.ts"
import { RecentIds } from "../agent/RecentIds.ts"
import { beginTurn, type ClaudeTurn } from "./claude-turn.ts"
import type { Inbox } from "./Inbox.ts"
import { infoOf } from "./info.ts"
import { messageUuid } from "./message-ids.ts"
import { MessageStream } from "./MessageStream.ts"
import type { ClaudeOptions } from "./options.ts"
import type { Permissions } from "./permissions.ts"
import { contentOf } from "./prompt.ts"
import { at, listAt, numberAt, textAt, textsAt } from "./read.ts"
import type { Beginning } from "./resume.ts"
import type { ClaudeQuery } from "./sdk.ts"
import { Subagents } from "./Subagents.ts"
import { SystemNews } from "./SystemNews.ts"
import { endingOf, lastChunk } from "./turn-end.ts"
import { addUsage, UsageMeter } from "./usage.ts"

/** A query that ended while its process is there: given up after so long, in milliseconds. */
const SILENT_MILLIS = 1000
const IDS_MAX = 4096
const EARLY_MAX = 20

/** Speaks with one Claude. */
export class ClaudeDriver implements AgentDriver {
  readonly #host: AgentHost
  readonly #inbox: Inbox
  readonly #query: ClaudeQuery
  readonly #permissions: Permissions
  readonly #stream: MessageStream
  readonly #subagents: Subagents
  readonly #news: SystemNews
  readonly #usage = new UsageMeter()
  readonly #heard = new RecentIds(IDS_MAX)
  readonly #handedOver = new RecentIds(IDS_MAX)
  /** Messages for the streaming turn that Claude has not begun, by their UUID. */
  readonly #steering = new Map<string, Delivery>()
  readonly #over: Promise<void>
  /** News since the last turn, for the next one. */
  #early: Array<AgentChunk> = []
  #context: string | undefined
  #turn: ClaudeTurn | undefined
  #limit: { readonly until?: number } | undefined
  #ending = false

  constructor(
    host: AgentHost,
    inbox: Inbox,
    query: ClaudeQuery,
    permissions: Permissions,
    refused: (toolCallId: string) => boolean,
  ) {
    this.#host = host
    this.#inbox = inbox
    this.#query = query
    this.#permissions = permissions
    this.#stream = new MessageStream((chunk) => this.#tell(chunk), refused)
    this.#subagents = new Subagents((chunk) => this.#tell(chunk))
    this.#news = new SystemNews(host, (chunk) => this.#hear(chunk))
    this.#over = this.#read()
  }

  /** The plan that was shown or written last. */
  get plan(): string | undefined {
    return this.#stream.plan
  }

  /** The id under which the turn shows a tool call of Claude's. */
  callOf(toolUseId: string): string {
    return this.#stream.callOf(toolUseId)
  }

  /** Waits for Claude's first word, and says that it is ready. */
  async open(beginning: Beginning, options: ClaudeOptions): Promise<void> {
    this.#context = beginning.context
    const { resumed, native } = beginning
    try {
      const told = await this.#query.initializationResult()
      const mode = options.permissionMode ?? "default"
      const info = infoOf(told, options.model, mode, mode === "bypassPermissions")
      this.#news.told(info, native)
      this.#host.ready({ resumed, native, info })
    } catch (error) {
      this.#giveUp(`Claude did not start: ${String(error)}`)
    }
  }

  // What the host asks.

  deliver(message: Delivery): void {
    const turn = beginTurn(this.#uuidOf(message), message)
    this.#turn = turn
    this.#limit = undefined
    this.#stream.begin()
    this.#subagents.begin()
    this.#push(turn.uuid, message)
  }

  steer(message: Delivery): void {
    const uuid = this.#uuidOf(message)
    this.#steering.set(uuid, message)
    this.#push(uuid, message)
  }

  interrupt(): void {
    const turn = this.#turn
    if (turn === undefined) return
    turn.interrupting = true
    this.#permissions.leave()
    this.#stopKnown(turn)
  }

  answer(permission: string, outcome: PermissionOutcome): void {
    this.#permissions.answer(permission, outcome)
  }

  configure({ model, mode }: { readonly model?: string; readonly mode?: string }): void {
    void this.#configure(model, mode)
  }

  async #configure(model: string | undefined, mode: string | undefined): Promise<void> {
    try {
      if (model !== undefined) await this.#query.setModel(model)
      if (mode !== undefined) await this.#query.setPermissionMode(mode)
      this.#news.changed({ ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) })
    } catch (error) {
      this.#host.log.say(`Claude could not be changed: ${String(error)}`)
      this.#news.changed({})
    }
  }

  drained(): Promise<void> {
    return this.#over
  }

  close(): void {
    this.#ending = true
    this.#inbox.end()
  }

  /** A message that came back is handed over again: Claude would not run its id a second time. */
  #uuidOf({ id }: Delivery): string {
    return messageUuid(id, !this.#handedOver.add(id))
  }

  // What Claude says.

  #push(uuid: string, { parts }: Delivery): void {
    const context = this.#context === undefined ? [] : [{ type: "text", text: this.#context }]
    this.#context = undefined
    const message = { role: "user", content: [...context, ...contentOf(parts)] }
    this.#inbox.push({ type: "user", uuid, message, parent_tool_use_id: null, session_id: "" })
  }

  /** Stops a turn once Claude has all that was put into it: what comes behind an interrupt, Claude would answer. */
  #stopKnown(turn: ClaudeTurn | undefined): void {
    if (turn === undefined || !turn.interrupting || turn.stopped || !turn.known) return
    if ([...this.#steering.keys()].some((uuid) => !this.#heard.has(uuid))) return
    turn.stopped = true
    this.#query.interrupt({ cancelQueued: true }).catch((error: unknown) => {
      if (!this.#ending) this.#host.log.say(`Claude could not be interrupted: ${String(error)}`)
    })
  }

  #giveUp(why: string): void {
    if (this.#ending) return
    this.#host.log.say(why)
    const timer = setTimeout(() => {
      if (!this.#ending) this.#host.crash("AgentClosed", why)
    }, SILENT_MILLIS)
    timer.unref()
  }

  async #read(): Promise<void> {
    try {
      for await (const message of this.#query) this.#take(message)
      this.#giveUp("Claude said its last word")
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.message : String(error))
    } finally {
      this.#query.close()
    }
  }

  #take(message: unknown): void {
    const parent = textAt(message, "parent_tool_use_id")
    switch (textAt(message, "type")) {
      case "stream_event":
        if (parent !== undefined) return
        if (textAt(message, "event", "type") === "message_start") this.#begin()
        return this.#stream.event(at(message, "event"))
      case "assistant":
        return parent === undefined ? this.#said(message) : this.#subagents.message(parent, message)
      case "user":
        return parent === undefined ? this.#echoed(message) : this.#subagents.message(parent, message)
      case "result":
        return this.#ended(message)
      case "command_lifecycle":
        this.#lifecycle(textAt(message, "command_uuid") ?? "", textAt(message, "state") ?? "")
        return this.#stopKnown(this.#turn)
      case "rate_limit_event":
        return this.#limited(at(message, "rate_limit_info"))
      default:
        return this.#news.take(message)
    }
  }

  /** Something of the turn; before Claude has begun it, there is nothing of it, and it must not seem so. */
  #tell(chunk: AgentChunk): void {
    if (this.#turn?.begun === true) this.#host.chunk(chunk)
    else this.#host.log.say(`${chunk.type} outside of a turn is left out`)
  }

  /** News, which may come before a turn, and say why Claude begins one. */
  #hear(chunk: AgentChunk): void {
    if (this.#turn?.begun === true) this.#host.chunk(chunk)
    else if (this.#early.push(chunk) > EARLY_MAX) this.#early.shift()
  }

  /** Claude answers: a turn of its own, when no message began one. */
  #begin(): void {
    if (this.#turn === undefined) {
      this.#host.beginTurn()
      this.#stream.begin()
      this.#subagents.begin()
      this.#turn = { ...beginTurn("", undefined), known: true }
    }
    this.#start(this.#turn)
  }

  #start(turn: ClaudeTurn): void {
    if (turn.begun) return
    turn.begun = true
    if (turn.message !== undefined) this.#host.taken(turn.message.id)
    this.#host.chunk({ type: "start" })
    for (const chunk of this.#early.splice(0)) this.#host.chunk(chunk)
  }

  #said(message: unknown): void {
    const turn = this.#turn
    if (turn !== undefined && at(message, "is_api_error_message") === true) {
      turn.failure = message
      return
    }
    const model = textAt(message, "message", "model")
    if (turn !== undefined && model !== undefined && model !== "<synthetic>") turn.model = model
    if (turn !== undefined) this.#start(turn)
    this.#stream.assistant(at(message, "message"))
  }

  #echoed(message: unknown): void {
    if (at(message, "isReplay") === true) return this.#replayed(message)
    if (at(message, "isSynthetic") === true) this.#stream.resumed()
    const meta = listAt(message, "tool_result_meta")
    for (const block of listAt(message, "message", "content")) {
      if (textAt(block, "type") !== "tool_result") continue
      const id = textAt(block, "tool_use_id")
      this.#stream.result(
        block,
        meta.find((entry) => textAt(entry, "id") === id),
      )
    }
  }

  /** Claude knows a message from before and does not answer it; whoever has it sent again wants it answered. */
  #replayed(message: unknown): void {
    const uuid = textAt(message, "uuid") ?? ""
    if (this.#heard.has(uuid) || at(message, "timestamp") !== undefined) return
    const steered = this.#steering.get(uuid)
    const turn = this.#turn
    if (steered !== undefined) {
      this.#steering.delete(uuid)
      const again = messageUuid(steered.id, true)
      this.#steering.set(again, steered)
      this.#push(again, steered)
    } else if (turn?.uuid === uuid && turn.message !== undefined) {
      turn.uuid = messageUuid(turn.message.id, true)
      this.#push(turn.uuid, turn.message)
    }
  }

  #lifecycle(uuid: string, state: string): void {
    this.#heard.add(uuid)
    const turn = this.#turn
    const steered = this.#steering.get(uuid)
    if (steered !== undefined) {
      if (state === "queued") return
      this.#steering.delete(uuid)
      if (state === "cancelled") return this.#host.returned(steered.id, "the turn was interrupted")
      this.#host.taken(steered.id)
      return this.#host.chunk({ type: "steering-message", id: steered.id, parts: steered.parts })
    }
    if (turn === undefined || turn.uuid !== uuid) return
    if (state === "started") this.#start(turn)
    if (state === "cancelled" && !turn.begun && turn.message !== undefined) {
      this.#turn = undefined
      return this.#host.returned(turn.message.id, "the turn was interrupted before it began")
    }
    turn.known = true
  }

  #limited(info: unknown): void {
    if (textAt(info, "status") !== "rejected") return
    const seconds = numberAt(info, "resetsAt")
    this.#limit = seconds === undefined ? {} : { until: seconds * 1000 }
  }

  #ended(result: unknown): void {
    const turn = this.#turn
    if (turn === undefined) return
    const uuids = textsAt(result, "user_message_uuids")
    if (turn.uuid !== "" && uuids.length > 0 && !turn.begun && !uuids.includes(turn.uuid)) return
    turn.usage = addUsage(turn.usage, this.#usage.take(result, this.#stream.context))
    const limited = this.#limit !== undefined
    const facts = { interrupting: turn.interrupting, cut: this.#stream.isCut, failure: turn.failure, limited }
    const ending = endingOf(result, facts)
    this.#stream.end()
    if (this.#steering.size > 0 && !turn.interrupting) {
      // What was put into the turn too late is answered next, in the same turn.
      if (ending.error !== undefined) this.#host.chunk({ type: "data-notice", data: { text: ending.error.message } })
      turn.failure = undefined
      return
    }
    const { error } = ending
    if (error?.tag === "UsageLimit") this.#host.limited(error.message, this.#limit)
    if (error?.tag === "RateLimit") this.#host.limited(error.message, { short: true })
    this.#host.chunk(lastChunk(result, ending))
    this.#turn = undefined
    const { usage, model } = turn
    this.#host.turnEnded({ ...ending, usage, ...(model === undefined ? {} : { model }) })
  }
}
