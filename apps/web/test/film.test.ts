import { describe, expect, it } from "vitest"
import type { Message } from "@holdfast/protocol/agent/message"
import type { Event } from "@holdfast/protocol/event"
import { AgentStage } from "../src/player/AgentStage.ts"
import { Film } from "../src/player/Film.ts"
import { lengthOf, moved, PAUSE_KEPT, speedBeside } from "../src/player/film-clock.ts"
import { fileSource, traceOf } from "../src/player/file/file-source.ts"
import { MomentFollower } from "../src/player/film-parts.ts"
import type { FilmRecord } from "../src/player/film-source.ts"
import { messageBeside, openAt } from "../src/player/moments.ts"
import { revealed } from "../src/player/revealed.ts"
import type { Stage } from "../src/player/stage.ts"
import { TerminalStage } from "../src/player/TerminalStage.ts"

const pace = { speed: 1, skipsPauses: false }
const event = (seq: number, name: string, data: unknown, more: Partial<Event> = {}): Event => {
  const [channel, type = ""] = name.split("/")
  return { seq, time: 1000 + seq * 100, channel: channel as Event["channel"], type, data: data as Event["data"], ...more }
}
const record = (kind: string, lastSeq: number): FilmRecord => ({
  id: "s" as FilmRecord["id"],
  kind,
  label: "a session",
  createdAt: 1000,
  firstSeq: 1,
  lastSeq,
  ...(kind === "terminal" ? { terminal: { cols: 80, rows: 24 } } : { agent: { name: "scripted" } }),
})

describe("the time of a film", () => {
  it("APP-74 it moves as much faster as the speed says, and stops at the next event with what is left", () => {
    expect(moved(1000, 5000, 500, { ...pace, speed: 2 })).toEqual({ time: 2000, left: 0 })
    expect(moved(1000, 1400, 500, { ...pace, speed: 2 })).toEqual({ time: 1400, left: 300 })
    expect(moved(1000, 5000, 500, { ...pace, speed: 0.5 })).toEqual({ time: 1250, left: 0 })
  })

  it("APP-74 with pauses skipped at most a second of one is left, and a short one is not touched", () => {
    const skipping = { ...pace, skipsPauses: true }
    expect(moved(0, 3_600_000, 100, skipping)).toEqual({ time: 3_600_000 - PAUSE_KEPT + 100, left: 0 })
    expect(moved(0, 500, 100, skipping)).toEqual({ time: 100, left: 0 })
  })

  it("APP-74 it stands at the end of the log, and a clock that was set back does not set it back", () => {
    expect(moved(7000, undefined, 1000, pace)).toEqual({ time: 7000, left: 0 })
    expect(moved(7000, 6000, 10, pace)).toEqual({ time: 7000, left: 10 })
  })

  it("APP-74 for any speeds and steps the time of a film is that of its clock", () => {
    for (const speed of [0.5, 1, 2, 4, 8, 16]) {
      for (const step of [1, 7, 16, 250]) {
        let time = 0
        for (let spent = 0; spent < 1000; spent += step) {
          let left = step
          while (left > 0) ({ time, left } = moved(time, (Math.floor(time / 137) + 1) * 137, left, { ...pace, speed }))
        }
        expect(time).toBeCloseTo(Math.ceil(1000 / step) * step * speed, 3)
      }
    }
  })

  it("APP-74 speeds have ends, and lengths are written as on a player", () => {
    expect([speedBeside(1, 1), speedBeside(16, 1), speedBeside(0.5, -1)]).toEqual([2, 16, 0.5])
    expect([lengthOf(7_000), lengthOf(61_000), lengthOf(3_723_000)]).toEqual(["0:07", "1:01", "1:02:03"])
  })
})

const said = (id: string, text: string, role: Message["role"] = "assistant"): Message => ({
  id,
  role,
  parts: [{ type: "text", text, state: "done" }],
  createdAt: 1,
})

describe("a message whose chunks are folded", () => {
  const message: Message = {
    ...said("t", "0123456789"),
    parts: [
      { type: "text", text: "0123456789", state: "done" },
      { type: "dynamic-tool", toolName: "bash", toolCallId: "c", state: "output-available", input: {}, output: "done" },
      { type: "text", text: "the end 🙂", state: "done" },
    ],
    outcome: "completed",
  }

  it("APP-76 it comes from its beginning: text by characters, a tool call without its result before that is there", () => {
    expect(revealed(message, 0).parts).toEqual([])
    expect(revealed(message, 5 / 60).parts).toEqual([{ type: "text", text: "01234", state: "streaming" }])
    expect(revealed(message, 30 / 60).parts[1]).toEqual({
      type: "dynamic-tool",
      toolName: "bash",
      toolCallId: "c",
      state: "input-available",
      input: {},
    })
    expect(revealed(message, 1)).toBe(message)
  })

  it("APP-76 a larger share never shows less, and no character is cut in two", () => {
    let before = 0
    for (let share = 0; share <= 1; share += 0.01) {
      const text = JSON.stringify(revealed(message, share).parts)
      expect(text).not.toMatch(/\\ud[89ab]../)
      const { length } = revealed(message, share).parts
      expect(length).toBeGreaterThanOrEqual(before)
      before = length
    }
  })
})

const asked = (id: string) => ({
  request: { id, kind: "tool", tool: "bash", title: "Run", subject: "rm -r x", options: [], input: {} },
})

const AGENT: ReadonlyArray<Event> = [
  event(1, "session/created", {
    kind: "agent",
    label: "a",
    tags: [],
    owner: "o",
    agent: { name: "scripted", adapter: "scripted", cwd: "/", env: [], options: {} },
  }),
  event(2, "queue/added", {
    item: { id: "m1", parts: [{ type: "text", text: "do\nit" }], status: "waiting", by: "Ada", mode: "queue", at: 1 },
  }),
  event(3, "turn/started", { turn: "t1" }),
  event(4, "queue/sent", { messageId: "m1", turn: "t1" }),
  event(5, "queue/taken", { messageId: "m1", turn: "t1" }),
  event(6, "message/added", { message: said("m1", "do it", "user") }),
  event(16, "agent/folded", { events: 10 }, { from: 7, turn: "t1" }),
  event(17, "permission/asked", asked("p1"), { turn: "t1" }),
  event(
    18,
    "permission/answered",
    { requestId: "p1", decision: { optionId: "y", allow: true, by: "Ben", at: 1 } },
    { turn: "t1" },
  ),
  event(28, "agent/folded", { events: 10 }, { from: 19, turn: "t1" }),
  event(29, "message/added", { message: { ...said("t1", "abcdefghijklmnopqrst"), outcome: "completed" } }, { turn: "t1" }),
  event(30, "turn/ended", { turn: "t1", outcome: "completed" }),
]

const agentFile = { record: record("agent", 30), events: AGENT, lastSeq: 30 }

describe("a film of an agent", () => {
  const textAt = async (seq: number): Promise<string> => {
    const stage = new AgentStage(fileSource(agentFile))
    await stage.show(seq)
    return JSON.stringify(
      stage.messages().map(({ parts }) => parts.map((part) => (part as { readonly text: string }).text).join("")),
    )
  }

  it("APP-73 at any event it shows what there was, also in the middle of what is folded", async () => {
    expect(await textAt(0)).toBe("[]")
    expect(await textAt(6)).toBe('["do it"]')
    expect(await textAt(11)).toBe('["do it","abcde"]')
    expect(await textAt(16)).toBe('["do it","abcdefghij"]')
    expect(await textAt(23)).toBe('["do it","abcdefghijklmno"]')
    expect(await textAt(30)).toBe('["do it","abcdefghijklmnopqrst"]')
  })

  it("APP-73 played from the beginning it comes to what it shows when it is gone to", async () => {
    const source = fileSource(agentFile)
    const stage = new AgentStage(source)
    await stage.show(0)
    const { events } = await source.events(0, 100)
    await stage.prepare(events)
    for (const one of events) {
      stage.apply(one)
      const other = new AgentStage(source)
      await other.show(one.seq)
      expect(stage.messages()).toEqual(other.messages())
    }
  })

  it("APP-73 going from place to place in a long turn comes to what going there at once does, also behind its end", async () => {
    const length = 12_000
    const chunks = Array.from({ length }, (_, at) =>
      event(at + 4, "agent/text-delta", { id: "x", delta: `${at} ` }, { turn: "t1" }),
    )
    const events = [
      event(1, "turn/started", { turn: "t1" }, { turn: "t1" }),
      event(2, "agent/start", { messageId: "t1" }, { turn: "t1" }),
      event(3, "agent/text-start", { id: "x" }, { turn: "t1" }),
      ...chunks,
      event(length + 4, "message/added", { message: { ...said("t1", "all of it"), outcome: "completed" } }, { turn: "t1" }),
      event(length + 5, "turn/ended", { turn: "t1", outcome: "completed" }, { turn: "t1" }),
      event(length + 6, "turn/started", { turn: "t2" }, { turn: "t2" }),
    ]
    const source = fileSource({ record: record("agent", length + 6), events, lastSeq: length + 6 })
    const stage = new AgentStage(source)
    for (const seq of [11_000, 8000, 5500, 11_500, length + 5, length + 6, 300, 9000]) {
      await stage.show(seq)
      const other = new AgentStage(source)
      await other.show(seq)
      expect(stage.messages(), `at ${seq}`).toEqual(other.messages())
      if (seq < length) expect(JSON.stringify(stage.messages())).toContain(`${seq - 4} "`)
    }
  })

  it("APP-75 people, requests and their answers are moments with the words that they were about", async () => {
    const moments = new MomentFollower(fileSource(agentFile))
    await moments.read()
    expect(moments.get().map(({ seq, kind, text, by }) => [seq, kind, text, by])).toEqual([
      [5, "message", "do it", "Ada"],
      [17, "asked", "rm -r x", undefined],
      [18, "allowed", "rm -r x", "Ben"],
    ])
    expect(openAt(moments.get(), 17)).toHaveLength(1)
    expect(openAt(moments.get(), 18)).toHaveLength(0)
    expect(messageBeside(moments.get(), 30, -1)?.seq).toBe(5)
    expect(messageBeside(moments.get(), 5, 1)).toBeUndefined()
  })

  it("APP-71 the trace of a file says what the hub's would: it worked, it waited, a person wrote", () => {
    const { signs, messages } = traceOf(agentFile)
    expect(signs).toMatch(/w.*a.*w/)
    expect(messages).toHaveLength(1)
  })
})

/** A clock that moves by hand. */
function clock() {
  let next: ((now: number) => void) | undefined
  let now = 1
  return {
    frame: (frame: (now: number) => void) => {
      next = frame
      return () => (next = undefined)
    },
    /** Moves by milliseconds, and waits until what that began is over. */
    move: async (milliseconds: number): Promise<void> => {
      const frame = next
      next = undefined
      now += milliseconds
      frame?.(now)
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
    },
  }
}

const TERMINAL: ReadonlyArray<Event> = [
  event(1, "terminal/started", { pid: 1, cols: 80, rows: 24 }),
  ...Array.from({ length: 50 }, (_, at) => event(at + 2, "terminal/output", { text: `${at} ` })),
]
const terminalFile = { record: record("terminal", 51), events: TERMINAL, lastSeq: 51 }

describe("a film", () => {
  const screenOf = () => {
    const shown: Array<string> = []
    const screen = {
      begin: ({ pieces }: { readonly pieces: ReadonlyArray<unknown> }) => {
        shown.length = 0
        for (const piece of pieces) if (piece instanceof Uint8Array) shown.push(new TextDecoder().decode(piece))
      },
      write: (bytes: Uint8Array) => void shown.push(new TextDecoder().decode(bytes)),
      resize: () => undefined,
    }
    return { shown, screen }
  }

  it("APP-73 it plays what happened in the time that it took, and what was passed over is not missing", async () => {
    const source = fileSource(terminalFile)
    const stage = new TerminalStage(source)
    const { shown, screen } = screenOf()
    await stage.drawOn(screen)
    const { frame, move } = clock()
    const film = new Film(source, stage, { time: 1000 }, frame)
    film.setSkipsPauses(false)
    await film.seek(0)
    film.play()
    await move(0)
    await move(450)
    expect(film.get().seq).toBe(4)
    expect(shown.join("")).toBe("0 1 2 ")
    film.setSpeed(16)
    await move(100)
    expect(film.get().seq).toBe(20)
    film.pause()
    await move(1000)
    expect(film.get()).toMatchObject({ seq: 20, status: "paused" })
    expect(shown.join("")).toBe(Array.from({ length: 19 }, (_, at) => `${at} `).join(""))
  })

  it("APP-73 it steps by events in both directions", async () => {
    const source = fileSource(terminalFile)
    const stage = new TerminalStage(source)
    const { shown, screen } = screenOf()
    await stage.drawOn(screen)
    const film = new Film(source, stage, { time: 1000 }, clock().frame)
    await film.seek(5)
    await film.step(1)
    expect(film.get()).toMatchObject({ seq: 6, time: 1600 })
    await film.step(-1)
    expect(film.get().seq).toBe(5)
    expect(shown.join("")).toBe("0 1 2 3 ")
    await film.seek(51)
    expect(film.get().isAtEnd).toBe(true)
  })

  it("APP-73 of many places that are asked for at once the last one is shown, and few are gone to", async () => {
    const source = fileSource(terminalFile)
    const went: Array<number> = []
    const stage: Stage = {
      show: async (seq) => void went.push(seq),
      prepare: () => Promise.resolve(),
      apply: () => undefined,
      approach: () => undefined,
    }
    const film = new Film(source, stage, { time: 1000 }, clock().frame)
    await Promise.all(Array.from({ length: 40 }, (_, at) => film.seek(at)))
    expect(went.at(-1)).toBe(39)
    expect(went.length).toBeLessThanOrEqual(3)
    expect(film.get()).toMatchObject({ seq: 39, status: "paused" })
  })

  it("APP-73 at the end of a log that grows a film that plays waits for more, and else it stands still", async () => {
    const events = TERMINAL.slice(0, 10)
    const source = fileSource({ ...terminalFile, events })
    const grown = [...events]
    const growing = {
      ...source,
      events: (...range: Parameters<typeof source.events>) => fileSource({ ...terminalFile, events: grown }).events(...range),
    }
    const stage = new TerminalStage(growing)
    const { shown, screen } = screenOf()
    await stage.drawOn(screen)
    const { frame, move } = clock()
    const film = new Film(growing, stage, { time: 1000 }, frame)
    film.setGrowing(true)
    await film.seek(9)
    film.play()
    await move(0)
    await move(1000)
    expect(film.get()).toMatchObject({ seq: 10, status: "playing", isAtEnd: true })
    grown.push(...TERMINAL.slice(10, 12))
    film.grew()
    for (let step = 0; step < 5; step++) await move(1000)
    expect(film.get().seq).toBe(12)
    expect(shown.join("")).toContain("10 ")
    film.setGrowing(false)
    await move(1000)
    expect(film.get()).toMatchObject({ status: "paused", isAtEnd: true })
  })

  it("APP-73 of a log whose beginning was removed, nothing before what stands for it is gone to", async () => {
    const went: Array<number> = []
    const source = fileSource(terminalFile)
    const stage: Stage = {
      show: async (seq) => void went.push(seq),
      prepare: () => Promise.resolve(),
      apply: () => undefined,
      approach: () => undefined,
    }
    const film = new Film(source, stage, { time: 1000, first: 20 }, clock().frame)
    await film.seek(0)
    await film.seek(30)
    expect(went).toEqual([19, 30])
  })

  it("APP-73 what cannot be read is reported, and the film can be moved on", async () => {
    const source = { ...fileSource(terminalFile), picture: () => Promise.reject(new Error("the log was trimmed")) }
    const stage = new TerminalStage(source)
    const film = new Film(source, stage, { time: 1000 }, clock().frame)
    await film.seek(10)
    expect(film.get().error?.message).toBe("the log was trimmed")
    expect(film.get().status).toBe("paused")
  })

  it("APP-74 pauses are skipped, but not what is folded, which took its time", async () => {
    const events = [
      event(1, "turn/started", { turn: "t" }, { time: 1000 }),
      event(11, "agent/folded", { events: 10 }, { from: 2, turn: "t", time: 11_000 }),
      event(12, "message/added", { message: said("t", "0123456789") }, { turn: "t", time: 11_000 }),
      event(13, "turn/ended", { turn: "t", outcome: "completed" }, { time: 11_000 }),
      event(14, "session/marked", { text: "later" }, { time: 99_000 }),
    ]
    const source = fileSource({ record: record("agent", 14), events, lastSeq: 14 })
    const stage = new AgentStage(source)
    const { frame, move } = clock()
    const film = new Film(source, stage, { time: 1000 }, frame)
    await film.seek(1)
    film.play()
    await move(0)
    for (let step = 0; step < 5; step++) await move(1000)
    expect(film.get().time).toBe(6000)
    expect(JSON.stringify(stage.messages()[0]?.parts)).toContain('"01234"')
    for (let step = 0; step < 7; step++) await move(1000)
    expect(film.get().seq).toBe(14)
  })
})
