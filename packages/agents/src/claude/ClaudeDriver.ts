/**
 * How Claude is spoken to: messages go in with our id, Claude says when it begins one, and its result ends the turn.
 *
 * A message that is put into a streaming turn may come too late for it; then Claude answers it right after its result,
 * and the turn continues until that is done too. An interrupt drops what was not begun. Nothing is handed over early: what
 * Claude has in its own queue runs even after an interrupt that does not drop it. When a background task has ended, Claude begins
 * a turn by itself, also with a message in its queue, whose turn waits for that one; each result ends the turn that it is about.
 */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { AgentDriver, MessageDelivery } from "../host/agent-driver.ts"
import type { AgentHost } from "../host/AgentHost.ts"
import type { PermissionOutcome, TurnEnd } from "@holdfast/link/agent-messages"
import { beginTurn, type ClaudeTurn, isResultOf } from "./claude-turn.ts"
import { HandOver } from "./HandOver.ts"
import type { PromptQueue } from "./PromptQueue.ts"
import { infoOf } from "./info.ts"
import type { LoadedExtensions } from "./LoadedExtensions.ts"
import { messageUuid } from "./message-ids.ts"
import { MessageStream } from "./MessageStream.ts"
import type { ClaudeOptions } from "./options.ts"
import type { Permissions } from "./permissions.ts"
import { at, textAt, textsAt } from "./read.ts"
import type { Beginning } from "./resume.ts"
import type { ClaudeQuery } from "./sdk.ts"
import { Steering } from "./Steering.ts"
import { Subagents } from "./Subagents.ts"
import { endingOf, lastChunk, textsOf, usageLimitOf, type UsageLimit } from "./turn-end.ts"
import { changeClaude, SystemNews } from "./SystemNews.ts"
import { TaskNews } from "./TaskNews.ts"
import { addModelUsage, ClaudeUsage } from "./usage.ts"

/** A query that ended while its process is there: given up after this long, in milliseconds. */
const SILENT_MILLIS = 1000
const EARLY_MAX = 20

/** Speaks with one Claude. */
export class ClaudeDriver implements AgentDriver {
  readonly #host: AgentHost
  readonly #handOver: HandOver
  readonly #query: ClaudeQuery
  readonly #permissions: Permissions
  readonly #stream: MessageStream
  readonly #subagents: Subagents
  readonly #news: SystemNews
  readonly #tasks: TaskNews
  readonly #usage = new ClaudeUsage()
  readonly #steering = new Steering()
  readonly #over: Promise<void>
  /** News since the last turn, for the next one. */
  #early: Array<AgentChunk> = []
  #turn: ClaudeTurn | undefined
  #behind: ClaudeTurn | undefined
  /** Messages that the model is asked about. */
  #requested: ReadonlyArray<string> = []
  #limit: UsageLimit | undefined
  #ending = false

  constructor(
    host: AgentHost,
    inbox: PromptQueue,
    query: ClaudeQuery,
    permissions: Permissions,
    refused: (toolCallId: string) => boolean,
    loaded: LoadedExtensions,
  ) {
    this.#host = host
    this.#handOver = new HandOver(inbox)
    this.#query = query
    this.#permissions = permissions
    this.#stream = new MessageStream((chunk) => this.#tell(chunk), refused)
    this.#subagents = new Subagents((chunk) => this.#tell(chunk))
    this.#news = new SystemNews(host, (chunk) => this.hear(chunk), refused, loaded)
    this.#tasks = new TaskNews(host.tasks, (text) => this.hear({ type: "data-notice", data: { text } }))
    this.#over = this.#read()
  }

  /** The plan that was shown or written last. */
  get plan(): string | undefined {
    return this.#stream.plan
  }

  /** The id under which the turn shows a tool call of Claude's. */
  readonly callOf = (toolUseId: string): string => this.#stream.callOf(toolUseId)

  /** Waits for Claude's first word, and says that it is ready. */
  async open(beginning: Beginning, options: ClaudeOptions): Promise<void> {
    this.#handOver.context = beginning.context
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

  deliver(message: MessageDelivery): void {
    const turn = beginTurn(this.#handOver.uuidOf(message), message)
    this.#turn = turn
    this.#limit = undefined
    this.#clear()
    this.#handOver.push(turn.uuid, message)
  }

  steer(message: MessageDelivery): void {
    const uuid = this.#handOver.uuidOf(message)
    this.#steering.add(uuid, message)
    this.#handOver.push(uuid, message)
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

  stopTask(task: string): void {
    this.#query.stopTask(task).catch((error: unknown) => {
      this.#host.log.say(`a task could not be stopped: ${String(error)}`)
      this.#host.tasks.progress(task, `It could not be stopped: ${String(error)}`)
    })
  }

  /** The background task that a subagent belongs to. */
  taskOf(agent: string | undefined): string | undefined {
    return this.#tasks.taskOf(agent)
  }

  configure({ model, mode }: { readonly model?: string; readonly mode?: string }): void {
    void changeClaude(this.#query, { model, mode }, this.#host, this.#news)
  }

  drained(): Promise<void> {
    return this.#over
  }

  close(): void {
    this.#ending = true
    this.#news.close()
    this.#handOver.end()
  }

  // What Claude says.

  /** Stops a turn once Claude has all that was put into it: what comes after an interrupt, Claude would answer. */
  #stopKnown(turn: ClaudeTurn | undefined): void {
    if (turn === undefined || !turn.interrupting || turn.stopped || !turn.known || !this.#steering.isKnown) return
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
      this.#giveUp("Claude closed its output")
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
        this.#limit = usageLimitOf(at(message, "rate_limit_info")) ?? this.#limit
        return
      default:
        if (textAt(message, "status") === "requesting") this.#requested = textsAt(message, "user_message_uuids")
        if (textAt(message, "type") === "tool_progress") this.#host.life.seen()
        if (!this.#tasks.take(message)) this.#news.take(message)
    }
  }

  /** Something of the turn; before Claude has begun it, there is nothing of it, and it must not seem so. */
  #tell(chunk: AgentChunk): void {
    if (this.#turn?.begun === true) this.#host.chunk(chunk)
    // What a background subagent does between turns is reported as the progress of its task.
    else if (chunk.type !== "data-subagent") this.#host.log.say(`${chunk.type} outside of a turn is left out`)
  }

  /** News, which may come before a turn, and say why Claude begins one. */
  hear(chunk: AgentChunk): void {
    if (this.#turn?.begun === true) this.#host.chunk(chunk)
    else if (this.#early.push(chunk) > EARLY_MAX) this.#early.shift()
  }

  #clear(): void {
    this.#stream.begin()
    this.#subagents.begin()
  }

  /** Claude answers: a turn of its own, when it is at no message. One that it has and did not begin comes behind. */
  #begin(): void {
    const turn = this.#turn
    if (turn !== undefined && (turn.begun || this.#requested.includes(turn.uuid))) return this.#start(turn)
    this.#host.beginTurn()
    this.#clear()
    this.#behind = turn
    this.#turn = { ...beginTurn("", undefined), known: true }
    this.#start(this.#turn)
  }

  /** The turn is over; the one behind is next. */
  #close(end: TurnEnd): void {
    this.#stream.end()
    this.#turn = this.#behind
    this.#behind = undefined
    if (this.#turn !== undefined) this.#clear()
    this.#host.turnEnded(end)
  }

  #start(turn: ClaudeTurn): void {
    if (turn.begun) return
    turn.begun = true
    this.#permissions.begin()
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
    if (turn !== undefined && model === "<synthetic>") turn.notice = textsOf(message)
    if (turn !== undefined && model !== undefined && model !== "<synthetic>") turn.model = model
    if (turn?.begun !== true) this.#begin()
    this.#stream.assistant(at(message, "message"))
  }

  #echoed(message: unknown): void {
    if (at(message, "isReplay") === true) return this.#replayed(message)
    if (at(message, "isSynthetic") === true) this.#stream.resumed()
    this.#stream.results(message)
  }

  /** Claude knows a message from before and does not answer it; whoever has it sent again wants it answered. */
  #replayed(message: unknown): void {
    const uuid = textAt(message, "uuid") ?? ""
    if (this.#steering.hasHeardOf(uuid) || at(message, "timestamp") !== undefined) return
    const again = this.#steering.again(uuid)
    const turn = this.#turn
    if (again !== undefined) this.#handOver.push(again.uuid, again.message)
    else if (turn?.uuid === uuid && turn.message !== undefined) {
      turn.uuid = messageUuid(turn.message.id, true)
      this.#handOver.push(turn.uuid, turn.message)
    }
  }

  #lifecycle(uuid: string, state: string): void {
    this.#steering.heardOf(uuid)
    const steered = this.#steering.get(uuid)
    if (steered !== undefined) {
      if (state === "queued") return
      this.#steering.delete(uuid)
      this.#turn?.steered.add(uuid)
      if (state === "cancelled") return this.#host.returned(steered.id, "the turn was interrupted")
      return this.#host.taken(steered.id)
    }
    const turn = [this.#turn, this.#behind].find((one) => one?.uuid === uuid)
    if (turn === undefined) return
    if (state === "started") {
      if (turn === this.#behind) this.#close({ outcome: "completed" })
      this.#start(turn)
    }
    if (state === "cancelled" && !turn.begun && turn.message !== undefined) {
      if (turn === this.#behind) this.#behind = undefined
      else this.#turn = undefined
      return this.#host.returned(turn.message.id, "the turn was interrupted before it began")
    }
    turn.known = true
  }

  #ended(result: unknown): void {
    const next = this.#behind
    if (next !== undefined && textsAt(result, "user_message_uuids").includes(next.uuid)) {
      this.#close({ outcome: "completed" })
      this.#start(next)
    }
    const turn = this.#turn
    if (turn === undefined || !isResultOf(turn, result)) return
    turn.usage = addModelUsage(turn.usage, this.#usage.take(result, this.#stream.context))
    const limited = this.#limit !== undefined
    const compaction = this.#news.turnEnded() ? turn.notice : undefined
    const { interrupting, failure } = turn
    const facts = { interrupting, cut: this.#stream.isCut, failure, limited, compaction }
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
    const { usage, model } = turn
    this.#close({ ...ending, usage, ...(model === undefined ? {} : { model }) })
  }
}
