import { describe, expect, it } from "vitest"
import type { Event } from "@holdfast/protocol/event"
import type { Message } from "@holdfast/protocol/agent/message"
import { following } from "../../src/model/cell.ts"
import { Frames } from "../../src/model/frames.ts"
import { Transcript } from "../../src/model/Transcript.ts"

const TURN = "turn-1"

const event = (seq: number, channel: string, type: string, data: unknown, turn?: string): Event =>
  ({ seq, time: seq, channel, type, data, ...(turn === undefined ? {} : { turn }) }) as Event

const message = (id: string, text: string, more: Partial<Message> = {}): Message => ({
  id,
  role: "user",
  parts: [{ type: "text", text }],
  createdAt: 1,
  ...more,
})

/** A transcript whose frames a test makes. */
const started = () => {
  const frames = new Frames(() => () => undefined)
  const transcript = new Transcript(frames)
  const screen = new TextEncoder().encode(JSON.stringify({ messages: [message("one", "hello")], before: 7 }))
  transcript.snapshot(screen, 10)
  frames.flush()
  let seq = 10
  const tell = (channel: string, type: string, data: unknown): void => {
    transcript.apply(event(++seq, channel, type, data, TURN))
    frames.flush()
  }
  return { frames, transcript, tell }
}

describe("a transcript in cells", () => {
  it("U-2 a delta changes its part and the whole message, and nothing else", () => {
    const { transcript, tell } = started()
    const { messages } = transcript
    tell("turn", "started", { turn: TURN })
    tell("agent", "text-start", { id: "a" })
    tell("agent", "text-delta", { id: "a", delta: "first" })
    tell("agent", "text-end", { id: "a" })
    tell("agent", "text-start", { id: "b" })
    const [ids, first, streaming] = [messages.ids.get(), messages.of("one")!, messages.of(TURN)!]
    const before = [streaming.head.get(), streaming.part(0).get(), first.whole.get()]
    tell("agent", "text-delta", { id: "b", delta: "sec" })
    tell("agent", "text-delta", { id: "b", delta: "ond" })
    expect(messages.ids.get()).toBe(ids)
    expect([streaming.head.get(), streaming.part(0).get(), first.whole.get()].every((one, i) => one === before[i])).toBe(true)
    expect(streaming.part(1).get()).toMatchObject({ text: "second" })
    expect(messages.all.get()[1]?.parts).toHaveLength(2)
    expect(messages.all.get()[0]).toBe(first.whole.get())
    expect(Object.isFrozen(messages.all.get()) && messages.all.get().every(Object.isFrozen)).toBe(true)
  })

  it("U-2 the stored message takes the streaming one's place with the parts that say the same", () => {
    const { transcript, tell } = started()
    const { messages } = transcript
    tell("turn", "started", { turn: TURN })
    tell("agent", "text-delta", { id: "a", delta: "done" })
    tell("message", "added", { message: message("two", "meanwhile") })
    expect(messages.ids.get()).toEqual(["one", "two", TURN])
    tell("agent", "text-end", { id: "a" })
    const cells = messages.of(TURN)!
    const shown = cells.part(0).get()
    const stored: Message = {
      id: TURN,
      role: "assistant",
      turn: TURN,
      createdAt: 11,
      outcome: "completed",
      parts: [{ type: "text", text: "done", state: "done" }],
    }
    tell("message", "added", { message: stored })
    tell("turn", "ended", { turn: TURN, outcome: "completed" })
    expect(messages.of(TURN)).toBe(cells)
    expect(cells.part(0).get()).toBe(shown)
    expect(cells.head.get()).toMatchObject({ outcome: "completed", isStreaming: false })
    expect(messages.all.get()).toEqual([message("one", "hello"), message("two", "meanwhile"), stored])
  })

  it("U-2 a turn that shows nothing that lasts goes as it came", () => {
    const { transcript, tell } = started()
    tell("turn", "started", { turn: TURN })
    tell("agent", "text-delta", { id: "a", delta: "x" })
    expect(transcript.messages.ids.get()).toEqual(["one", TURN])
    tell("turn", "ended", { turn: TURN, outcome: "lost" })
    expect(transcript.messages.ids.get()).toEqual(["one"])
  })

  it("U-2 puts older pages in front, once each, and tries a page again that could not be read", async () => {
    const { frames, transcript } = started()
    const asked: Array<number> = []
    const failing = transcript.loadOlder(() => Promise.reject(new Error("away")))
    await expect(failing).rejects.toThrow("away")
    const read = (before: number) => {
      asked.push(before)
      return Promise.resolve({ messages: [message("zero", "before"), message("one", "hello")], before: null })
    }
    await Promise.all([transcript.loadOlder(read), transcript.loadOlder(read)])
    await transcript.loadOlder(read)
    frames.flush()
    expect(asked).toEqual([7])
    expect(transcript.messages.ids.get()).toEqual(["zero", "one"])
    expect(transcript.older.get()).toBe("none")
  })

  it("U-5 continues in another page from what was saved", () => {
    const { transcript, tell } = started()
    tell("turn", "started", { turn: TURN })
    tell("agent", "text-delta", { id: "a", delta: "half" })
    const frames = new Frames(() => () => undefined)
    const other = new Transcript(frames)
    other.restore(JSON.parse(JSON.stringify(transcript.save())))
    other.apply(event(13, "agent", "text-delta", { id: "a", delta: " whole" }, TURN))
    frames.flush()
    expect(other.messages.of(TURN)?.part(0).get()).toMatchObject({ text: "half whole" })
  })

  it("U-2 a message that streams keeps its cells when the log is shown again, and goes when it streams no more", () => {
    const { frames, transcript, tell } = started()
    const { messages } = transcript
    tell("turn", "started", { turn: TURN })
    tell("agent", "text-delta", { id: "a", delta: "half" })
    const cells = messages.of(TURN)!
    const live = transcript.save()?.state.live
    const again = (more: object): void => {
      const shown = { messages: [message("one", "hello")], before: null, ...more }
      transcript.snapshot(new TextEncoder().encode(JSON.stringify(shown)), 20)
      frames.flush()
    }
    again({ live })
    expect(messages.of(TURN)).toBe(cells)
    transcript.apply(event(21, "agent", "text-delta", { id: "a", delta: " whole" }, TURN))
    frames.flush()
    expect(cells.part(0).get()).toMatchObject({ text: "half whole" })
    again({})
    expect([messages.ids.get(), messages.of(TURN)]).toEqual([["one"], undefined])
  })

  it("U-1 U-2 what waits for a message has it when it comes, in its frame", () => {
    const { frames, transcript } = started()
    const { messages } = transcript
    const text = following(messages.ids, () => messages.of("two")?.part(0))
    const seen: Array<unknown> = []
    const end = text.subscribe(() => seen.push(text.get()))
    const other = text.subscribe(() => undefined)
    expect(text.get()).toBe(undefined)
    transcript.apply(event(11, "message", "added", { message: message("two", "there") }))
    expect(text.get()).toBe(undefined)
    frames.flush()
    expect(seen).toEqual([{ type: "text", text: "there" }])
    messages.replace([message("two", "other")])
    frames.flush()
    expect(seen.at(-1)).toMatchObject({ text: "other" })
    end()
    other()
    messages.replace([])
    expect(text.get()).toBe(undefined)
  })
})
