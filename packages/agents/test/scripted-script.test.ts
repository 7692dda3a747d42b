import { tmpdir } from "node:os"
import { PassThrough } from "node:stream"
import { describe, expect, it } from "vitest"
import { infoOf } from "../src/scripted/info.ts"
import { readScriptedOptions } from "../src/scripted/options.ts"
import { Output } from "../src/scripted/Output.ts"
import { ScriptedAgent } from "../src/scripted/ScriptedAgent.ts"
import type { ScriptedOutput } from "../src/scripted/scripted-lines.ts"

type Ended = Extract<ScriptedOutput, { type: "ended" }>["end"]

/** An agent that is asked one thing after the other; each answer with its words and its end. */
function agentOf(options: Readonly<Record<string, unknown>>) {
  const stream = new PassThrough()
  let said = ""
  let ended: (end: Ended) => void = () => undefined
  let rest = ""
  stream.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines.map((one) => JSON.parse(one) as ScriptedOutput)) {
      if (line.type === "chunk" && line.chunk.type === "text-delta") said += String(line.chunk["delta"])
      if (line.type === "ended") ended(line.end)
    }
  })
  const agent = new ScriptedAgent(new Output(stream), tmpdir(), readScriptedOptions({ pace: 0, ...options }), undefined)
  let turns = 0
  return async (text: string): Promise<readonly [said: string, end: Ended]> => {
    said = ""
    const id = `m${++turns}`
    const end = await new Promise<Ended>((resolve) => {
      ended = resolve
      agent.take({ type: "message", id, turn: id, text, steer: false })
    })
    return [said.trim(), end]
  }
}

describe("the script of the scripted agent", () => {
  it("plays its next text for a message without directives, and says nothing of its tools by itself", async () => {
    const ask = agentOf({
      permissions: "allow",
      script: ["[[used 76000 0.41]][[say first]]", '[[tool Read {"file_path":"a.ts"}]][[say second]]'],
    })
    const [first, end] = await ask("Begin.")
    expect(first).toBe("first")
    expect(end.usage).toMatchObject({ contextUsed: 76_001, cost: 0.41 })
    expect((await ask("[[say by itself]]"))[0]).toBe("by itself")
    const [second, next] = await ask("Continue.")
    expect(second).toBe("second")
    expect(next.usage?.cost).toBe(0)
    expect((await ask("What else?"))[0]).toMatch(/^You said: What else\?/)
  })

  it("is a list of texts", () => {
    expect(() => readScriptedOptions({ script: "[[say one]]" })).toThrow(/option script: use a list/)
    expect(() => readScriptedOptions({ script: [1] })).toThrow(/option script/)
    expect(readScriptedOptions({}).script).toEqual([])
  })

  it("does what its commands say, and keeps to the mode that was chosen", async () => {
    const ask = agentOf({ modes: true, models: ["swift"], commands: { review: "[[say reviewed]]" } })
    expect((await ask("/review all of it"))[0]).toBe("reviewed")
    expect((await ask("/other"))[0]).toMatch(/^You said: \/other/)
    const options = readScriptedOptions({ modes: true, models: ["swift"], commands: { review: "[[say reviewed]]" } })
    expect(infoOf(options)).toMatchObject({
      mode: "ask",
      modes: [{ id: "ask" }, { id: "allow" }],
      models: [{ name: "no model" }, { id: "swift" }],
      commands: [{ name: "review", description: "[[say reviewed]]" }],
    })
    expect(infoOf(readScriptedOptions({}))).not.toHaveProperty("modes")
    for (const wrong of [{ commands: { "a b": "" } }, { commands: ["a"] }, { modes: "ask" }, { models: [""] }]) {
      expect(() => readScriptedOptions(wrong)).toThrow(/option (?:commands|modes|models): use/)
    }
  })
})
