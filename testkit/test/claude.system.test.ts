/** check:A8 with the real Claude: its adapter against a scripted model. */
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type AgentProbe, YES } from "@holdfast/adapter/contract/agent-probe"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { readNamed } from "@holdfast/protocol/agent/named-data"
import { ClaudeProbes } from "../src/agents/ClaudeProbes.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { promptly } from "../src/eventually.ts"
import { PIXEL, PIXEL_FILE } from "../src/pixel.ts"
import { member } from "../src/model/json.ts"
import { timeLimit } from "../src/sizes.ts"

const claude = new ClaudeProbes()

const typesOf = (chunks: ReadonlyArray<AgentChunk>): ReadonlyArray<string> =>
  chunks.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1])

const ofType = <T extends AgentChunk["type"]>(chunks: ReadonlyArray<AgentChunk>, type: T) =>
  chunks.filter((chunk): chunk is Extract<AgentChunk, { type: T }> => chunk.type === type)

/** Named values that are not of the shape that readers know. */
const unreadable = (chunks: ReadonlyArray<AgentChunk>): ReadonlyArray<AgentChunk> =>
  chunks.filter((chunk) => chunk.type.startsWith("data-") && readNamed(chunk) === undefined)

/** Messages that Claude has put into its queue, as its transcript says. */
const enqueued = (probe: AgentProbe): number =>
  probe
    .of("transcript")
    .flatMap(({ entries }) => entries)
    .filter((entry) => member(entry, "type") === "queue-operation" && member(entry, "operation") === "enqueue").length

const answer = (probe: AgentProbe, permission: string, outcome = YES): void =>
  probe.handle.command({ type: "answer", requestId: permission, outcome })

describe.skipIf(isElsewhere("claude"))("check:A8 the real Claude", () => {
  beforeEach(() => claude.open())
  afterEach(() => claude.close())

  it("thinks, says, asks, runs a tool and reports what it cost", async () => {
    const probe = claude.begin()
    const { turn, id } = probe.send("[[think let me see]][[say I will write]][[bash echo once >> out; cat out]][[say done]]")
    const request = await probe.asked()
    expect(request).toMatchObject({ kind: "tool", tool: "Bash", subject: "echo once >> out; cat out" })
    expect(request.options.map(({ kind }) => kind)).toEqual(["allow_once", "reject_once"])
    answer(probe, request.id)
    const end = await probe.ended(turn)
    expect(end).toMatchObject({ outcome: "completed", model: expect.stringContaining("claude") })
    expect(end.usage?.inputTokens).toBeGreaterThan(1000)
    expect(end.usage?.cost).toBeGreaterThan(0)
    expect(end.usage?.contextUsed).toBeLessThan(end.usage?.inputTokens ?? 0)
    expect(end.usage?.contextWindow).toBeGreaterThan(100_000)
    expect(readFileSync(join(claude.directories.cwd, "out"), "utf8")).toBe("once\n")
    expect(probe.of("taken")).toEqual([{ type: "taken", messageId: id, turn }])
    const chunks = probe.chunks(turn)
    expect(typesOf(chunks)).toEqual([
      "start",
      "start-step",
      "reasoning-start",
      "reasoning-delta",
      "reasoning-end",
      "text-start",
      "text-delta",
      "text-end",
      "tool-input-start",
      "tool-input-delta",
      "tool-input-available",
      "tool-approval-request",
      "tool-approval-response",
      "tool-output-available",
      "finish-step",
      "start-step",
      "text-start",
      "text-delta",
      "text-end",
      "text-start",
      "text-delta",
      "text-end",
      "finish-step",
      "finish",
    ])
    expect(ofType(chunks, "tool-output-available")[0]).toMatchObject({ toolCallId: request.toolCallId, output: "once" })
    expect(claude.model.requests().map(({ step }) => step)).toEqual([0, 1])
    const ready = await probe.ready()
    expect(ready.info?.commands?.some(({ name }) => name === "compact")).toBe(true)
    expect(ready).toMatchObject({ resumed: "new", info: { steers: true, mode: "default", version: expect.any(String) } })

    // A second turn of the same process costs what it costs, not what both cost.
    const second = probe.send("[[say again]]")
    const { usage } = await probe.ended(second.turn)
    expect(usage?.cost).toBeLessThan(end.usage?.cost ?? 0)
  })

  it("runs nothing that is refused, says why, and continues", async () => {
    const probe = claude.begin()
    const { turn } = probe.send("[[bash echo no > no]][[say went on]]")
    const { id, toolCallId } = await probe.asked()
    answer(probe, id, { type: "answered", optionId: "reject", allow: false, message: "not on this machine" })
    expect((await probe.ended(turn)).outcome).toBe("completed")
    expect(ofType(probe.chunks(turn), "tool-output-denied")).toEqual([{ type: "tool-output-denied", toolCallId }])
    expect(probe.text(turn)).toContain("went on")
    expect(JSON.stringify(claude.model.requests().at(-1)?.body)).toContain("not on this machine")
    expect(existsSync(join(claude.directories.cwd, "no"))).toBe(false)
  })

  it("correlates tools that it calls together, also one that fails", async () => {
    const probe = claude.begin({ permissionMode: "bypassPermissions" })
    const { turn } = probe.send("[[par]][[bash echo one]][[bash exit 3]][[bash echo three]]")
    expect((await probe.ended(turn)).outcome).toBe("completed")
    const chunks = probe.chunks(turn)
    const calls = ofType(chunks, "tool-input-available").map(({ toolCallId }) => toolCallId)
    expect(calls).toHaveLength(3)
    const outputs = ofType(chunks, "tool-output-available").map(({ toolCallId, output }) => [toolCallId, output])
    expect(Object.fromEntries(outputs)).toEqual({ [calls[0] ?? ""]: "one", [calls[2] ?? ""]: "three" })
    expect(ofType(chunks, "tool-output-error")).toMatchObject([{ toolCallId: calls[1] }])
  })

  it("reports retries, then answers", async () => {
    const probe = claude.begin()
    const { turn } = probe.send("[[error 529 1]][[say at last]]")
    expect((await probe.ended(turn)).outcome).toBe("completed")
    expect(probe.text(turn)).toBe("at last")
    const retries = ofType(probe.chunks(turn), "data-retry")
    expect(retries).toMatchObject([{ data: { attempt: 1, status: 529, error: "overloaded" } }])
    expect(unreadable(retries)).toEqual([])
  })

  it("fails with the model's error when it does not end, and takes the next message", async () => {
    const probe = claude.begin({ maxRetries: 1 })
    const { turn } = probe.send("[[error 529]]")
    const end = await probe.ended(turn)
    expect(end).toMatchObject({ outcome: "error", error: { tag: "ModelError", message: expect.stringContaining("529") } })
    expect(probe.text(turn)).toBe("")
    expect(claude.model.requests()).toHaveLength(2)
    const denied = probe.send("[[error 403]]")
    expect(await probe.ended(denied.turn)).toMatchObject({ outcome: "error", error: { tag: "AgentUnauthorized" } })
    const next = probe.send("[[say fine]]")
    expect((await probe.ended(next.turn)).outcome).toBe("completed")
  })

  it("starts a step again whose reply was cut off", async () => {
    const probe = claude.begin()
    const { turn } = probe.send("[[slow 3 20]][[cut 1]]")
    expect((await probe.ended(turn)).outcome).toBe("completed")
    const chunks = probe.chunks(turn)
    // A reply can break off before Claude has read a word of it: then there is nothing to begin anew.
    const shown = chunks
      .slice(
        0,
        chunks.findIndex(({ type }) => type === "data-retry"),
      )
      .some(({ type }) => type.startsWith("text-"))
    expect(ofType(chunks, "reset-step")).toHaveLength(shown ? 1 : 0)
    const after = chunks.slice(chunks.findLastIndex(({ type }) => type === "reset-step") + 1)
    expect(
      ofType(after, "text-delta")
        .map(({ delta }) => delta)
        .join(""),
    ).toBe("word0 word1 word2 ")
    expect(ofType(chunks, "data-retry").length).toBeGreaterThan(0)
  })

  it("trap:4 an answer that is cut off for the last time is an error, whatever the result says", async () => {
    const probe = claude.begin({ maxRetries: 1 })
    const { turn } = probe.send("[[slow 3 5]][[cut]]")
    const end = await probe.ended(turn)
    expect(end.outcome).toBe("error")
    expect(["ModelCut", "ModelError"]).toContain(end.error?.tag)
  })

  it("closes the connection to the model within a second of an interrupt, keeps what was said", async () => {
    const probe = claude.begin()
    const { turn } = probe.send("[[slow 500 10]]")
    await probe.says("word3", turn)
    probe.handle.command({ type: "interrupt", turn })
    expect(await probe.ended(turn, timeLimit(1000))).toMatchObject({ outcome: "interrupted" })
    await promptly("the model saw it", timeLimit(1000), () => claude.model.aborted() === 1)
    expect(probe.text(turn)).toContain("word3")
    expect(probe.chunks(turn).at(-1)).toEqual({ type: "abort" })
  })

  it("stops a message that was handed over this moment, and one before Claude is ready", async () => {
    const probe = claude.begin()
    const early = probe.send("[[slow 500 10]]")
    probe.handle.command({ type: "interrupt", turn: early.turn })
    expect((await probe.ended(early.turn)).outcome).toBe("interrupted")
    const { turn } = probe.send("[[slow 500 10]]")
    probe.handle.command({ type: "interrupt", turn })
    expect((await probe.ended(turn, 5000)).outcome).toBe("interrupted")
    const next = probe.send("[[say here]]")
    expect((await probe.ended(next.turn)).outcome).toBe("completed")
    expect(probe.text()).toBe("here")
  })

  it("stops while it waits to ask the model again, and while a person is asked", async () => {
    const probe = claude.begin({ maxRetries: 10 })
    const first = probe.send("[[error 529]]")
    await probe.until("a retry", () => ofType(probe.chunks(first.turn), "data-retry").length > 0)
    probe.handle.command({ type: "interrupt", turn: first.turn })
    expect((await probe.ended(first.turn, 2000)).outcome).toBe("interrupted")
    const second = probe.send("[[bash echo x > x]]")
    const { id } = await probe.asked()
    probe.handle.command({ type: "interrupt", turn: second.turn })
    expect((await probe.ended(second.turn, 2000)).outcome).toBe("interrupted")
    answer(probe, id)
    const third = probe.send("[[say and on]]")
    expect((await probe.ended(third.turn)).outcome).toBe("completed")
    expect(existsSync(join(claude.directories.cwd, "x"))).toBe(false)
  })

  it("P-9 P-10 reports in which directory a call runs, even after Claude changed it, and what rules compare (fault:N6)", async () => {
    const probe = claude.begin()
    const { cwd } = claude.directories
    mkdirSync(join(cwd, "sub"))
    const { turn } = probe.send(
      `[[bash cd sub]][[say there]][[bash npm test 'a b']][[say then]][[tool Write ${JSON.stringify({ file_path: join(cwd, "x/../new"), content: "" })}]][[say done]]`,
    )
    // Claude does not ask whether it may change its directory.
    const parsed: Array<unknown> = []
    for (let i = 0; i < 2; i++) {
      const request = await probe.until(`request ${i}`, () => probe.of("asked")[i]?.request)
      parsed.push(request.parsed)
      answer(probe, request.id, { type: "answered", optionId: "reject", allow: false })
    }
    expect((await probe.ended(turn)).outcome).toBe("completed")
    const place = realpathSync(cwd)
    expect(parsed).toEqual([
      { type: "commands", cwd: join(place, "sub"), commands: [{ argv: ["npm", "test", "a b"] }], literal: true },
      { type: "files", paths: [join(place, "new")], literal: true },
    ])
    expect(typesOf(probe.chunks(turn)).filter((type) => type.startsWith("data-"))).toEqual([])
  })

  it("Q-6 takes a message into the turn while a tool runs", async () => {
    const probe = claude.begin({ permissionMode: "bypassPermissions" })
    const { turn } = probe.send("[[bash while [ ! -e go ]; do sleep 0.05; done]][[say first]]")
    await probe.until("the call", () => ofType(probe.chunks(turn), "tool-input-available")[0])
    const { id } = probe.send("[[say by the way]]", turn)
    await probe.until("it is in Claude's queue", () => enqueued(probe) === 2)
    writeFileSync(join(claude.directories.cwd, "go"), "")
    expect((await probe.ended(turn)).outcome).toBe("completed")
    expect(probe.of("taken").map((note) => note.messageId)).toEqual(["m1", id])
    expect(probe.of("turn-ended")).toHaveLength(1)
    expect(JSON.stringify(claude.model.requests().at(-1)?.body)).toContain("by the way")
  })

  it("answers a message in the same turn that came too late for its last step", async () => {
    const probe = claude.begin()
    const { turn } = probe.send("[[slow 20 20]]")
    await probe.says("word1", turn)
    const { id } = probe.send("[[say one more thing]]", turn)
    const end = await probe.ended(turn)
    expect(end.outcome).toBe("completed")
    expect(probe.of("taken").map((note) => note.messageId)).toEqual(["m1", id])
    expect(probe.text(turn)).toContain("word19")
    expect(probe.text(turn)).toContain("one more thing")
    expect(probe.of("turn-ended")).toHaveLength(1)
    expect(end.usage?.inputTokens).toBeGreaterThan(20_000)
  })

  it.each([
    ["that waits in Claude's queue", true],
    ["that Claude has not read yet", false],
  ])("returns a message for the turn %s when an interrupt comes, and never answers it", async (_, waits) => {
    const probe = claude.begin()
    const { turn } = probe.send("[[slow 300 20]]")
    await probe.says("word1", turn)
    const { id } = probe.send("[[say never]]", turn)
    if (waits) await probe.until("it is in Claude's queue", () => enqueued(probe) === 2)
    probe.handle.command({ type: "interrupt", turn })
    expect((await probe.ended(turn)).outcome).toBe("interrupted")
    expect(probe.of("returned").map((note) => note.messageId)).toEqual([id])
    const next = probe.send("[[say next]]")
    await probe.ended(next.turn)
    expect(probe.text()).not.toContain("never")
    // The same message as a turn of its own: Claude knows its id, and answers it all the same.
    const parts = [{ type: "text", text: "[[say now]]" }] as const
    probe.handle.command({ type: "deliver", messageId: id, turn: "own", parts, steer: false })
    expect((await probe.ended("own")).outcome).toBe("completed")
    expect(probe.text("own")).toBe("now")
  })

  it("asks a question with its choices, and passes the answer on", async () => {
    const probe = claude.begin()
    const question = {
      question: "Which color?",
      header: "Color",
      multiSelect: false,
      options: [
        { label: "Red", description: "warm" },
        { label: "Blue", description: "cold" },
      ],
    }
    const { turn } = probe.send(`[[tool AskUserQuestion ${JSON.stringify({ questions: [question] })}]]`)
    const request = await probe.asked()
    expect(request).toMatchObject({
      kind: "question",
      title: "Which color?",
      questions: [{ question: "Which color?", multiple: false, choices: [{ label: "Red" }, { label: "Blue" }] }],
    })
    answer(probe, request.id, { type: "answered", optionId: "answer", allow: true, answers: { "Which color?": "Blue" } })
    await probe.ended(turn)
    expect(probe.text(turn)).toContain("Blue")
  })

  it("shows a plan, and leaves the mode when it is approved", async () => {
    const probe = claude.begin({ permissionMode: "plan" })
    const { turn } = probe.send('[[tool ExitPlanMode {"plan":"1. do it"}]][[say went]]')
    const request = await probe.asked()
    expect(request).toMatchObject({ kind: "plan", tool: "ExitPlanMode", input: { plan: "1. do it" } })
    answer(probe, request.id, { type: "answered", optionId: "approve", allow: true })
    expect((await probe.ended(turn)).outcome).toBe("completed")
    expect(probe.of("info").at(-1)?.info.mode).toBe("default")
  })

  it("reports todo lists and subagents", async () => {
    const probe = claude.begin({ permissionMode: "bypassPermissions" })
    const todo = { todos: [{ content: "a", status: "in_progress", activeForm: "doing a" }] }
    const prompt = "[[bash echo sub]][[say found]]"
    const task = { description: "look", prompt, subagent_type: "general-purpose", run_in_background: false }
    const { turn } = probe.send(`[[tool TodoWrite ${JSON.stringify(todo)}]][[tool Agent ${JSON.stringify(task)}]][[say end]]`)
    expect((await probe.ended(turn)).outcome).toBe("completed")
    const chunks = probe.chunks(turn)
    expect(ofType(chunks, "data-todo")[0]).toMatchObject({ data: [{ text: "a", status: "in_progress" }] })
    expect(ofType(chunks, "data-subagent").at(-1)).toMatchObject({ data: { calls: 1, latest: ["Bash: echo sub"] } })
    expect(ofType(chunks, "data-unknown")).toEqual([])
    expect(unreadable(chunks)).toEqual([])
  })

  it("starts a turn of its own when what it left running has ended, and says why", async () => {
    const probe = claude.begin({ permissionMode: "bypassPermissions" })
    const input = { command: "while [ ! -e go ]; do sleep 0.05; done", run_in_background: true, description: "waiting" }
    const { turn } = probe.send(`[[tool Bash ${JSON.stringify(input)}]][[say started]]`)
    await probe.ended(turn)
    writeFileSync(join(claude.directories.cwd, "go"), "")
    const own = await probe.until("its own turn", () => probe.of("turn-ended").find((note) => note.turn !== turn))
    expect(own.outcome).toBe("completed")
    const why = probe.chunks(own.turn).find(({ type }) => type === "data-notice")
    expect(why).toMatchObject({ data: { text: expect.stringContaining("waiting") } })
    const next = probe.send("[[say next]]")
    expect((await probe.ended(next.turn)).outcome).toBe("completed")
    expect(probe.text(next.turn)).toBe("next")
  })

  it("changes model and mode while it runs", async () => {
    const probe = claude.begin()
    await probe.ready()
    probe.handle.command({ type: "configure", model: "claude-sonnet-4-5", mode: "acceptEdits" })
    await probe.until("the change", () => probe.of("info").find(({ info }) => info.mode === "acceptEdits"))
    const { turn } = probe.send("[[say hi]]")
    expect((await probe.ended(turn)).model).toBe("claude-sonnet-4-5")
    expect(claude.model.requests().at(-1)?.body).toMatchObject({ model: "claude-sonnet-4-5" })
    probe.handle.command({ type: "configure", mode: "bypassPermissions" })
    await probe.until("the refusal", () => probe.of("info").at(-1)?.info.mode === "acceptEdits")
  })

  it("A-13 reports a usage limit and when it ends", async () => {
    const probe = claude.begin({}, { token: "sk-ant-oat01-test" })
    const before = Date.now()
    const { turn } = probe.send("[[limit 3600]]")
    expect(await probe.ended(turn)).toMatchObject({ outcome: "error", error: { tag: "UsageLimit" } })
    const limit = probe.of("limited")[0]
    expect(limit?.until).toBeGreaterThan(before + 3_500_000)
    expect(limit?.until).toBeLessThan(Date.now() + 3_700_000)
    expect(probe.notes.findIndex(({ type }) => type === "limited")).toBeLessThan(
      probe.notes.findIndex(({ type }) => type === "turn-ended"),
    )
  })

  it("A-40 (fault:N11) a 429 that names no end is a short limit", async () => {
    const probe = claude.begin({ maxRetries: 0 })
    const { turn } = probe.send("[[error 429]]")
    expect(await probe.ended(turn)).toMatchObject({ outcome: "error", error: { tag: "RateLimit" } })
    expect(probe.of("limited")).toMatchObject([{ short: true }])
    expect(probe.of("limited")[0]).not.toHaveProperty("until")
  })

  it("M-6 keeps text exactly", async () => {
    const probe = claude.begin()
    const odd = "a\u2028b\u2029c \ud83d\udc33 é\u0301 end"
    const { turn } = probe.send(`[[say ${odd}]]`)
    await probe.ended(turn)
    expect(probe.text(turn)).toBe(odd)
  })

  it("M-11 hands an image to the model as it was sent (fault:N20)", async () => {
    const probe = claude.begin()
    await probe.ended(probe.sendParts([PIXEL_FILE]).turn)
    expect(claude.model.requests().some(({ body }) => JSON.stringify(body).includes(PIXEL))).toBe(true)
  })

  it("A-11 reveals no credential", async () => {
    const probe = claude.begin({}, { key: "sk-ant-very-secret" })
    await probe.ended(probe.send("[[say hi]]").turn)
    expect(claude.model.requests().every((request) => request.carries("sk-ant-very-secret"))).toBe(true)
    expect(JSON.stringify(probe.notes)).not.toContain("very-secret")
    rmSync(join(claude.directories.session, "logs"), { recursive: true, force: true })
  })
})
