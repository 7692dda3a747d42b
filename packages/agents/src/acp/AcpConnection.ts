/**
 * JSON-RPC with an ACP agent, over its standard input and output.
 *
 * Lines are bounded and read here; correlation of requests is the SDK's. Notifications do not go through it, as it drops those
 * that its schema does not know, and agents differ (`updates.ts`, `ToolCalls.ts`): they are reported as they are read, in order,
 * before any answer that came after them. A line that is no message of JSON-RPC is something printed by mistake, also when it
 * is JSON or a part of it, and goes to the agent's log; a broken message, a line over the bound and too many strays end
 * the agent as `AgentMalformed`.
 */
import { headOf } from "@holdfast/protocol/text-cut"
import { type AnyMessage, client, type ClientConnection, RequestError } from "@agentclientprotocol/sdk"
import { LINE_MAX } from "@holdfast/adapter/agent-adapter"
import type { AgentHost } from "../host/AgentHost.ts"
import { LineReader } from "../host/lines.ts"
import type { AgentProcess } from "@holdfast/adapter/process/process-group"
import { jsonLine } from "../host/well-formed.ts"
import { isObject, type JsonObject } from "./read-json.ts"

/** Lines in a row that are no message, after which the agent is given up. */
const STRAYS_MAX = 1000
/** Characters of a stray line that the log keeps. */
const STRAY_SHOWN = 500

/** What a line has that was to be a message of JSON-RPC. */
const BROKEN = /^\{\s*"jsonrpc"|"jsonrpc"\s*:\s*"2/

/** The one notification that is the SDK's matter. */
const CANCEL = "$/cancel_request"

/** Receives what a connection reports. */
export interface AcpEvents {
  readonly notified: (method: string, params: unknown) => void
  /** Answers a request of the agent; what it rejects with is the agent's answer. `signal`: it took the request back. */
  readonly asked: (method: string, params: unknown, signal: AbortSignal) => Promise<unknown>
}

/** A request that failed because there is no connection any more; the host reports the end of the process. */
export class AcpClosed extends Error {
  readonly _tag = "AcpClosed"
}

/** The connection with one agent. */
export class AcpConnection {
  readonly #host: AgentHost
  readonly #events: AcpEvents
  readonly #connection: ClientConnection
  readonly #asked = new Set<unknown>()
  #strays = 0
  #notifiedAt = 0

  constructor(host: AgentHost, running: AgentProcess, events: AcpEvents) {
    this.#host = host
    this.#events = events
    const { stdout } = running.child
    let over = false
    const readable = new ReadableStream<AnyMessage>({
      cancel: () => {
        over = true
      },
      start: (controller) => {
        const lines = new LineReader(LINE_MAX, {
          line: (text) => {
            if (!over) this.#line(text, controller)
          },
          tooLong: () => host.crash("AgentMalformed", `the agent sent a line of more than ${LINE_MAX} bytes`),
        })
        const close = (): void => {
          if (over) return
          over = true
          if (lines.rest > 0) host.log.say(`the agent's last line is incomplete: ${lines.rest} bytes were dropped`)
          controller.close()
        }
        // Read to the end in any case, so that the process does not wait for us.
        stdout.on("data", (bytes: Buffer) => lines.push(bytes))
        stdout.on("end", close)
        stdout.on("close", close)
      },
    })
    const writable = new WritableStream<AnyMessage>({
      write: (message) => {
        if ("method" in message && "id" in message) this.#asked.add(message.id)
        running.write(`${jsonLine(message)}\n`)
      },
    })
    this.#connection = client({ name: "holdfast" })
      .onRequest("*", ({ method, params, signal }) => this.#answer(method, params, signal))
      .connect({ readable, writable })
  }

  /** Sends a request; rejects with `RequestError`, the agent's own, or `AcpClosed`. */
  async request(method: string, params: JsonObject): Promise<unknown> {
    try {
      return await this.#connection.agent.request<unknown, JsonObject>(method, params)
    } catch (error) {
      if (this.#connection.signal.aborted || !(error instanceof RequestError)) throw new AcpClosed(method)
      throw error
    }
  }

  /** Sends a notification; one that cannot be sent is let go of, as the end of the process is reported elsewhere. */
  notify(method: string, params: JsonObject): void {
    this.#connection.agent.notify<JsonObject>(method, params).catch(() => undefined)
  }

  /** Resolves once the agent has reported nothing of itself for this long, in milliseconds; after `most` in any case. */
  async quiet(millis: number, most: number): Promise<void> {
    const began = performance.now()
    for (let wait = millis; wait > 0 && performance.now() - began < most;) {
      await new Promise((resolve) => setTimeout(resolve, wait))
      wait = this.#notifiedAt + millis - performance.now()
    }
  }

  /** Resolves once everything that the agent sent was reported. */
  get closed(): Promise<void> {
    return this.#connection.closed
  }

  close(): void {
    this.#connection.close()
  }

  async #answer(method: string, params: unknown, signal: AbortSignal): Promise<unknown> {
    try {
      return await this.#events.asked(method, params, signal)
    } catch (error) {
      if (error instanceof RequestError) throw error
      throw RequestError.internalError(undefined, error instanceof Error ? error.message : String(error))
    }
  }

  #guard(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#host.crash("AgentCrashed", `the adapter failed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #line(text: string, controller: ReadableStreamDefaultController<AnyMessage>): void {
    if (!text.startsWith("{")) return this.#stray(text)
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch (error) {
      // What was to be a message may be the answer that someone waits for.
      if (!BROKEN.test(text)) return this.#stray(text)
      const why = error instanceof Error ? error.message : String(error)
      return this.#host.crash("AgentMalformed", `the agent sent a message that cannot be read: ${headOf(why, 200)}`)
    }
    if (!isObject(message) || !this.#isMessage(message)) return this.#stray(text)
    const { method, id } = message
    this.#strays = 0
    this.#host.life.seen()
    if (typeof method === "string" && id === undefined && method !== CANCEL) {
      this.#notifiedAt = performance.now()
      return this.#guard(() => this.#events.notified(method, message["params"]))
    }
    // Some agents leave the version out.
    controller.enqueue({ ...message, jsonrpc: "2.0" } as AnyMessage)
  }

  /** Whether an object is a request, a notification, or the answer to a question that was asked. */
  #isMessage(message: JsonObject): boolean {
    const { method, id } = message
    if (typeof method === "string") return id === undefined || id === null || typeof id === "string" || typeof id === "number"
    if (method !== undefined && method !== null) return false
    return ["result", "error", "jsonrpc"].some((name) => Object.hasOwn(message, name)) && this.#asked.delete(id)
  }

  /** Something that is no message, or the answer to a question that was not asked. */
  #stray(text: string): void {
    this.#strays += 1
    if (this.#strays > STRAYS_MAX) return this.#host.crash("AgentMalformed", "the agent sends lines that are no messages")
    this.#host.log.say(`a line of the agent is left out: ${headOf(text, STRAY_SHOWN)}`)
  }
}
