/** Opens connections to a runner's socket, says hello, and turns frames into events and answers. */
import { connect as connectSocket, type Socket } from "node:net"
import { RUNNER_PROTOCOL_VERSION } from "@holdfast/protocol/version"
import { readRunnerMessage } from "./control.ts"
import type { FilesAnswers, FilesAsk } from "./file-messages.ts"
import { FramedSocket } from "./FramedSocket.ts"
import { encodeControl, encodeChildInput, WireMalformed, type WireFrame } from "./frames.ts"
import { FRAME_CONTROL, FRAME_OUTPUT, type HubMessage, type ReplyValue, type RunnerMessage } from "./messages.ts"
import { readInto } from "./read-buffer.ts"
import {
  RequestRefused,
  RunnerGone,
  RunnerRefused,
  RunnerUnreachable,
  type ConnectOptions,
  type RunnerClosed,
  type RunnerConnection,
  type RunnerWelcome,
} from "./RunnerConnection.ts"

/** Versions this build speaks, oldest first. */
const VERSIONS: ReadonlyArray<number> = [RUNNER_PROTOCOL_VERSION]
const WELCOME_MILLIS = 5000

interface Waiting {
  readonly resolve: (value: ReplyValue) => void
  readonly reject: (error: Error) => void
}

/** Connects and agrees on a version; rejects with `RunnerUnreachable` or `RunnerRefused`. */
export function connectRunner(options: ConnectOptions): Promise<RunnerConnection> {
  return new Promise((resolve, reject) => {
    const link = new Link(options, resolve, reject)
    link.open()
  })
}

class Link {
  readonly #options: ConnectOptions
  readonly #opened: (connection: RunnerConnection) => void
  readonly #failed: (error: Error) => void
  readonly #socket: Socket
  readonly #framed: FramedSocket
  readonly #requests = new Map<number, Waiting>()
  #lastRequest = 0
  #state: "opening" | "open" | "closed" = "opening"
  #lastError = ""
  #timer: NodeJS.Timeout | undefined

  constructor(options: ConnectOptions, opened: (connection: RunnerConnection) => void, failed: (error: Error) => void) {
    this.#options = options
    this.#opened = opened
    this.#failed = failed
    this.#socket = connectSocket({ path: options.socket, onread: readInto((chunk) => this.#take(chunk)) })
    this.#framed = new FramedSocket(this.#socket, {
      frame: (frame) => this.#frame(frame),
      malformed: ({ message }) => this.#end({ reason: "malformed", message }),
    })
  }

  open(): void {
    const { hub, hubEpoch, observer, timeout = WELCOME_MILLIS } = this.#options
    this.#timer = setTimeout(() => this.#end({ reason: "lost", message: `no answer within ${timeout} ms` }), timeout)
    this.#socket.on("connect", () =>
      this.#send({ type: "hello", versions: VERSIONS, hub, hubEpoch, ...(observer === true ? { observer } : {}) }),
    )
    this.#socket.on("error", (error) => (this.#lastError = error.message))
    this.#socket.on("close", () =>
      this.#end({ reason: "lost", message: this.#lastError === "" ? "the runner closed the connection" : this.#lastError }),
    )
  }

  #send(message: HubMessage): void {
    if (this.#state !== "closed") this.#framed.write(encodeControl(message))
  }

  #take(chunk: Buffer): void {
    if (this.#state !== "closed") this.#framed.take(chunk)
  }

  #frame(frame: WireFrame): void {
    if (this.#state === "closed") return
    if (frame.type === FRAME_OUTPUT && this.#state === "open") {
      const { child, position, time, bytes } = frame
      return this.#options.events.entry(child, { position, time, bytes })
    }
    if (frame.type !== FRAME_CONTROL) throw new WireMalformed("this frame does not come from a runner")
    this.#message(readRunnerMessage(frame.text))
  }

  #message(message: RunnerMessage): void {
    const { events } = this.#options
    switch (message.type) {
      case "welcome": {
        const { version, runner, pid, build, draining, children } = message
        if (this.#state !== "opening" || !VERSIONS.includes(version)) throw new WireMalformed("this welcome was not expected")
        return this.#welcomed({ version, runner, pid, build, draining, children })
      }
      case "refused":
        return this.#refused(message)
      case "reply": {
        const waiting = this.#requests.get(message.request)
        this.#requests.delete(message.request)
        if (message.failure !== undefined) waiting?.reject(new RequestRefused(message.failure))
        else waiting?.resolve(message.value ?? { type: "done" })
        return
      }
      case "note":
        return events.entry(message.child, { position: message.position, time: message.time, note: message.note })
      case "input":
        return events.input(message.child, message.client, message.number, message.failure)
      case "problem":
        if (message.tag === "WireMalformed") return this.#end({ reason: "malformed", message: message.message })
        return events.problem(message.tag, message.message, message.child)
    }
  }

  #refused(message: Extract<RunnerMessage, { type: "refused" }>): void {
    if (this.#state === "open") return this.#end({ reason: "superseded", message: message.message })
    this.#state = "closed"
    clearTimeout(this.#timer)
    this.#socket.destroy()
    this.#failed(new RunnerRefused(message.reason, message.versions, message.message))
  }

  #welcomed(welcome: RunnerWelcome): void {
    clearTimeout(this.#timer)
    this.#state = "open"
    this.#opened(this.#connection(welcome))
  }

  #end(closed: RunnerClosed): void {
    if (this.#state === "closed") return
    const opened = this.#state === "open"
    this.#state = "closed"
    clearTimeout(this.#timer)
    if (closed.reason === "closed") this.#socket.destroySoon()
    else this.#socket.destroy()
    const gone = new RunnerGone(closed.message)
    for (const { reject } of this.#requests.values()) reject(gone)
    this.#requests.clear()
    if (opened) this.#options.events.closed(closed)
    else this.#failed(new RunnerUnreachable(`the runner at ${this.#options.socket} cannot be reached: ${closed.message}`))
  }

  #request(make: (request: number) => HubMessage): Promise<ReplyValue> {
    return new Promise((resolve, reject) => {
      if (this.#state !== "open") return reject(new RunnerGone("the connection to the runner is closed"))
      const request = ++this.#lastRequest
      // Before it is waited for: one that is too large throws.
      this.#send(make(request))
      this.#requests.set(request, { resolve, reject })
    })
  }

  async #expect<T extends ReplyValue["type"]>(
    type: T,
    make: (request: number) => HubMessage,
  ): Promise<Extract<ReplyValue, { type: T }>> {
    const value = await this.#request(make)
    if (!isReply(value, type)) throw new RunnerGone(`the runner answered with ${value.type} where ${type} was expected`)
    return value
  }

  #connection(welcome: RunnerWelcome): RunnerConnection {
    const done = (make: (request: number) => HubMessage): Promise<void> => this.#expect("done", make).then(() => undefined)
    return {
      welcome,
      start: (start) =>
        this.#expect("started", (request) => ({ type: "start", request, kind: "terminal", ...start })).then(
          ({ status }) => status,
        ),
      startAgent: (start) =>
        this.#expect("started", (request) => ({ type: "start", request, kind: "agent", ...start })).then(({ status }) => status),
      commandAgent: (child, command) => done((request) => ({ type: "agent", request, child, command })),
      follow: (child, after, credit) => this.#send({ type: "follow", child, after, credit }),
      ack: (child, position) => this.#send({ type: "ack", child, position }),
      input: (child, client, number, bytes) => {
        if (this.#state !== "closed") this.#framed.write(encodeChildInput(child, client, number, bytes))
      },
      resize: (child, cols, rows) => this.#send({ type: "resize", child, cols, rows }),
      colors: (child, { foreground, background }) => this.#send({ type: "colors", child, foreground, background }),
      signal: (child, signal) => done((request) => ({ type: "signal", request, child, signal })),
      end: (child, grace) => done((request) => ({ type: "end", request, child, grace })),
      forget: (child) => this.#send({ type: "forget", child }),
      screen: (child) => this.#expect("screen", (request) => ({ type: "screen", request, child })).then(({ screen }) => screen),
      checkpoint: (child) =>
        this.#expect("checkpoint", (request) => ({ type: "checkpoint", request, child })).then(({ checkpoint }) => checkpoint),
      files: <A extends FilesAsk>(ask: A) =>
        this.#expect("files", (request) => ({ type: "files", request, files: ask })).then(
          ({ files }) => files as FilesAnswers[A["ask"]],
        ),
      status: () => this.#expect("status", (request) => ({ type: "status", request })).then(({ status }) => status),
      drain: (now, grace) => done((request) => ({ type: "drain", request, now, grace })),
      close: () => this.#end({ reason: "closed", message: "closed by the hub" }),
    }
  }
}

function isReply<T extends ReplyValue["type"]>(value: ReplyValue, type: T): value is Extract<ReplyValue, { type: T }> {
  return value.type === type
}
