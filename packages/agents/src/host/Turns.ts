/**
 * The turns of one agent: at most one streams, what comes meanwhile waits in order, each taken one ends once.
 *
 * A message that the driver never confirmed counts as taken when the agent answers to it; when its process ends before
 * that, nothing is said of it, because no one can know. A message that begins a turn and comes back ends that turn too.
 * An agent may begin a turn by itself before it comes to a message that it was given: that message's turn is behind it.
 */
import { editMetadata } from "@holdfast/core/agent/edited-call"
import { randomUUID } from "node:crypto"
import { AGENT_EVENTS } from "@holdfast/protocol/agent/agent-events"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { cutText } from "@holdfast/protocol/agent/cut"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import type { AgentDriver, MessageDelivery } from "./agent-driver.ts"
import type { AgentNote, PermissionOutcome, TurnEnd } from "@holdfast/link/agent-messages"
import { ChunkBatch } from "./ChunkBatch.ts"
import { OpenRequests } from "./OpenRequests.ts"
import { RecentIds } from "./RecentIds.ts"

/** Messages that wait in the runner; the hub hands over one at a time, so more are its mistake. */
const WAITING_MAX = 100
const TURNS_MAX = 1024
const ERROR_MAX = AGENT_EVENTS["turn/ended"].cut["error.message"]
/** Longest title of a request in a notice. */
const TITLE_MAX = 100

/** What turns report to, and what they ask. */
export interface TurnEvents {
  readonly note: (note: AgentNote) => void
  /** Calls a driver; what it throws is dealt with. */
  readonly drive: (act: () => void) => void
  /** An interrupt was not heeded for `interruptGrace`. */
  readonly ignored: () => void
  /** Whether the agent is paused. */
  readonly paused: () => boolean
}

interface Turn {
  readonly id: string
  readonly message: string
  taken: boolean
  interrupting: boolean
  grace: NodeJS.Timeout | undefined
}

/** Turns and permission requests. */
export class Turns {
  readonly #interruptGrace: number
  readonly #events: TurnEvents
  readonly #batch: ChunkBatch
  readonly #over = new RecentIds(TURNS_MAX)
  /** Messages that went into a turn and were neither taken nor returned, with that turn. */
  readonly #steering = new Map<string, string>()
  #driver: AgentDriver | undefined
  readonly #requests = new OpenRequests()
  #waiting: Array<MessageDelivery> = []
  #usedTools = false
  #turn: Turn | undefined
  #behind: Turn | undefined

  constructor(interruptGrace: number, events: TurnEvents) {
    this.#interruptGrace = interruptGrace
    this.#events = events
    this.#batch = new ChunkBatch((chunks) => {
      if (this.#turn !== undefined) this.#events.note({ type: "chunks", turn: this.#turn.id, chunks })
    })
  }

  /** Whether a turn streams. */
  get streams(): boolean {
    return this.#turn !== undefined
  }

  /** Whether a tool was used since this was asked before. */
  takeToolUse(): boolean {
    const used = this.#usedTools
    this.#usedTools = false
    return used
  }

  /** Sends the chunks that wait, so that what follows comes after them. */
  flush(): void {
    this.#batch.flush()
  }

  deliver(driver: AgentDriver, message: MessageDelivery, steer: boolean): void {
    const turn = this.#turn
    if (steer) {
      if (turn?.id !== message.turn || turn.interrupting) return this.refuse(message.id, "the turn is over")
      const into = driver.steer
      if (into === undefined) return this.refuse(message.id, "the agent takes no message while it works")
      this.#steering.set(message.id, turn.id)
      return this.#events.drive(() => into.call(driver, message))
    }
    if (this.#over.has(message.turn)) return this.refuse(message.id, "the turn is over")
    if (this.#waiting.length >= WAITING_MAX) return this.refuseTurn(message, "too many messages wait", "error")
    this.#waiting.push(message)
    if (turn?.message === "") this.#events.drive(() => driver.makeWay?.())
    this.next(driver)
  }

  /** Begins the next turn when none is streaming. */
  next(driver: AgentDriver | undefined): void {
    if (driver === undefined || this.#turn !== undefined) return
    const message = this.#waiting.shift()
    if (message === undefined) return
    this.#driver = driver
    this.#turn = { id: message.turn, message: message.id, taken: false, interrupting: false, grace: undefined }
    this.#events.drive(() => driver.deliver(message))
  }

  /** Says that a message did not reach the agent. */
  refuse(id: string, reason: string): void {
    this.#events.note({ type: "returned", messageId: id, reason })
  }

  /** Says that a message did not reach the agent, and ends the turn that it was to begin. */
  refuseTurn(message: Omit<MessageDelivery, "parts">, reason: string, outcome: "interrupted" | "error"): void {
    if (!this.#over.add(message.turn)) return this.refuse(message.id, reason)
    this.refuse(message.id, reason)
    const error = outcome === "error" ? { error: { tag: "NotDelivered", message: reason } } : {}
    this.#events.note({ type: "turn-ended", turn: message.turn, outcome, ...error })
  }

  /** Refuses what has not begun. */
  refuseWaiting(reason: string): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const message of waiting) this.refuseTurn(message, reason, "error")
  }

  /** Begins a turn that the agent began by itself; gives its id, or that of the streaming one. */
  begin(): string {
    const turn = this.#turn
    if (turn?.taken === true) return turn.id
    this.#behind = turn
    this.#turn = { id: randomUUID(), message: "", taken: true, interrupting: false, grace: undefined }
    return this.#turn.id
  }

  taken(id: string): void {
    if (this.#behind?.message === id) this.end({ outcome: "completed" }, false)
    const turn = this.#turn
    const meant = this.#steering.get(id)
    if (meant !== undefined) {
      this.#steering.delete(id)
      return this.#events.note({ type: "taken", messageId: id, turn: turn?.id ?? meant })
    }
    if (turn === undefined) return
    if (turn.message !== id || turn.taken) return
    turn.taken = true
    this.#events.note({ type: "taken", messageId: id, turn: turn.id })
  }

  returned(id: string, reason: string): void {
    if (this.#steering.delete(id)) return this.refuse(id, reason)
    const turn = [this.#turn, this.#behind].find((one) => one !== undefined && one.message === id && !one.taken)
    if (turn === undefined) return
    if (turn === this.#behind) this.#leave(turn)
    else this.#close(turn)
    this.refuse(id, reason)
    const end = turn.interrupting
      ? { outcome: "interrupted" as const }
      : { outcome: "error" as const, error: { tag: "NotDelivered", message: reason } }
    this.#events.note({ type: "turn-ended", turn: turn.id, ...end })
  }

  /** Takes a chunk; false when no turn is streaming. */
  chunk(chunk: AgentChunk): boolean {
    if (this.#turn === undefined) return false
    this.taken(this.#turn.message)
    this.#usedTools ||= chunk.type.startsWith("tool-output-")
    this.#batch.add(chunk)
    return true
  }

  /** Ends the streaming turn, if there is one. `processEnd`: the agent said nothing, its process is gone. */
  end(end: TurnEnd, processEnd: boolean): void {
    const turn = this.#turn
    if (turn === undefined) return
    if (!processEnd) this.taken(turn.message)
    const outcome = turn.interrupting && end.outcome === "error" ? "interrupted" : end.outcome
    const error = end.error && { error: { tag: end.error.tag, message: cutText(end.error.message, ERROR_MAX) } }
    if (processEnd) this.#driver = undefined
    // An agent that is done with its turn and still asks does so for what it runs in the background.
    const standing = outcome === "completed" && !processEnd ? this.#requests.release(turn.id) : []
    this.#close(turn)
    const open = standing.length === 0 ? {} : { standing }
    this.#events.note({ type: "turn-ended", turn: turn.id, ...end, ...error, outcome, ...open })
    if (processEnd) this.end(end, true)
    else this.#goOn()
  }

  /** The turn that was behind is the streaming one now. */
  #goOn(): void {
    const turn = this.#turn
    const driver = this.#driver
    if (turn?.interrupting !== true || turn.grace !== undefined || driver === undefined) return
    this.#graceOf(turn)
    this.#events.drive(() => driver.interrupt(turn.id))
  }

  #close(turn: Turn): void {
    this.#batch.flush()
    this.#turn = this.#behind
    this.#leave(turn)
    this.#cancelOf(turn.id, this.#driver, "the turn is over")
  }

  #leave(turn: Turn): void {
    clearTimeout(turn.grace)
    this.#over.add(turn.id)
    this.#behind = undefined
  }

  #cancelOf(turn: string, driver: AgentDriver | undefined, reason: string): void {
    for (const permission of this.#requests.takeOf(turn)) {
      this.#events.drive(() => driver?.answer(permission, { type: "cancelled", reason }))
    }
  }

  /** Stops a turn; one that has not begun goes back. */
  interrupt(driver: AgentDriver, id: string): void {
    const early = this.#waiting.filter((message) => message.turn === id)
    if (early.length > 0) {
      this.#waiting = this.#waiting.filter((message) => message.turn !== id)
      for (const message of early) this.refuseTurn(message, "the turn was interrupted before it began", "interrupted")
    }
    const turn = this.#turn
    // Whoever stops a message's turn that is behind another one means what streams, too.
    if (this.#behind?.id === id) this.#behind.interrupting = true
    else if (turn?.id !== id) return
    if (turn === undefined || turn.interrupting) return
    turn.interrupting = true
    this.#graceOf(turn)
    // First the interrupt: an agent that is told no before it might continue to the end of its turn.
    this.#events.drive(() => driver.interrupt(turn.id))
    this.#cancelOf(turn.id, driver, "the turn was interrupted")
  }

  /** Waits for an interrupted turn's end; what the agent says while it is paused cannot be heard, so that time does not count. */
  #graceOf(turn: Turn): void {
    turn.grace = setTimeout(() => {
      if (this.#events.paused()) return this.#graceOf(turn)
      const text = `The agent did not stop within ${this.#interruptGrace} ms and is killed with its process group.`
      this.#batch.add({ type: "data-notice", data: { text } })
      this.#events.ignored()
    }, this.#interruptGrace)
  }

  /**
   * Opens a permission request, unless it is none that can be shown; gives the reason when no one can answer it. That of a
   * task, and one without a turn, is of no turn.
   */
  ask(request: PermissionAsk | undefined): string | undefined {
    if (request === undefined) return "the request is too long"
    const turn = request.task === undefined ? this.#turn : undefined
    if (turn?.interrupting === true) return "the turn is being stopped"
    const refusal = this.#requests.refusal(request)
    if (refusal !== undefined) return refusal
    this.#requests.add(request, turn?.id)
    if (turn === undefined) {
      this.#events.note({ type: "asked", request })
      return undefined
    }
    this.taken(turn.message)
    // First the request, then the chunk: whoever answers when the chunk comes finds the request in the record.
    this.#events.note({ type: "asked", turn: turn.id, request })
    if (request.toolCallId !== undefined) {
      this.#batch.add({ type: "tool-approval-request", approvalId: request.id, toolCallId: request.toolCallId })
    }
    return undefined
  }

  /** Says in the turn that no one was asked; false when no turn is streaming. */
  unasked(title: string, reason: string): boolean {
    const text = `${cutText(title, TITLE_MAX)}: refused without asking anyone: ${reason}.`
    return this.chunk({ type: "data-notice", data: { text } })
  }

  answer(driver: AgentDriver, permission: string, outcome: PermissionOutcome): void {
    const request = this.#requests.take(permission)
    if (request === undefined) return
    const { turn } = request
    this.#events.note({ type: "settled", requestId: permission, how: "taken" })
    if (request.toolCallId !== undefined && turn !== undefined && turn === this.#turn?.id) {
      const approved = outcome.type === "answered" && outcome.allow
      const reason = outcome.type === "cancelled" ? outcome.reason : outcome.message
      this.chunk({
        type: "tool-approval-response",
        approvalId: permission,
        approved,
        ...(reason === undefined ? {} : { reason }),
        ...(approved && outcome.subject !== undefined
          ? { providerMetadata: editMetadata({ subject: outcome.subject, by: outcome.by ?? "someone" }) }
          : {}),
      })
    }
    this.#events.drive(() => driver.answer(permission, outcome))
  }

  withdraw(permission: string): void {
    if (this.#requests.take(permission) !== undefined)
      this.#events.note({ type: "settled", requestId: permission, how: "withdrawn" })
  }
}
