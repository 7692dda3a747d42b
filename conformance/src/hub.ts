/**
 * The server that is tested, asked over its HTTP API: sessions to read, turns to watch, tokens to revoke.
 */
import type { EventItem, ShownMessage } from "./door.ts"
import { DoorRefused, refusalIn } from "./door.ts"
import { eventually } from "./patience.ts"

/** A server, and what may be done to it. */
export interface HubUnderTest {
  /** Its address, such as `http://127.0.0.1:4653`. */
  readonly url: string
  /** A credential of scope `all`. */
  readonly token: string
  /** Kills its process, with no chance to tidy up, and starts it again at the same address. Without it nothing is killed. */
  readonly restart?: () => Promise<void>
  /** Its setting `logMaxBytes`, where a terminal reaches that in a moment. Without it nothing is trimmed. */
  readonly trimsAt?: number
  /** Milliseconds of its setting `socketSilence`, where that is short enough to wait for. Without it no one stays quiet for long. */
  readonly silence?: number
  /**
   * Bytes that it holds once all that is dead is collected, where that can be asked. Without it the metrics are asked for what is
   * resident, which also swings with when the server collects, so that more has to be written and the least of several tries counts.
   */
  readonly memory?: () => Promise<number>
}

/** The answer to a call. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

interface RecordShown {
  readonly lastSeq: number
  readonly firstSeq: number
  readonly turn: { readonly status: string }
  readonly queue: ReadonlyArray<unknown>
}

interface EventShown {
  readonly seq: number
  readonly from?: number
  readonly channel: string
  readonly type: string
  readonly data: unknown
}

/** The item of an event as JSON doors show it. */
export function eventItem({ seq, from = seq, channel, type, data }: EventShown): EventItem {
  return { kind: "event", seq, from, name: `${channel}/${type}`, data }
}

/** Milliseconds after which a call that has no answer has failed. */
const CALL_LIMIT = 60_000

/** Calls of a server. */
export class HubCalls {
  readonly hub: HubUnderTest
  readonly #made: Array<string> = []

  constructor(hub: HubUnderTest) {
    this.hub = hub
  }

  /** Calls a route, with the server's own token unless another is given. */
  async call(method: string, path: string, body?: unknown, token = this.hub.token): Promise<Answer> {
    const response = await fetch(`${this.hub.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(method === "GET" ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(CALL_LIMIT),
    })
    const text = await response.text()
    const isJson = response.headers.get("content-type")?.includes("json") === true
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text }
  }

  /** The same; a refusal is a `DoorRefused`. */
  async ok<A>(method: string, path: string, body?: unknown, token?: string): Promise<A> {
    const answer = await this.call(method, path, body, token)
    if (answer.status < 300) return answer.body as A
    throw refusalIn(answer.body, `${method} ${path} answered ${answer.status}, which`)
  }

  /** A session with the scripted agent. */
  async agent(): Promise<string> {
    return this.#create({ kind: "agent", agent: "scripted" })
  }

  /** A terminal that runs a script of the shell. */
  async shell(script: string): Promise<string> {
    return this.#create({ kind: "terminal", command: "sh", args: ["-c", script] })
  }

  async #create(body: object): Promise<string> {
    const { id } = await this.ok<{ readonly id: string }>("POST", "/api/sessions", { label: "conformance", ...body })
    this.#made.push(id)
    return id
  }

  /** Sends a message; gives its turn once it has one, or nothing while it waits. */
  async say(session: string, text: string, key: string = crypto.randomUUID()): Promise<void> {
    await this.ok("POST", `/api/sessions/${session}/messages`, { text, key })
  }

  async record(session: string): Promise<RecordShown> {
    return this.ok<RecordShown>("GET", `/api/sessions/${session}`)
  }

  /** Waits until no turn streams and nothing waits. */
  async idle(session: string): Promise<void> {
    await eventually(`the agent of ${session} is idle`, async () => {
      const { turn, queue } = await this.record(session)
      return turn.status === "idle" && queue.length === 0
    })
  }

  /** The log as it is kept now. */
  async log(session: string): Promise<ReadonlyArray<EventItem>> {
    const events: Array<EventItem> = []
    for (let after = 0; ;) {
      type Page = { readonly events: ReadonlyArray<EventShown>; readonly next: number; readonly atHead: boolean }
      const page = await this.ok<Page>("GET", `/api/sessions/${session}/events?after=${after}`)
      events.push(...page.events.map(eventItem))
      if (page.atHead) return events
      after = page.next
    }
  }

  /** Waits until the turns of a session have folded, and gives the log. */
  async folded(session: string): Promise<ReadonlyArray<EventItem>> {
    return eventually(`the turn of ${session} has folded`, async () => {
      const log = await this.log(session)
      const rest = log.some(({ name }) => name.startsWith("agent/") && name !== "agent/folded")
      return !rest && log.some(({ name }) => name === "agent/folded") ? log : false
    })
  }

  /** The stored messages of agents, oldest first. */
  async answers(session: string): Promise<ReadonlyArray<ShownMessage>> {
    type Page = { readonly messages: ReadonlyArray<ShownMessage & { readonly role: string }> }
    const { messages } = await this.ok<Page>("GET", `/api/sessions/${session}/messages?limit=100`)
    return messages.filter(({ role }) => role === "assistant")
  }

  /** A new token; `revoke` ends it. */
  async token(scope: "read" | "write" | "all"): Promise<{ readonly secret: string; readonly revoke: () => Promise<void> }> {
    type Made = { readonly id: string; readonly secret: string }
    const { id, secret } = await this.ok<Made>("POST", "/api/tokens", { name: `conformance-${scope}`, scope })
    return { secret, revoke: async () => void (await this.call("DELETE", `/api/tokens/${id}`)) }
  }

  /** Bytes of memory that the server holds. */
  async memory(): Promise<number> {
    if (this.hub.memory !== undefined) return this.hub.memory()
    const text = await this.ok<string>("GET", "/metrics")
    const value = /^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]
    if (value === undefined) throw new DoorRefused("ProtocolBroken", "the metrics do not say how much memory the server holds")
    return Number(value)
  }

  /** Moves the sessions that were made to the trash. */
  async tidy(): Promise<void> {
    for (const id of this.#made.splice(0)) await this.call("DELETE", `/api/sessions/${id}`)
  }
}
