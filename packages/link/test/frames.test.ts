/** Frames and control messages: whole at every cut, and every malformed one refused. */
import { describe, expect, it } from "vitest"
import type { AgentInstruction, AgentNote, AgentStart } from "../src/agent-messages.ts"
import { readHubMessage, readRunnerMessage } from "../src/control.ts"
import { encodeControl, encodeChildInput, encodeOutputHead, FrameReader, WireMalformed, type WireFrame } from "../src/frames.ts"
import type { HubMessage } from "../src/messages.ts"

const HELLO: HubMessage = { type: "hello", versions: [1], hub: "h", hubEpoch: 3 }
const START: HubMessage = {
  type: "start",
  request: 1,
  id: "a",
  session: "s",
  kind: "terminal",
  terminal: {
    command: "sh",
    args: ["-c", "\u2028\0"],
    cwd: "/",
    env: JSON.parse('{"__proto__":"x"}') as Record<string, string>,
    cols: 80,
    rows: 24,
    term: "",
  },
  scrollback: 10,
}

const AGENT: AgentStart = {
  adapter: "scripted",
  name: "scripted",
  cwd: "/",
  env: JSON.parse('{"__proto__":"x"}') as Record<string, string>,
  options: JSON.parse('{"__proto__":{"a":1},"pace":0}') as Record<string, unknown>,
  program: { command: "sh", args: [] },
  directory: "/tmp",
  resume: { native: "n", history: "/h" },
  interruptGrace: 1,
  startTimeout: 2,
}

function sample(): Buffer {
  const bytes = Buffer.from([0, 255, 10, 13])
  return Buffer.concat([
    encodeControl(HELLO),
    encodeChildInput(7, "phone", 2 ** 40, bytes),
    encodeOutputHead(7, 2 ** 50, 1.5, bytes.length),
    bytes,
    encodeControl(START),
  ])
}

function read(chunks: ReadonlyArray<Buffer>): Array<WireFrame> {
  const frames: Array<WireFrame> = []
  const reader = new FrameReader()
  for (const chunk of chunks)
    reader.push(chunk, (frame) => frames.push("bytes" in frame ? { ...frame, bytes: Uint8Array.from(frame.bytes) } : frame))
  return frames
}

describe("frames", () => {
  it("come out the same however the stream is cut", () => {
    const stream = sample()
    const whole = read([stream])
    expect(whole).toHaveLength(4)
    expect(whole[1]).toMatchObject({ child: 7, number: 2 ** 40, client: "phone" })
    for (let cut = 1; cut < stream.length; cut++) expect(read([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(whole)
    expect(read(Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(whole)
  })

  it("R-17 a length over the limit is refused before its body arrives", () => {
    expect(() => read([Buffer.from([0x7f, 0, 0, 0])])).toThrow(WireMalformed)
    expect(() => read([Buffer.from([0, 0, 0, 0])])).toThrow(WireMalformed)
  })

  it("R-17 check:B1 10,000 mutated streams are read or refused, never a crash", () => {
    const stream = sample()
    let seed = 42
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below
    let refused = 0
    for (let round = 0; round < 10_000; round++) {
      const mutated = Buffer.from(stream)
      for (let change = random(3); change >= 0; change--) mutated[random(mutated.length)] = random(256)
      try {
        for (const frame of read([mutated.subarray(0, 1 + random(mutated.length))]))
          if ("text" in frame) readHubMessage(frame.text)
      } catch (error) {
        if (!(error instanceof WireMalformed)) throw error
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })

  it("a long frame in small pieces is put together in time that does not grow with the square of it", () => {
    const reader = new FrameReader()
    const frame = encodeChildInput(1, "c", 1, Buffer.alloc(4_000_000))
    let frames = 0
    const started = performance.now()
    for (let at = 0; at < frame.length; at += 64) reader.push(Buffer.from(frame.subarray(at, at + 64)), () => (frames += 1))
    expect(frames).toBe(1)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe("control messages", () => {
  it("check:B3 a message survives its way, an own field named __proto__ included", () => {
    const read = readHubMessage(JSON.stringify(START))
    expect(JSON.stringify(read)).toBe(JSON.stringify(START))
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined()
  })

  it("of agents come out as they went in", () => {
    const again = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
    const commands: ReadonlyArray<AgentInstruction> = [
      { type: "deliver", messageId: "a", turn: "t", parts: [{ type: "text", text: "\ud800\0\u2028" }], steer: true },
      { type: "interrupt", turn: "t" },
      { type: "answer", requestId: "p", outcome: { type: "answered", optionId: "o", allow: true, answers: { q: "a" } } },
      { type: "answer", requestId: "p", outcome: { type: "cancelled", reason: "r" } },
      { type: "configure", model: "m" },
    ]
    const messages: ReadonlyArray<HubMessage> = [
      { type: "start", request: 1, id: "a", session: "s", kind: "agent", agent: AGENT },
      { type: "start", request: 1, id: "a", session: "s", kind: "agent", agent: AGENT, environment: { A: "1" } },
      ...commands.map((command): HubMessage => ({ type: "agent", request: 2, child: 3, command })),
    ]
    for (const message of messages) expect(again(readHubMessage(JSON.stringify(message)))).toEqual(again(message))
    const notes: ReadonlyArray<AgentNote> = [
      { type: "ready", pid: 1, resumed: "new", info: { model: "m" } },
      { type: "failed", tag: "T", message: "m" },
      { type: "taken", messageId: "a", turn: "t" },
      { type: "chunks", turn: "t", chunks: [{ type: "text-delta", id: "1", delta: "\ud800\0" }] },
      { type: "turn-ended", turn: "t", outcome: "error", error: { tag: "T", message: "m" }, usage: { inputTokens: 1 } },
      { type: "settled", requestId: "p", how: "withdrawn" },
      { type: "limited", message: "m", until: 1.5 },
      { type: "transcript", key: "k", entries: [1, null, "x"] },
    ]
    for (const note of notes) {
      const message = { type: "note", child: 1, position: 1, time: 1, note: { type: "agent", note, size: 9 } }
      expect(readRunnerMessage(JSON.stringify(message))).toEqual(message)
    }
  })

  it("R-17 wrong fields are refused by name", () => {
    const wrong: ReadonlyArray<readonly [unknown, RegExp]> = [
      [null, /not an object/],
      [[], /not an object/],
      [{ type: 1 }, /type is not text/],
      [{ type: "nonsense" }, /not known/],
      [{ ...HELLO, hubEpoch: -1 }, /hubEpoch/],
      [{ ...HELLO, versions: ["1"] }, /versions/],
      [{ ...START, kind: "other" }, /kind/],
      [{ ...START, kind: "agent" }, /agent is not an object/],
      [{ ...START, kind: "agent", agent: { ...AGENT, adapter: "other" } }, /adapter/],
      [{ type: "agent", request: 1, child: 1, command: { type: "other" } }, /command/],
      [
        {
          type: "agent",
          request: 1,
          child: 1,
          command: { type: "deliver", messageId: "a", turn: "t", parts: [1], steer: false },
        },
        /parts/,
      ],
      [{ ...START, terminal: { ...START.terminal, env: { A: 1 } } }, /A is not text/],
      [{ type: "ack", child: 1, position: 2 ** 53 }, /position/],
      [{ type: "follow", child: 1.5, after: 0, credit: 1 }, /child/],
      [{ type: "status", request: "now" }, /request/],
    ]
    for (const [message, why] of wrong) expect(() => readHubMessage(JSON.stringify(message))).toThrow(why)
    expect(() => readHubMessage("{")).toThrow(WireMalformed)
    expect(() => readRunnerMessage('{"type":"note","child":1,"position":1,"time":1,"note":{"type":"x"}}')).toThrow(WireMalformed)
  })
})
