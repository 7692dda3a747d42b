/**
 * A runner: its children, the hub that has it, and what is asked of it.
 *
 * One hub at a time has a runner: the one with the highest epoch, and of that the newest connection.
 */
import { headOf } from "@holdfast/protocol/text-cut"
import { RUNNER_PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { AdapterRefused } from "@holdfast/adapter/adapter"
import type { Emulators } from "../emulator/Emulators.ts"
import type { HubMessage, ReplyValue, RunnerFailure, RunnerStatus } from "@holdfast/link/messages"
import type { Files } from "@holdfast/files/Files"
import { Children, type ChildrenOptions } from "./Children.ts"
import type { ConnectionHandler, HubConnection } from "./HubConnection.ts"
import type { RunnerLog } from "./RunnerLog.ts"

/** Versions of the messages this build speaks, oldest first. */
export const RUNNER_VERSIONS: ReadonlyArray<number> = [RUNNER_PROTOCOL_VERSION]

/** What a runner is made of. */
export interface RunnerOptions extends Omit<ChildrenOptions, "grew" | "input" | "problem" | "changed"> {
  readonly build: string
  readonly emulators: Emulators | undefined
  readonly files: Files
  readonly log: RunnerLog
  /** Children, hub or draining changed: the runner may have to end. */
  readonly changed: () => void
}

/** Longest message of a failure, in characters. */
const MESSAGE_MAX = 2000

type Message = Exclude<HubMessage, { type: "hello" }>
type Requested = Extract<Message, { request: number }>

const failureOf = (error: unknown): RunnerFailure =>
  error instanceof AdapterRefused
    ? error.failure
    : {
        tag: error instanceof Error && "_tag" in error ? String(error._tag) : "InternalError",
        message: error instanceof Error ? error.message : String(error),
      }

/** The state of a runner and its answers. */
export class Runner implements ConnectionHandler {
  readonly children: Children
  readonly #options: RunnerOptions
  readonly #startedAt = Date.now()
  readonly #peers = new Set<HubConnection>()
  #hub: HubConnection | undefined
  #hubEpoch = 0
  #draining = false
  #outdated = false
  #problem: { readonly tag: string; readonly message: string } | undefined

  constructor(options: RunnerOptions) {
    this.#options = options
    this.children = new Children({
      ...options,
      grew: (child) => this.#hub?.pump(child),
      input: (child, client, number, failure) =>
        this.#hub?.send({ type: "input", child, client, number, ...(failure === undefined ? {} : { failure }) }),
      problem: (tag, message, child) => this.problem(tag, message, child),
      changed: options.changed,
    })
  }

  get draining(): boolean {
    return this.#draining
  }

  /** No one gives it children any more: it is drained, or the data directory's hub speaks another version and no other has it. */
  get unwanted(): boolean {
    return this.#draining || (this.#outdated && this.#hub === undefined)
  }

  get connected(): boolean {
    return this.#hub !== undefined
  }

  /** Whether the hub is about to get entries that it does not have yet. */
  get delivering(): boolean {
    const hub = this.#hub
    return (
      hub !== undefined &&
      this.children.statuses().some(({ child, head, acknowledged }) => acknowledged < head && hub.follows(child))
    )
  }

  get startedAt(): number {
    return this.#startedAt
  }

  /** Takes a connection under its care until it closes. */
  attach(connection: HubConnection): void {
    this.#peers.add(connection)
  }

  /** Closes every connection. */
  disconnect(reason: string): void {
    for (const peer of this.#peers) peer.close(reason)
  }

  /** Says that something is wrong, to the log and to the hub; without a message, that it is well again. */
  problem(tag: string, message: string | undefined, child?: number): void {
    if (child === undefined) {
      if (this.#problem?.message === message) return
      this.#problem = message === undefined ? undefined : { tag, message }
    }
    if (message === undefined) return this.#options.log("info", "the problem is over", { tag })
    this.#options.log("error", message, { tag, child })
    this.#hub?.send({ type: "problem", tag, message, ...(child === undefined ? {} : { child }) })
  }

  /** Takes no new children from now on. */
  drain(): void {
    this.#draining = true
    this.#options.changed()
  }

  hello(connection: HubConnection, message: Extract<HubMessage, { type: "hello" }>): void {
    const version = message.versions.filter((known) => RUNNER_VERSIONS.includes(known)).toSorted((a, b) => b - a)[0]
    if (version === undefined) {
      this.#outdated ||= message.observer !== true
      return this.#refuse(connection, "version", "no version in common: use the holdfast that started this runner, or drain it")
    }
    if (message.observer !== true) {
      if (message.hubEpoch < this.#hubEpoch) return this.#refuse(connection, "superseded", "a newer hub has this runner")
      const older = this.#hub
      this.#hub = connection
      this.#hubEpoch = message.hubEpoch
      if (older !== undefined) this.#refuse(older, "superseded", "a newer hub has this runner")
    }
    connection.accept(message.observer === true ? "observer" : "hub")
    connection.send({
      type: "welcome",
      version,
      runner: this.#options.generation,
      pid: process.pid,
      build: this.#options.build,
      draining: this.#draining,
      children: this.children.statuses(),
    })
    if (this.#hub === connection && this.#problem !== undefined) connection.send({ type: "problem", ...this.#problem })
    this.#options.changed()
  }

  #refuse(connection: HubConnection, reason: "version" | "superseded", message: string): void {
    connection.send({ type: "refused", reason, versions: RUNNER_VERSIONS, message })
    connection.close(message)
  }

  closed(connection: HubConnection, reason: string): void {
    this.#peers.delete(connection)
    if (this.#hub === connection) {
      this.#hub = undefined
      this.#options.log("info", "the hub is away", { reason })
    }
    this.#options.changed()
  }

  input(_connection: HubConnection, child: number, client: string, number: number, bytes: Uint8Array): void {
    const found = this.children.byNumber(child)
    if (found !== undefined) return found.input(client, number, bytes)
    this.#hub?.send({
      type: "input",
      child,
      client,
      number,
      failure: { tag: "SessionNotReady", message: "this runner has no such child" },
    })
  }

  message(connection: HubConnection, message: Message): void {
    if ("request" in message) return void this.#answer(connection, message)
    switch (message.type) {
      case "follow": {
        const child = this.children.byNumber(message.child)
        if (child !== undefined) connection.follow(child, message.after, Math.max(1, message.credit))
        return
      }
      case "ack": {
        if (!connection.acknowledge(message.child, message.position)) {
          this.children.byNumber(message.child)?.journal.acknowledge(message.position)
        }
        return
      }
      case "resize":
        return this.#resize(message)
      case "colors":
        return this.children.byNumber(message.child)?.theme(message)
      case "forget": {
        connection.unfollow(message.child)
        return this.children.forget(message.child)
      }
    }
  }

  #resize(message: Extract<Message, { type: "resize" }>): void {
    try {
      this.children.byNumber(message.child)?.resize(message.cols, message.rows)
    } catch (error) {
      if (!(error instanceof AdapterRefused)) throw error
      this.#options.log("warn", error.message, { child: message.child })
    }
  }

  async #answer(connection: HubConnection, message: Requested): Promise<void> {
    const { request, type } = message
    try {
      const value = await this.#carryOut(message)
      connection.reply(request, value, (over) => this.#options.log("error", over, { request: type }))
    } catch (error) {
      const failure = failureOf(error)
      if (failure.tag === "InternalError") {
        const stack = error instanceof Error ? error.stack : undefined
        this.#options.log("error", failure.message, { request: type, stack })
      }
      connection.send({ type: "reply", request, failure: { ...failure, message: headOf(failure.message, MESSAGE_MAX) } })
    }
  }

  async #carryOut(message: Requested): Promise<ReplyValue> {
    switch (message.type) {
      case "start": {
        const known = this.children.byId(message.id)
        if (known !== undefined) return { type: "started", status: known.status }
        if (this.#draining) throw new AdapterRefused("Unavailable", "this runner is draining and starts nothing new")
        return { type: "started", status: this.children.start(message).status }
      }
      case "agent":
        this.children.need(message.child).command(message.command)
        return { type: "done" }
      case "signal":
        this.children.need(message.child).signal(message.signal)
        return { type: "done" }
      case "end":
        await this.children.need(message.child).end(message.grace)
        return { type: "done" }
      case "screen":
        return { type: "screen", screen: await this.#screens().screen(this.children.need(message.child).number) }
      case "checkpoint":
        return { type: "checkpoint", checkpoint: await this.#screens().checkpoint(this.children.need(message.child).number) }
      case "files":
        return { type: "files", files: await this.#options.files.ask(message.files) }
      case "status":
        return { type: "status", status: this.status() }
      case "drain":
        this.drain()
        if (message.now) await this.children.endAll(message.grace)
        return { type: "done" }
    }
  }

  #screens(): Emulators {
    if (this.#options.emulators === undefined) throw new AdapterRefused("Unavailable", "this runner keeps no screens")
    return this.#options.emulators
  }

  /** What `holdfast runner status` shows. */
  status(): RunnerStatus {
    return {
      runner: this.#options.generation,
      pid: process.pid,
      version: RUNNER_PROTOCOL_VERSION,
      build: this.#options.build,
      startedAt: this.#startedAt,
      draining: this.#draining,
      rss: process.memoryUsage.rss(),
      children: this.children.statuses(),
      journal: { ...this.children.journalBytes(), ...(this.#problem === undefined ? {} : { problem: this.#problem.message }) },
    }
  }
}
