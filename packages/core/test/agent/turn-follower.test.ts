/** Finding a turn in what an attachment hands out, and how its stream ends. */
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import type { Message } from "@holdfast/protocol/agent/message"
import type { Channel, Event } from "@holdfast/protocol/event"
import { describe, expect, it } from "vitest"
import { emptyMessage } from "../../src/agent/accumulator.ts"
import { type Followed, type FollowedRecord, TurnFollower } from "../../src/agent/turn-follower.ts"

/** A follower with what it gave. */
function following(followed: Followed) {
  const chunks: Array<AgentChunk> = []
  const ends: Array<string> = []
  let seq = 0
  const follower = new TurnFollower(followed, {
    chunks: (more) => void chunks.push(...more),
    over: (end) => void ends.push(end),
  })
  const tell = (name: string, data: object, turn?: string): void => {
    const [channel, type] = name.split("/") as [Channel, string]
    const event = { seq: ++seq, time: 5, channel, type, data, ...(turn === undefined ? {} : { turn }) }
    follower.event(event as unknown as Event)
  }
  const types = (): ReadonlyArray<string> => chunks.map(({ type }) => type)
  return { follower, chunks, ends, tell, types }
}

const RECORD: FollowedRecord = { turn: { status: "idle" }, queue: [], permissions: [], agent: {} }
const answer = (id: string, outcome: Message["outcome"] = "completed"): Message => ({
  id,
  role: "assistant",
  parts: [{ type: "text", text: "done", state: "done" }],
  turn: id,
  createdAt: 5,
  ...(outcome === undefined ? {} : { outcome }),
})

/** A turn that folded while no one looked, for the message `m`. */
function folded(tell: ReturnType<typeof following>["tell"], turn: string): void {
  tell("turn/started", { turn }, turn)
  tell("queue/sent", { messageId: "m", turn }, turn)
  tell("agent/folded", { events: 9 }, turn)
  tell("message/added", { message: answer(turn) }, turn)
  tell("turn/ended", { turn, outcome: "completed" }, turn)
}

describe("following a turn", () => {
  it("I-2 a message's stream is that of its own turn, live or folded, whatever turns come before", () => {
    const { chunks, ends, tell, types } = following({ message: "m" })
    tell("turn/started", { turn: "other" }, "other")
    tell("agent/text-delta", { id: "a", delta: "not this" }, "other")
    tell("turn/ended", { turn: "other", outcome: "completed" }, "other")
    folded(tell, "t1")
    expect(types()).toEqual(["start", "text-start", "text-delta", "text-end", "finish"])
    expect(chunks[0]).toEqual({ type: "start", messageId: "t1" })
    expect(ends).toEqual(["Ended"])
  })

  it("I-2 a message is found by its key, in the queue, in the transcript or as it is added", () => {
    const added = following({ key: "k" })
    added.tell("queue/added", { item: { id: "m", key: "k" } })
    folded(added.tell, "t1")
    expect(added.ends).toEqual(["Ended"])

    const waiting = following({ key: "k" })
    waiting.follower.snapshot({ messages: [] }, { ...RECORD, queue: [{ id: "m", key: "k", status: "waiting" }] })
    expect(waiting.types()).toEqual([])
    folded(waiting.tell, "t1")
    expect(waiting.types().at(-1)).toBe("finish")

    const past = following({ key: "k" })
    const asked: Message = { id: "m", role: "user", parts: [], turn: "t1", createdAt: 4, key: "k" }
    past.follower.snapshot({ messages: [asked, answer("t1", "interrupted")] }, RECORD)
    expect(past.types()).toEqual(["start", "text-start", "text-delta", "text-end", "abort"])
    expect(past.ends).toEqual(["Ended"])
  })

  it("I-1 I-7 a reader of any turn gets the one that streams, waits for one that will start, or learns that there is none", () => {
    const live = emptyMessage("t1", 5)
    live.tell({ type: "text-delta", id: "a", delta: "half" })
    const running = following({})
    running.follower.snapshot({ messages: [], live: live.toLive() }, { ...RECORD, turn: { status: "streaming", id: "t1" } })
    expect(running.types()).toEqual(["start", "text-start", "text-delta"])

    const soon = following({})
    soon.follower.snapshot({ messages: [] }, { ...RECORD, queue: [{ id: "m", status: "sent" }] })
    expect(soon.ends).toEqual([])
    folded(soon.tell, "t2")
    expect(soon.types()[0]).toBe("start")

    const hold = { reason: "person" } as const
    for (const record of [RECORD, { ...RECORD, queue: [{ id: "m", status: "waiting" as const }], agent: { hold } }]) {
      const idle = following({})
      idle.follower.snapshot({ messages: [answer("t0")] }, record)
      expect([idle.types(), idle.ends]).toEqual([[], ["Idle"]])
    }
  })

  it("I-2 I-4 a message that will not be delivered ends its stream with an error that says why", () => {
    const cases: ReadonlyArray<readonly [string, object, string]> = [
      ["queue/removed", { messageId: "m" }, "removed"],
      ["queue/uncertain", { messageId: "m" }, "not known"],
      ["queue/held", { reason: "usage-limit" }, "usage-limit"],
    ]
    for (const [name, data, text] of cases) {
      const { chunks, ends, tell } = following({ message: "m" })
      tell("queue/removed", { messageId: "another" })
      tell("queue/held", { reason: "rate-limit", continues: true })
      expect(ends).toEqual([])
      tell(name, data)
      expect(chunks).toEqual([{ type: "error", errorText: expect.stringContaining(text) }])
      expect(ends).toEqual(["Ended"])
    }
  })

  it("I-5 a stream ends where its turn asks about a call, and not for what a rule has answered", () => {
    const { chunks, ends, follower, tell, types } = following({ turn: "t1", endsToAsk: true })
    tell("turn/started", { turn: "t1" }, "t1")
    const ask = (id: string): void => {
      tell("agent/tool-input-available", { toolCallId: `c${id}`, toolName: "bash", input: {} }, "t1")
      tell("agent/tool-approval-request", { approvalId: id, toolCallId: `c${id}` }, "t1")
      tell("permission/asked", { request: { id, toolCallId: `c${id}` }, turn: "t1" }, "t1")
    }
    ask("1")
    tell("permission/answered", { requestId: "1", decision: {} }, "t1")
    follower.settle()
    expect(ends).toEqual([])
    tell("permission/asked", { request: { id: "question", title: "Which?" }, turn: "t1" }, "t1")
    follower.settle()
    expect(chunks.at(-1)).toMatchObject({ type: "data-permission", transient: true, data: { request: { title: "Which?" } } })
    ask("2")
    follower.settle()
    expect(ends).toEqual(["Asks"])
    expect(types().filter((type) => type === "finish")).toEqual([])
  })

  it("I-7 a snapshot in the middle of a turn gives what is missing, and one without the turn an error", () => {
    const live = emptyMessage("t1", 5)
    live.tell({ type: "text-delta", id: "a", delta: "half" })
    for (const [shown, types] of [
      [{ messages: [answer("t1")] }, ["start", "text-start", "text-delta", "text-end", "finish"]],
      [{ messages: [], live: live.toLive() }, ["start", "text-start", "text-delta"]],
      [{ messages: [] }, ["start", "error"]],
    ] as const) {
      const one = following({ message: "m" })
      one.tell("turn/started", { turn: "t1" }, "t1")
      one.tell("queue/sent", { messageId: "m", turn: "t1" }, "t1")
      one.follower.snapshot(shown, RECORD)
      expect(one.types()).toEqual(types)
    }
  })
})
