/**
 * What the open tool calls of one agent may hold in memory together (docs/protocol/rules.md, A-50). What they were told before is in
 * the log; what is kept here is for their input and their end.
 */
import { cutJson, jsonBytes } from "@holdfast/protocol/agent/cut"
import { asJson } from "./tool-output.ts"

/** Bytes of JSON that open calls hold, and what one keeps of a part when they would hold more. */
const OPEN_BYTES = 48 * 1024 * 1024
const CUT_BYTES = 16 * 1024

const PARTS = ["input", "content", "raw"] as const
type Part = (typeof PARTS)[number]

/** The parts of a call that can be long. */
export interface LongParts {
  input: ReturnType<typeof asJson> | undefined
  content: ReadonlyArray<unknown>
  raw: unknown
  /** Something of it was left out: no rule may answer for it. */
  cut: boolean
}

/** Counts what calls hold. */
export class CallBudget {
  readonly #held = new Map<LongParts, Record<Part, number>>()
  #bytes = 0

  /** Bytes that are held. */
  get bytes(): number {
    return this.#bytes
  }

  /** Parts of a call changed; they are cut where there is no room for them. */
  hold(call: LongParts, changed: ReadonlyArray<Part>): void {
    const held = this.#held.get(call) ?? { input: 0, content: 0, raw: 0 }
    this.#held.set(call, held)
    for (const part of changed) this.#count(held, part, jsonBytes(call[part] ?? ""))
    if (this.#bytes <= OPEN_BYTES) return
    for (const part of PARTS) {
      if (held[part] <= CUT_BYTES) continue
      call.cut = true
      const short = cutJson(asJson(call[part]), CUT_BYTES)
      if (part === "content") call.content = Array.isArray(short) ? short : []
      else call[part] = short
      this.#count(held, part, jsonBytes(call[part]))
    }
  }

  /** A call is over: nothing of it is needed any more. */
  release(call: LongParts): void {
    const held = this.#held.get(call)
    this.#held.delete(call)
    if (held !== undefined) for (const part of PARTS) this.#bytes -= held[part]
    Object.assign(call, { input: undefined, content: [], raw: undefined })
  }

  #count(held: Record<Part, number>, part: Part, bytes: number): void {
    this.#bytes += bytes - held[part]
    held[part] = bytes
  }
}
