/** Logs of agent sessions: random turns, as a hub writes them, and the same with turns folded. */
import type { AgentChunk, Json } from "@holdfast/protocol/agent/chunk"
import type { Message, TurnOutcome } from "@holdfast/protocol/agent/message"
import type { Channel, Event } from "@holdfast/protocol/event"
import fc from "fast-check"
import { emptyMessage } from "../../src/agent/accumulator.ts"
import { foldTurn } from "../../src/agent/fold.ts"
import { anyChunk, legalChunks } from "./chunks.ts"

/** One turn of a random log. */
export interface TurnPlan {
  readonly chunks: ReadonlyArray<AgentChunk>
  readonly outcome: TurnOutcome
  /** Chunks before which another event comes: a request, or a message that was steered in. */
  readonly between: ReadonlyArray<number>
}

export const turnPlan: fc.Arbitrary<TurnPlan> = fc.record({
  chunks: fc.oneof(legalChunks, fc.array(anyChunk, { maxLength: 15 })),
  outcome: fc.constantFrom<TurnOutcome>("completed", "interrupted", "error", "lost"),
  between: fc.array(fc.nat({ max: 20 }), { maxLength: 3 }),
})

const userMessage = (id: string, turn: string, time: number): Message => ({
  id,
  role: "user",
  parts: [{ type: "text", text: `question ${id}` }],
  turn,
  createdAt: time,
  by: "someone",
})

/** The log of turns `t0`, `t1`, …; the last one goes on when `streaming`. */
export function logOf(plans: ReadonlyArray<TurnPlan>, streaming: boolean): Array<Event> {
  const events: Array<Event> = []
  const write = (channel: Channel, type: string, turn: string | undefined, data: Json): void => {
    const seq = events.length + 1
    events.push({ seq, time: 1000 + seq, channel, type, ...(turn === undefined ? {} : { turn }), data })
  }
  write("session", "created", undefined, {})
  for (const [at, { chunks, outcome, between }] of plans.entries()) {
    const turn = `t${at}`
    write("turn", "started", turn, { turn })
    const message = emptyMessage(turn, 1000 + events.length)
    write("message", "added", turn, { message: userMessage(`u${at}`, turn, 0) })
    for (const [index, chunk] of chunks.entries()) {
      if (between.includes(index)) write("permission", "asked", turn, { request: { id: `p${at}-${index}` } })
      if (between.includes(index + 7)) write("message", "added", turn, { message: userMessage(`s${at}-${index}`, turn, 1) })
      const { type, ...data } = chunk
      write("agent", type, turn, data)
      message.tell(chunk)
    }
    if (streaming && at === plans.length - 1) continue
    if (!message.isEmpty) write("message", "added", turn, { message: message.ended(outcome) })
    write("turn", "ended", turn, { turn, outcome })
  }
  return events
}

/** The log with a turn folded. */
export function withFolded(log: ReadonlyArray<Event>, turn: string): Array<Event> {
  const ranges = foldTurn(turn, log)
  const left = log.filter((event) => !ranges.some(({ from, seq }) => event.seq >= from && event.seq <= seq))
  return [...left, ...ranges].toSorted((a, b) => a.seq - b.seq)
}
