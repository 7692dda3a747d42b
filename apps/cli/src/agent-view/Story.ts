/**
 * What happens in an agent's session, as rows for people: messages, tools, ends of turns, answers to requests; and what
 * is now: the queue, open requests, the turn that streams.
 *
 * It takes the items of an attachment in order. Whatever way an event came (live, from the log, in a snapshot, folded),
 * it is printed once. Pure: it draws nothing itself.
 */
import { Accumulator, emptyMessage } from "@holdfast/core/agent/accumulator"
import type { LiveMessage } from "@holdfast/core/agent/accumulator"
import { evolveAgent } from "@holdfast/core/agent/evolve-agent"
import type { MessagePart } from "@holdfast/core/agent/message-part"
import type { AgentFacts } from "@holdfast/core/agent/agent-facts"
import { stateOf } from "@holdfast/core/record-state"
import type { Message } from "@holdfast/protocol/agent/message"
import { readChunk } from "@holdfast/protocol/agent/read-chunk"
import type { Event } from "@holdfast/protocol/event"
import { isAboutAgent, knownEvent } from "@holdfast/protocol/events"
import type { Session } from "@holdfast/protocol/session"
import { fieldsOf } from "../agent/message-text.ts"
import { eventRows } from "./event-rows.ts"
import { MessagePrinter } from "./MessagePrinter.ts"
import { messageRows } from "./message-rows.ts"
import type { MessageRowOptions } from "./Rows.ts"
import { waitingRows } from "./start-rows.ts"

/** Messages that are remembered as printed. */
const KNOWN_MAX = 5000

/** A session's story. */
export class Story {
  readonly #options: MessageRowOptions
  #agent: AgentFacts | undefined
  #recordSeq = 0
  #live: Accumulator | undefined
  #printer: MessagePrinter
  readonly #known = new Set<string>()
  #stale = false
  #any = false
  #unsaid: Array<string> = []

  constructor(options: MessageRowOptions) {
    this.#options = options
    this.#printer = new MessagePrinter(options)
  }

  /** The agent's part of the record now; undefined before the first record. */
  get agent(): AgentFacts | undefined {
    return this.#agent
  }

  /** Rows that may still change. */
  tail(): ReadonlyArray<string> {
    return this.#printer.tail()
  }

  /** Takes a record: what is now, as of its last event. */
  record(session: Session): void {
    this.#agent = stateOf(session).agent
    this.#recordSeq = session.lastSeq
  }

  /** Takes a snapshot of the messages; gives the rows of those that were not printed yet. */
  snapshot(screen: Uint8Array): Array<string> {
    const {
      messages = [],
      before = null,
      live,
    } = JSON.parse(new TextDecoder().decode(screen)) as {
      readonly messages?: ReadonlyArray<Message>
      readonly before?: number | null
      readonly live?: LiveMessage
    }
    const trust = this.#agent?.trust
    if (!this.#any && trust?.state === "waiting") this.#unsaid = waitingRows(trust, this.#options)
    const rows =
      this.#any || before === null ? [] : [this.#options.paint("dim", "… earlier messages are not shown here; see: messages")]
    for (const message of messages) rows.push(...this.#added(message))
    // The turn that was streaming before has ended unseen, unless it is still the same.
    if (this.#live !== undefined && this.#live.turn !== live?.turn) rows.push(...this.#endLive())
    if (live !== undefined) {
      this.#live = new Accumulator(live)
      this.#stale = true
    }
    return [...rows, ...this.rest(), ...this.#unsaid.splice(0)]
  }

  /** Takes the next event; gives the rows it adds. Chunks add theirs with `rest`. */
  event(event: Event): Array<string> {
    const { channel, type, data, turn, seq, time } = event
    if (channel === "agent") {
      if (type !== "folded" && turn !== undefined) this.#chunk({ ...fieldsOf(data), type }, turn, time)
      return []
    }
    const before = this.#agent
    const known = knownEvent(event)
    if (known !== undefined && isAboutAgent(known) && before !== undefined && seq > this.#recordSeq) {
      this.#agent = evolveAgent(before, known, event)
    }
    const rows = this.rest()
    if (known?.name === "message/added") {
      rows.push(...this.#added(known.data.message))
      return rows
    }
    if (known?.name === "turn/ended") rows.push(...this.#endLive())
    rows.push(...eventRows(event, before, this.#options))
    return rows
  }

  /** The rows of chunks that were taken and not printed yet. */
  rest(): Array<string> {
    if (!this.#stale || this.#live === undefined) return []
    this.#stale = false
    return this.#spaced(this.#printer.advance(this.#live.message().parts as ReadonlyArray<MessagePart>))
  }

  #chunk(fields: Readonly<Record<string, unknown>>, turn: string, time: number): void {
    const chunk = readChunk(fields)
    if (chunk === undefined || this.#known.has(turn)) return
    if (this.#live?.turn !== turn) this.#live = emptyMessage(turn, time)
    this.#live.tell(chunk)
    this.#stale = true
  }

  #added(message: Message): Array<string> {
    if (this.#known.has(message.id)) return []
    this.#known.add(message.id)
    for (const old of this.#known) {
      if (this.#known.size <= KNOWN_MAX) break
      this.#known.delete(old)
    }
    if (message.role !== "assistant") {
      // What a person said while text streams goes below it; the text continues behind.
      return this.#spaced(messageRows(message, this.#options), true)
    }
    const streamed = this.#live?.turn === message.id
    const printer = streamed ? this.#printer : new MessagePrinter(this.#options)
    const rows = [...printer.advance(message.parts as ReadonlyArray<MessagePart>), ...printer.finish()]
    if (streamed) this.#reset()
    return this.#spaced(rows)
  }

  #endLive(): Array<string> {
    if (this.#live === undefined) return []
    const rows = [...this.rest(), ...this.#printer.finish()]
    this.#reset()
    return rows
  }

  #reset(): void {
    this.#live = undefined
    this.#stale = false
    this.#printer = new MessagePrinter(this.#options)
  }

  #spaced(rows: Array<string>, apart = false): Array<string> {
    if (rows.length === 0) return rows
    const first = apart && this.#any ? [""] : []
    this.#any = true
    return apart ? [...first, ...rows, ""] : rows
  }
}
