/** Effect RPC, spoken by hand in its stock form, so that nothing repairs what the door says. It shows messages. */
import WebSocket from "ws"
import { RPC_PATHS, RPC_PROTOCOL } from "@holdfast/protocol/chat/calls"
import {
  type AttachWith,
  type DoorReader,
  DoorRefused,
  type DoorUnderTest,
  type EndedItem,
  refusalIn,
  type SendWith,
  type ShownMessage,
} from "../door.ts"
import type { HubUnderTest } from "../hub.ts"
import { ItemQueue } from "../item-queue.ts"

type Fields = Readonly<Record<string, unknown>>

/** A connection that the guard let in. Fails with `DoorRefused`. */
function connect(hub: HubUnderTest, token: string): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token}` }
  const ws = new WebSocket(`${hub.url.replace(/^http/, "ws")}${RPC_PATHS[0]}`, [RPC_PROTOCOL], { headers })
  return new Promise((resolve, reject) => {
    ws.once("open", () => resolve(ws))
    ws.once("error", ({ message }) => reject(new DoorRefused("Unreachable", message)))
    ws.once("unexpected-response", (_, response) => {
      let text = ""
      response.setEncoding("utf8").on("data", (piece: string) => (text += piece))
      response.on("end", () => reject(refusalIn(parsed(text), `the upgrade, answered with ${response.statusCode},`)))
    })
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

const request = (ws: WebSocket, tag: string, payload: Fields): void =>
  ws.send(`${JSON.stringify({ _tag: "Request", id: "1", tag, payload, headers: [] })}\n`)

/** Calls `take` with each message of the connection. */
function listen(ws: WebSocket, take: (message: Fields) => void): void {
  ws.on("message", (data: Buffer) => {
    for (const line of data.toString().split("\n")) if (line !== "") take(JSON.parse(line) as Fields)
  })
}

/** The error of an `Exit` that failed. */
function failureOf({ exit }: Fields): EndedItem | undefined {
  const { cause } = exit as { readonly cause?: ReadonlyArray<{ readonly error?: Fields; readonly defect?: unknown }> }
  if (cause === undefined) return undefined
  const [{ error, defect } = {}] = cause
  const { _tag: tag = "Defect", message = JSON.stringify(defect) } = error ?? {}
  return { kind: "ended", tag: String(tag), message: String(message) }
}

/** The message of a turn as its steps show it: texts alone, until the whole message comes. */
class Shown {
  readonly #texts = new Map<string, { readonly type: string; text: string }>()

  step({ type, id, delta = "" }: { readonly type: string; readonly id?: string; readonly delta?: string }): void {
    const [, kind, what] = /^(text|reasoning)-(start|delta)$/.exec(type) ?? []
    if (kind === undefined || id === undefined) return
    const text = this.#texts.get(`${kind}:${id}`) ?? { type: kind, text: "" }
    if (what === "delta") text.text += delta
    this.#texts.set(`${kind}:${id}`, text)
  }

  message(id: string): ShownMessage {
    return { id, parts: [...this.#texts.values()].map((part) => ({ ...part })) }
  }
}

/** What a subscription says, as items. */
class Subscription {
  readonly #queue: ItemQueue
  #shown = new Shown()
  #whole: ShownMessage | undefined

  constructor(queue: ItemQueue) {
    this.#queue = queue
  }

  take(event: Fields): void {
    const { turn, message } = event as { readonly turn: string; readonly message: ShownMessage }
    switch (event["_tag"]) {
      case "InitialState": {
        const { messages, activeTurnId, buffer } = event as {
          readonly messages: ReadonlyArray<ShownMessage & { readonly role: string }>
          readonly activeTurnId: string | null
          readonly buffer: ReadonlyArray<never>
        }
        for (const one of messages) if (one.role === "assistant") this.#tell(one, true)
        if (activeTurnId !== null) this.#steps(activeTurnId, buffer)
        return
      }
      case "SessionStarted":
        this.#shown = new Shown()
        return
      case "StreamEvent":
        return this.#steps(turn, [event["event"] as never])
      case "AssistantMessage":
        this.#whole = message
        return this.#tell(message, false)
      case "SessionStopped":
        this.#tell(this.#whole?.id === turn ? this.#whole : this.#shown.message(turn), true)
        return
      default:
    }
  }

  #steps(turn: string, steps: ReadonlyArray<never>): void {
    for (const step of steps) this.#shown.step(step)
    this.#tell(this.#shown.message(turn), false)
  }

  #tell({ id, parts }: ShownMessage, done: boolean): void {
    this.#queue.push({ kind: "message", message: { id, parts }, done })
  }
}

async function attach(hub: HubUnderTest, { session, token, after, log }: AttachWith): Promise<DoorReader> {
  const ws = await connect(hub, token)
  const queue = new ItemQueue()
  const subscription = new Subscription(queue)
  listen(ws, (message) => {
    if (message["_tag"] === "Chunk") {
      for (const event of message["values"] as ReadonlyArray<Fields>) subscription.take(event)
      ws.send(`${JSON.stringify({ _tag: "Ack", requestId: "1" })}\n`)
    } else if (message["_tag"] === "Exit") {
      const failure = failureOf(message)
      if (failure === undefined) queue.endQuietly()
      else queue.push(failure)
    }
  })
  ws.on("error", () => undefined)
  ws.on("close", (code, reason) => queue.lose(`${code} ${reason.toString()}`))
  request(ws, "chat.subscribe", {
    session,
    ...(after === undefined ? {} : { after }),
    ...(log === undefined ? {} : { log }),
  })
  let isCut = false
  const lost = { kind: "ended", tag: "ConnectionLost", message: "the connection was cut" } as const
  return {
    // What had come and was not taken is lost with the connection.
    next: () => (isCut ? Promise.resolve(lost) : queue.next()),
    cut: () => {
      isCut = true
      ws.terminate()
    },
    pause: () => ws.pause(),
    resume: () => ws.resume(),
    close: () => {
      if (ws.readyState === WebSocket.OPEN) ws.send(`${JSON.stringify({ _tag: "Interrupt", requestId: "1" })}\n`)
      ws.close()
    },
  }
}

async function send(hub: HubUnderTest, { session, token, text, key }: SendWith): Promise<unknown> {
  const ws = await connect(hub, token)
  try {
    const exit = await new Promise<Fields>((resolve, reject) => {
      listen(ws, (message) => (message["_tag"] === "Exit" ? resolve(message) : undefined))
      ws.once("close", () => reject(new DoorRefused("ConnectionLost", "the connection broke off before the answer")))
      request(ws, "chat.send", { session, text, key })
    })
    const failure = failureOf(exit)
    if (failure !== undefined) throw new DoorRefused(failure.tag, failure.message)
    return (exit["exit"] as { readonly value: unknown }).value
  } finally {
    ws.terminate()
  }
}

/** Effect RPC of a server. */
export function rpcDoor(hub: HubUnderTest): DoorUnderTest {
  return {
    name: "Effect RPC",
    shows: "messages",
    entries: RPC_PATHS.map((path) => ({ method: "GET", path, upgrade: [RPC_PROTOCOL] })),
    attach: (request) => attach(hub, request),
    send: (request) => send(hub, request),
  }
}
