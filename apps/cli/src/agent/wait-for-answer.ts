/**
 * Waits until the turn that a message went into has ended, and prints what it answered.
 *
 * It reads the log from the message on, so an answer that was quicker than the command is found too, and a hub that goes
 * away is waited for. It waits only while something can happen without the caller (Q-13): a queue that is held with no time
 * at which it continues ends it with the reason; a permission request, which another client can answer, is told and waited for.
 */
import type { Hold } from "@holdfast/protocol/agent/hold"
import type { Message, Sent, TurnOutcome } from "@holdfast/protocol/agent/message"
import type { PermissionRequest } from "@holdfast/protocol/agent/permission"
import type { Event } from "@holdfast/protocol/event"
import { knownEvent } from "@holdfast/protocol/events"
import type { Session } from "@holdfast/protocol/session"
import { HoldfastError } from "@holdfast/client/errors"
import { decodeRecord } from "@holdfast/protocol/record"
import { refused, toFailure } from "../failure.ts"
import { hint } from "../hint.ts"
import { complain, print, printJson } from "../output.ts"
import { connectHub } from "../server/hub.ts"
import type { HubClient } from "../server/hub.ts"
import { printable, printableLines } from "../text/printable.ts"
import { heldText } from "./hold-text.ts"
import { textOf } from "./message-text.ts"

/** Milliseconds between two looks for what is asked. */
const ASKED = 500

/** How a turn ended, with its message when it showed something. */
interface Answer {
  readonly outcome: TurnOutcome
  readonly error?: { readonly tag: string; readonly message: string }
  readonly message: Message | undefined
}

/** Follows a log from a sent message to the end of its turn. */
export class AnswerWatch {
  readonly #sent: Sent
  readonly #session: string
  readonly #say: (text: string) => void
  /** Titles of the requests that no one and no rule has answered, by id. */
  readonly asks = new Map<string, string>()
  #turn: string | undefined
  #message: Message | undefined
  #hold: Hold | undefined
  #live = false

  /** `say` is told why nothing happens for now; `session` names the session in commands. */
  constructor(sent: Sent, session: string, say: (text: string) => void) {
    this.#sent = sent
    this.#session = session
    this.#say = say
    this.#hold = sent.hold
  }

  /** What was reported so far is what holds now. Throws a refusal when the message waits for a word of someone. */
  synced(): void {
    this.#live = true
    this.#look()
  }

  /** Takes what is asked now, also since before the message was sent. */
  asked(requests: ReadonlyArray<PermissionRequest>): void {
    for (const { id, title, decision } of requests) if (decision === undefined) this.asks.set(id, title)
  }

  #look(): void {
    const hold = this.#hold
    if (!this.#live || hold === undefined || this.#turn !== undefined) return
    if (hold.continues === true) return this.#say(`the queue is ${heldText(hold, this.#session)}`)
    throw refused("QueueHeld", `the message is queued, and the queue is ${heldText(hold, this.#session)}`)
  }

  /** Takes the next event; gives the answer with the one that ends the turn. Throws a refusal when there will be none. */
  take(event: Event): Answer | undefined {
    const known = knownEvent(event)
    if (known === undefined) return undefined
    const { name, data } = known
    const turn = "turn" in data ? data.turn : undefined
    const ours = "messageId" in data && data.messageId === this.#sent.messageId
    if (name === "queue/removed" && ours) throw refused("MessageRemoved", "the message was removed from the queue")
    if (name === "queue/uncertain" && ours) {
      throw refused("MessageUncertain", "the agent died while receiving the message; it may or may not have received it")
    }
    if ((name === "queue/taken" || name === "queue/sent") && ours) this.#turn = turn
    if (name === "queue/returned" && ours) this.#turn = undefined
    if (name === "session/deleted") throw refused("SessionNotReady", "the session was deleted while the message waited")
    if (name === "queue/held") this.#hold = known.data
    if (name === "queue/released") this.#hold = undefined
    if (name === "queue/held" || name === "queue/returned") this.#look()
    // Also what is asked in a turn that the message waits for, or in the background.
    if (name === "permission/asked") {
      const { request } = known.data
      this.asks.set(request.id, request.title)
    } else if ("requestId" in data) this.asks.delete(data.requestId)
    if (name === "message/added") {
      const { message } = known.data
      if (message.role === "assistant" && message.id === this.#turn) this.#message = message
    }
    if (name !== "turn/ended" || turn !== this.#turn || this.#turn === undefined) return undefined
    const { outcome, error } = known.data
    return { outcome, ...(error === undefined ? {} : { error }), message: this.#message }
  }
}

/** Prints the answer to a message; fails when its turn did not complete. */
export async function waitForAnswer(hub: HubClient, session: string, sent: Sent, json: boolean): Promise<void> {
  const { Attachment } = await import("@holdfast/client/Attachment")
  const connection = await connectHub(hub)
  const attachment = new Attachment(connection, { session, after: sent.seq - 1, mode: "viewer" })
  const watch = new AnswerWatch(sent, session.slice(-8), (text) => complain(`holdfast: ${text}`))
  const said = new Set<string>()
  let told = false
  const say = (): void => {
    for (const [request, title] of watch.asks) {
      if (!said.has(request))
        complain(`holdfast: the agent asks: ${printable(title)}; answer from another terminal: ${hint("inbox")}`)
      said.add(request)
    }
  }
  // What a rule answers at once is not worth a word.
  const timer = setInterval(say, ASKED)
  try {
    for await (const item of attachment) {
      if (item._tag === "Ended") throw toFailure(item.error ?? refused("Ended", "detached by someone else"), hub.target.origin)
      if (item._tag === "Snapshot") throw trimmed(session, item.seq)
      if (item._tag === "Synced") {
        watch.synced()
        const now = await connection.call("sessions.get", { session }).catch(unknownYet)
        if (now !== undefined) watch.asked(now.permissions)
        const behind = now === undefined || told ? undefined : behindText(now, sent)
        if (behind !== undefined) complain(`holdfast: ${behind}`)
        told = true
        say()
      }
      const answer = item._tag === "Event" ? watch.take(decodeRecord(item.record)) : undefined
      if (answer !== undefined) return show(answer, sent, json)
    }
  } finally {
    clearInterval(timer)
    connection.close()
  }
}

/** The connection was lost again: what is asked is read when it is back. */
const unknownYet = (error: unknown): undefined => {
  if (error instanceof HoldfastError && ["ConnectionLost", "Unreachable"].includes(error.tag)) return undefined
  throw error
}

/** What a message waits for, and what to do about it; undefined when the agent is at it (Q-20). */
export function behindText({ id, turn, queue, permissions }: Session, { messageId, status }: Sent): string | undefined {
  const at = queue.findIndex((item) => item.id === messageId)
  const item = queue[at]
  if (turn.status !== "streaming" || item === undefined || (status !== "steered" && item.turn === turn.id)) return undefined
  const short = id.slice(-8)
  const asks = permissions.some(({ decision }) => decision === undefined)
  const why = asks ? "a permission request" : "the running turn"
  const act = asks ? `answer it: ${hint("inbox")}` : `to stop that turn: ${hint(`interrupt ${short}`)}`
  if (status === "steered")
    return `the message joins the running turn as soon as the agent takes it${asks ? `; ${why} is waiting for an answer; ${act}` : ""}`
  const more = queue.slice(0, at).filter((other) => other.status === "waiting").length
  const others = more === 0 ? "" : ` and ${more} message${more === 1 ? "" : "s"}`
  return `the message is queued behind ${why}${others}; ${act}`
}

const trimmed = (session: string, seq: number) =>
  refused("CursorTrimmed", `the log before event ${seq} is no longer kept; see: ${hint(`messages ${session.slice(-8)}`)}`)

function show({ outcome, error, message }: Answer, sent: Sent, json: boolean): void {
  const text = message === undefined ? "" : textOf(message)
  if (json) printJson({ ...sent, outcome, ...(error === undefined ? {} : { error }), message: message ?? null })
  else if (text !== "") print(printableLines(text))
  else if (outcome === "completed") complain("holdfast: done; the agent said nothing")
  if (outcome === "completed") return
  const why = error === undefined ? "" : `: ${printable(error.message)}`
  if (json) process.exitCode = 1
  else throw refused("TurnFailed", `the turn ended ${outcome === "error" ? "with an error" : outcome}${why}`)
}
