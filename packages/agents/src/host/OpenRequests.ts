/**
 * The permission requests of one agent that wait: each of a call of a turn, or of background work, which no turn ends (P-3).
 *
 * Bounded in number and bytes, whatever the agent does (P-13). Only what is needed to answer is kept here; the rest is in the
 * journal.
 */
import { jsonBytes } from "@holdfast/protocol/agent/cut"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"

/** Open requests of an agent at most, and bytes of them as JSON together. */
const OPEN_MAX = 400
const OPEN_BYTES = 64 * 1024 * 1024
/** Open requests that ask questions: those stand in the record as they are. */
const QUESTIONS_MAX = 16

interface Open {
  readonly toolCallId: string | undefined
  /** The turn whose call it is about. */
  turn: string | undefined
  readonly bytes: number
  readonly asks: boolean
}

/** Requests by their id. */
export class OpenRequests {
  readonly #open = new Map<string, Open>()
  #bytes = 0
  #questions = 0

  /** Why a request cannot wait beside the others; undefined when it can. */
  refusal(request: PermissionAsk): string | undefined {
    if (this.#open.has(request.id)) return "a request with this id waits"
    if (this.#open.size >= OPEN_MAX) return `${OPEN_MAX} requests wait already`
    if (request.questions !== undefined && this.#questions >= QUESTIONS_MAX) return `${QUESTIONS_MAX} questions wait already`
    return this.#bytes + jsonBytes(request) > OPEN_BYTES ? `requests of ${OPEN_BYTES} bytes wait already` : undefined
  }

  add(request: PermissionAsk, turn: string | undefined): void {
    const { id, toolCallId, questions } = request
    const one = { toolCallId, turn, bytes: jsonBytes(request), asks: questions !== undefined }
    this.#open.set(id, one)
    this.#bytes += one.bytes
    this.#questions += one.asks ? 1 : 0
  }

  /** Takes one away, and gives it. */
  take(id: string): { readonly toolCallId: string | undefined; readonly turn: string | undefined } | undefined {
    const one = this.#open.get(id)
    if (one === undefined) return undefined
    this.#open.delete(id)
    this.#bytes -= one.bytes
    this.#questions -= one.asks ? 1 : 0
    return one
  }

  /** Takes those of a turn away, and gives their ids. */
  takeOf(turn: string): ReadonlyArray<string> {
    const ids = this.#idsOf(turn)
    for (const id of ids) this.take(id)
    return ids
  }

  /** The turn is over and its requests are not: they are of background work from now on. Gives their ids. */
  release(turn: string): ReadonlyArray<string> {
    const ids = this.#idsOf(turn)
    for (const id of ids) {
      const open = this.#open.get(id)
      if (open !== undefined) open.turn = undefined
    }
    return ids
  }

  #idsOf(turn: string): ReadonlyArray<string> {
    return [...this.#open].filter(([, open]) => open.turn === turn).map(([id]) => id)
  }
}
