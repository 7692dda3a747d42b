import { describe, expect, it } from "vitest"
import type { AgentState } from "@holdfast/protocol/agent/agent"
import { knownAgent } from "../../src/dock/known-agent.ts"
import { agent } from "../list/records.ts"

const state = (more: object = {}): AgentState =>
  ({
    name: "claude",
    adapter: "claude",
    cwd: "/src/holdfast",
    options: {},
    info: {},
    turns: 0,
    usage: {},
    ...more,
  }) as unknown as AgentState

const named = (...ids: ReadonlyArray<string>) => ids.map((id) => ({ id, name: id }))

describe("what is known of an agent that has said nothing", () => {
  const other = agent("other", {
    agent: state({
      cwd: "/elsewhere",
      info: { models: named("opus"), modes: named("plan"), commands: named("/there"), steers: true },
    }),
  })
  const here = agent("here", { agent: state({ info: { version: "1", commands: named("/review") } }) })

  it("APP-146 is what sessions of the agent said last, and for its commands those in the same directory", () => {
    expect(knownAgent(state(), [other, here])).toEqual({
      info: { models: named("opus"), modes: named("plan"), commands: named("/review"), steers: true },
      later: undefined,
    })
    expect(knownAgent(state(), [other])).toEqual({
      info: { models: named("opus"), modes: named("plan"), steers: true },
      later: "Commands come with the first message",
    })
    const pi = agent("pi", { agent: state({ name: "pi", info: { models: named("m") } }) })
    expect(knownAgent(state(), [pi]).later).toBe("Modes, models and commands come with the first message")
  })

  it("APP-146 shows what was chosen for this one, and nothing of others once it has said something itself", () => {
    const made = { options: { model: "swift", permissionMode: "plan" } }
    expect(knownAgent(state(made), []).info).toEqual({ model: "swift", mode: "plan" })
    const acp = { adapter: "acp", options: { mode: "ask", permissionMode: "plan" } }
    expect(knownAgent(state(acp), []).info).toEqual({ mode: "ask" })
    expect(knownAgent(state({ ...made, wanted: { model: "opus" } }), []).info).toEqual({ model: "opus", mode: "plan" })
    const own = { version: "2", model: "swift" }
    expect(knownAgent(state({ info: own, turns: 1 }), [other, here])).toEqual({ info: own, later: undefined })
    expect(knownAgent(state({ turns: 1 }), []).later).toBeUndefined()
  })

  it("APP-146 shows what was chosen before it started also while that is not applied yet", () => {
    const wanted = { model: "opus", mode: "plan" }
    const models = named("swift", "opus")
    expect(knownAgent(state({ wanted, info: { models } }), []).info).toEqual({ models, ...wanted })
    // What it runs with is what it says.
    expect(knownAgent(state({ wanted, info: { models, model: "swift" } }), []).info).toEqual({
      models,
      model: "swift",
      mode: "plan",
    })
  })
})
