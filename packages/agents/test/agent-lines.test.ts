/** Lines from agents, and the words of the scripted one. */
import { describe, expect, it } from "vitest"
import type { PermissionAsk } from "@holdfast/protocol/agent/permission"
import { boundedAsk, boundedInfo, transcriptBatches } from "../src/host/bounds.ts"
import { LineReader } from "../src/host/lines.ts"
import { RecentIds } from "../src/host/RecentIds.ts"
import { helpfulAnswer, stepsOf } from "../src/scripted/directives.ts"

function read(
  chunks: ReadonlyArray<Buffer>,
  max: number,
): { readonly lines: ReadonlyArray<string>; readonly tooLong: number; readonly rest: number } {
  const lines: Array<string> = []
  let tooLong = 0
  const reader = new LineReader(max, { line: (text) => lines.push(text), tooLong: () => (tooLong += 1) })
  for (const chunk of chunks) reader.push(chunk)
  return { lines, tooLong, rest: reader.rest }
}

describe("lines", () => {
  it("come out the same however the stream is cut", () => {
    const stream = Buffer.from('{"a":"ü😀\u2028"}\r\n\n  \n{"b":1}\nhalf')
    const whole = read([stream], 100)
    expect(whole).toEqual({ lines: ['{"a":"ü😀\u2028"}', '{"b":1}'], tooLong: 0, rest: 4 })
    for (let cut = 1; cut < stream.length; cut++)
      expect(read([stream.subarray(0, cut), stream.subarray(cut)], 100)).toEqual(whole)
  })

  it("over the bound are reported once and skipped, and the next one is read", () => {
    const chunks = [Buffer.alloc(60, "x"), Buffer.alloc(60, "x"), Buffer.alloc(500, "x"), Buffer.from("\nnext\n")]
    expect(read(chunks, 100)).toEqual({ lines: ["next"], tooLong: 1, rest: 0 })
  })

  it("with bytes that are not UTF-8 are still lines", () => {
    expect(read([Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a])], 100).lines).toEqual(["a\ufffd\ufffdb"])
  })
})

describe("bounds", () => {
  const said: Array<string> = []
  const say = (text: string): void => void said.push(text)

  it("cut what an agent asks, and refuse what is too long anyway", () => {
    const request: PermissionAsk = {
      id: "1",
      kind: "tool",
      tool: "x",
      title: "t",
      subject: "s",
      input: "x".repeat(5e6),
      options: [],
    }
    expect(JSON.stringify(boundedAsk(request, say)).length).toBeLessThan(2e6)
    const options = Array.from({ length: 30_000 }, (_, i) => ({
      id: `${i}`,
      label: "x".repeat(100),
      kind: "allow_once" as const,
    }))
    expect(boundedAsk({ ...request, options }, say)).toBeUndefined()
    expect(said.at(-1)).toContain("refused")
  })

  it("leave out lists of an agent's description that are too long", () => {
    const commands = Array.from({ length: 10_000 }, (_, i) => ({ name: `${i}`, description: "x".repeat(100) }))
    expect(boundedInfo({ model: "m", commands }, say)).toEqual({ model: "m" })
    expect(boundedInfo({ model: "m", commands: [] }, say)).toEqual({ model: "m", commands: [] })
  })

  it("put entries of a transcript together, in order, and leave out what fits nowhere", () => {
    const entries = ["a".repeat(3e6), "b".repeat(3e6), "c", "d".repeat(8e6), "e"]
    const batches = Array.from(transcriptBatches(entries, say), (batch) => batch.map((entry) => String(entry)[0]))
    expect(batches).toEqual([["a"], ["b", "c", "e"]])
    expect(said.at(-1)).toContain("too long to keep")
  })
})

describe("recent ids", () => {
  it("forget the oldest beyond their bound", () => {
    const ids = new RecentIds(2)
    expect([ids.add("a"), ids.add("a"), ids.add("b"), ids.add("c")]).toEqual([true, false, true, true])
    expect([ids.has("a"), ids.has("b")]).toEqual([false, true])
  })
})

describe("directives", () => {
  it("are steps: a tool ends one, with par there is one", () => {
    const text = "please [[think hm]] [[bash echo [[x]] ]] [[write a.txt some text]] [[say done]]"
    expect(stepsOf(text).map((step) => step.map(({ kind }) => kind))).toEqual([["reasoning", "tool"], ["tool"], ["text"]])
    expect(stepsOf(`[[par]] ${text}`)).toHaveLength(1)
    expect(stepsOf("[[write a.txt some text]]")).toEqual([
      [{ kind: "tool", call: { name: "write", input: { path: "a.txt", content: "some text" } } }],
    ])
  })

  it("can ask for words that are the time at which they were said", () => {
    expect(stepsOf("[[stamp 50 20]]")).toEqual([[{ kind: "stamps", count: 50, millis: 20 }]])
  })

  it("with wrong arguments do something bounded", () => {
    expect(
      stepsOf("[[slow many fast]] [[tokens -1]] [[wait 1e99]] [[tool]] [[tool x {bad]] [[what is this]]").flat(),
    ).toMatchObject([
      { kind: "text", words: [] },
      { kind: "text", words: [] },
      { kind: "wait", millis: 3_600_000 },
      { kind: "tool", call: { name: "", input: {} } },
      { kind: "tool", call: { name: "x", input: { text: "{bad" } } },
      { kind: "text" },
    ])
  })

  it("are listed for a name that is not one of them", () => {
    const [block] = helpfulAnswer("hello", 2)
    const said = block?.kind === "text" ? block.words.join("") : ""
    expect(stepsOf("hello")).toEqual([])
    expect(said).toContain("You said: hello")
    expect(said).toContain("[[bash ls -l]]")
  })
})
