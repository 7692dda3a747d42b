/** Lines from agents, and the words of the scripted one. */
import { describe, expect, it } from "vitest"
import { LineReader } from "../src/agent/lines.ts"
import { RecentIds } from "../src/agent/RecentIds.ts"
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

  it("over the bound are told once and skipped, and the next one is read", () => {
    const chunks = [Buffer.alloc(60, "x"), Buffer.alloc(60, "x"), Buffer.alloc(500, "x"), Buffer.from("\nnext\n")]
    expect(read(chunks, 100)).toEqual({ lines: ["next"], tooLong: 1, rest: 0 })
  })

  it("with bytes that are no UTF-8 are still lines", () => {
    expect(read([Buffer.from([0x61, 0xff, 0xfe, 0x62, 0x0a])], 100).lines).toEqual(["a\ufffd\ufffdb"])
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

  it("are told to whoever uses none", () => {
    const [block] = helpfulAnswer("hello", 2)
    const said = block?.kind === "text" ? block.words.join("") : ""
    expect(stepsOf("hello")).toEqual([])
    expect(said).toContain("You said: hello")
    expect(said).toContain("[[bash ls -l]]")
  })
})
