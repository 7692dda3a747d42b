/**
 * Speaks ACP with one agent. One prompt at a time: what a second one does while the first runs differs from agent to agent.
 *
 * An agent does not confirm a message; the first thing that it reports of the turn, or its answer, counts as that.
 */
import { RequestError } from "@agentclientprotocol/sdk"
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import { namedChunk } from "@holdfast/protocol/agent/named-data"
import { headOf } from "@holdfast/protocol/text-cut"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { PermissionOutcome } from "@holdfast/link/agent-messages"
import type { AgentDriver, MessageDelivery } from "../host/agent-driver.ts"
import type { AgentHost } from "../host/AgentHost.ts"
import type { AgentProcess } from "@holdfast/adapter/process/process-group"
import { AcpClosed, AcpConnection } from "./AcpConnection.ts"
import { readModelErrors } from "./ModelErrors.ts"
import { AgentChoices } from "./AgentChoices.ts"
import { leftOut, promptOf } from "./content.ts"
import { endLeftTools, ticks } from "./left-tools.ts"
import { openSession, type OpenedSession } from "./open-session.ts"
import { beginsTurn, Silence } from "./own-turn.ts"
import { type AcpOptions, readAcpOptions } from "./options.ts"
import { optionsOf } from "./permissions.ts"
import { endOfAnswer, endOfError, errorText, type PromptEnd } from "./prompt-end.ts"
import { Questions, unanswered } from "./Questions.ts"
import { at, type JsonObject } from "./read-json.ts"
import { SessionFiles } from "./SessionFiles.ts"
import { Terminals } from "./Terminals.ts"
import { TurnUpdates } from "./updates.ts"
import { AcpUsage } from "./AcpUsage.ts"

interface Turn {
  /** Empty for a turn of the agent's own. */
  readonly message: string
  readonly updates: TurnUpdates
  readonly began: number | undefined
  interrupted: boolean
  refused: boolean
  /** Requests to the model that failed and are tried again. */
  retries: number
}

/** The driver of one ACP agent. */
export class AcpDriver implements AgentDriver {
  readonly #host: AgentHost
  readonly #options: AcpOptions
  readonly #running: AgentProcess
  readonly #connection: AcpConnection
  readonly #choices = new AgentChoices()
  readonly #files: SessionFiles
  readonly #terminals: Terminals
  readonly #questions: Questions
  /** What the record has of the agent's own telling, as JSON by field. */
  readonly #told = new Map<string, string>()
  #session: OpenedSession | undefined
  #context: string | undefined
  /** What people are to know of how the session began, reported with its first turn. */
  /** Reported with the first chunk of the next turn. */
  readonly #notices: Array<string> = []
  #usage = new AcpUsage(true)
  #turn: Turn | undefined
  /** Tool calls of the last turn of which nothing more is to be shown. */
  #settled: ReadonlySet<string> = new Set()
  readonly #silence = new Silence(
    () => this.#turn?.updates.calls.isOpen === true,
    () => this.makeWay(),
  )

  /** Starts the program; throws `AdapterRefused`. */
  constructor(host: AgentHost) {
    const { start } = host
    this.#host = host
    this.#options = readAcpOptions(start.options)
    this.#questions = new Questions(host, this.#options.permissions === "allow")
    if (start.program === undefined) throw new AdapterRefused("AgentNotInstalled", `${start.name} has no program to start`)
    this.#files = new SessionFiles(start.cwd, start.guarded ?? [start.directory])
    this.#terminals = new Terminals(this.#files, host.environment, (id) => this.#turn?.updates.calls.grew(id))
    this.#running = host.spawn({ ...start.program, cwd: start.cwd })
    this.#connection = new AcpConnection(host, this.#running, {
      notified: (method, params) => this.#notified(method, params),
      asked: (method, params, signal) => this.#requested(method, params, signal),
    })
    this.#running.child.stderr.on(
      "data",
      readModelErrors((session, error) => this.#retries(session, error)),
    )
    void this.#open()
  }

  #retries(session: string, error: string): void {
    const turn = this.#turn
    if (turn === undefined || session !== this.#session?.id) return
    const data = { attempt: ++turn.retries, most: null, delay: null, status: null, error }
    turn.updates.add(namedChunk("data-retry", data, "retry"))
  }

  deliver({ id, parts }: MessageDelivery): void {
    const session = this.#session
    if (session === undefined) return this.#host.returned(id, "the agent has no session")
    const turn = this.#newTurn(id)
    const prompt = promptOf(parts, session.kinds, this.#context)
    const missing = leftOut(parts, session.kinds)
    if (missing.length > 0)
      this.#notices.push(`${this.#host.start.name} does not accept such files, so it did not get ${missing.join(", ")}`)
    void this.#prompt(turn, { sessionId: session.id, prompt })
  }

  #newTurn(message: string): Turn {
    const updates = new TurnUpdates(
      (chunk) => this.#host.chunk(chunk),
      (terminal) => this.#terminals.text(terminal),
    )
    this.#turn = { message, updates, began: ticks(), interrupted: false, refused: false, retries: 0 }
    return this.#turn
  }

  /** The turn that what is reported now belongs to: that of the prompt, or one of the agent's own. */
  #current(): Turn {
    let turn = this.#turn
    if (turn === undefined) {
      this.#host.beginTurn()
      turn = this.#newTurn("")
    }
    if (turn.message === "") this.#silence.broken()
    return turn
  }

  /** Ends a turn of the agent's own. */
  makeWay(): void {
    const turn = this.#turn
    if (turn?.message === "") this.#end(turn, endOfAnswer({ stopReason: "end_turn" }, turn), undefined)
  }

  interrupt(): void {
    const turn = this.#turn
    if (turn === undefined || this.#session === undefined) return
    turn.interrupted = true
    this.#connection.notify("session/cancel", { sessionId: this.#session.id })
    // Of its own turn there is no answer to wait for; its requests are answered first.
    if (turn.message === "") queueMicrotask(() => this.makeWay())
  }

  answer(permission: string, outcome: PermissionOutcome): void {
    const refused = this.#questions.answer(permission, outcome)
    if (refused === undefined || this.#turn === undefined) return
    this.#turn.updates.calls.deny(refused)
    this.#turn.refused = true
  }

  configure(change: { readonly model?: string; readonly mode?: string }): void {
    void this.#configure(change)
  }

  drained(): Promise<void> {
    return this.#connection.closed
  }

  /** Lets the agent end its work and keep what it wants to keep. */
  async leave(): Promise<void> {
    if (this.#turn !== undefined) this.#turn.interrupted = true
    if (this.#session?.closes !== true) return
    await this.#connection
      .request("session/close", { sessionId: this.#session.id })
      .catch((error: unknown) => this.#host.log.say(`its session could not be closed: ${String(error)}`))
  }

  close(): void {
    this.#silence.stop()
    this.#terminals.close()
    this.#files.close()
    this.#connection.close()
  }

  async #open(): Promise<void> {
    const host = this.#host
    try {
      const session = await openSession(this.#connection, host, this.#options, this.#choices)
      const { version } = session
      this.#session = session
      this.#context = session.context
      if (session.notice !== undefined) this.#notices.push(session.notice)
      this.#usage = new AcpUsage(session.resumed !== "resumed")
      const info = { ...this.#news(), ...(version === undefined ? {} : { version }) }
      host.ready({ resumed: session.resumed, native: session.id, info })
    } catch (error) {
      // A connection that is gone is the end of the process, which the host reports.
      if (error instanceof AcpClosed) return
      if (error instanceof AdapterRefused) host.crash(error.failure.tag, error.failure.message)
      else host.crash("AgentFailed", errorText(error))
    }
  }

  async #prompt(turn: Turn, params: JsonObject): Promise<void> {
    try {
      const answer = await this.#connection.request("session/prompt", params)
      this.#context = undefined
      this.#end(turn, endOfAnswer(answer, turn), at(answer, "usage") ?? at(answer, "_meta", "quota", "token_count"))
    } catch (error) {
      // The process's end is the turn's end, not the other way round (trap:4).
      if (error instanceof AcpClosed) return turn.updates.calls.close("The agent ended before the tool told a result.")
      const end = endOfError(error, turn)
      const limit = end.end.error?.tag
      if (limit === "UsageLimit" || limit === "RateLimit")
        this.#host.limited(errorText(error), limit === "RateLimit" ? { short: true } : {})
      this.#end(turn, end, undefined)
    }
  }

  #end(turn: Turn, { end, chunks, unfinished }: PromptEnd, told: unknown): void {
    if (this.#turn !== turn) return
    this.#tellBeginning(turn)
    if (turn.interrupted && turn.updates.calls.works) {
      endLeftTools(this.#host.environment, this.#running.pid, turn.began).catch((error: unknown) =>
        this.#host.log.say(`what the interrupted tool left could not be ended: ${String(error)}`),
      )
    }
    if (turn.interrupted) this.#terminals.stop()
    this.#silence.stop()
    this.#settled = turn.updates.calls.settled(turn.interrupted)
    turn.updates.close(unfinished)
    for (const chunk of chunks) turn.updates.add(chunk)
    this.#turn = undefined
    this.#terminals.forget()
    const usage = this.#usage.end(told)
    const { model } = this.#choices
    this.#host.turnEnded({ ...end, ...(usage === undefined ? {} : { usage }), ...(model === undefined ? {} : { model }) })
  }

  #notified(method: string, params: unknown): void {
    if (method !== "session/update") {
      if (!method.startsWith("$/")) this.#host.log.say(`a notification is left out: ${headOf(method, 200)}`)
      return
    }
    const update = at(params, "update")
    if (this.#choices.learn(update)) {
      const news = this.#session === undefined ? {} : this.#news()
      if (Object.keys(news).length > 0) this.#host.info(news)
      return
    }
    // What comes before is the replay of a session that was loaded.
    if (this.#session === undefined) return
    const session = at(params, "sessionId")
    if (session !== undefined && session !== this.#session.id)
      return this.#host.log.say("an update of another session is left out")
    if (at(update, "sessionUpdate") === "usage_update") {
      this.#usage.take(update)
      if (this.#turn !== undefined) this.#host.taken(this.#turn.message)
      return
    }
    const isOver = this.#turn === undefined && this.#settled.has(String(at(update, "toolCallId")))
    if (isOver || (this.#turn === undefined && !beginsTurn(at(update, "sessionUpdate")))) {
      return this.#host.log.say(`${headOf(String(at(update, "sessionUpdate")), 100)} outside of a turn is left out`)
    }
    const turn = this.#current()
    this.#tellBeginning(turn)
    turn.updates.take(update)
  }

  #tellBeginning({ updates }: Turn): void {
    for (const text of this.#notices.splice(0)) updates.add({ type: "data-notice", data: { text } })
  }

  #requested(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    switch (method) {
      case "session/request_permission":
        return this.#ask(params, signal)
      case "fs/read_text_file":
        return this.#files.read(params)
      case "fs/write_text_file":
        return this.#files.write(params)
      default:
        if (method.startsWith("terminal/")) return this.#terminals.answer(method, params)
        return Promise.reject(RequestError.methodNotFound(method))
    }
  }

  #ask(params: unknown, signal: AbortSignal): Promise<JsonObject> {
    const options = optionsOf(at(params, "options"))
    // Before the session is there no one can see what is asked.
    const turn = options.length === 0 || this.#session === undefined ? undefined : this.#current()
    const call = turn?.updates.calls.upsert(at(params, "toolCall"), true)
    if (turn === undefined || call === undefined) {
      this.#host.log.say("a permission request that cannot be answered is cancelled")
      return Promise.resolve(unanswered(options))
    }
    return this.#questions.ask({ updates: turn.updates, call, options }, signal)
  }

  async #configure(change: { readonly model?: string; readonly mode?: string }): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    for (const kind of ["model", "mode"] as const) {
      const wanted = change[kind]
      if (wanted === undefined) continue
      try {
        const setting = this.#choices.setting(session.id, kind, wanted)
        if (typeof setting === "string") throw new AdapterRefused("Unprocessable", setting)
        const answer = await this.#connection.request(setting.method, setting.params)
        this.#choices.set(kind, wanted)
        this.#choices.learn(answer)
      } catch (error) {
        if (error instanceof AcpClosed) return
        const text = `The ${kind} could not be set to ${wanted}: ${errorText(error)}`
        this.#host.log.say(text)
        this.#turn?.updates.add({ type: "data-notice", data: { text } })
      }
    }
    // Reported in any case: someone waits for it.
    const { model, mode } = this.#choices.info
    this.#host.info({ ...this.#news(), ...(model === undefined ? {} : { model }), ...(mode === undefined ? {} : { mode }) })
  }

  /** The fields that changed: agents report the same lists again and again. */
  #news(): AgentInfo {
    const changed = Object.entries(this.#choices.info).filter(([name, value]) => {
      const json = JSON.stringify(value)
      const isNew = this.#told.get(name) !== json
      this.#told.set(name, json)
      return isNew
    })
    return Object.fromEntries(changed)
  }
}
