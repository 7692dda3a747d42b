import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { eventually } from "../src/eventually.ts"
import { startModelServer, type ModelServer } from "../src/model/ModelServer.ts"

/** Each API's request for a streamed answer to a text, with one shell tool on offer. */
const APIS: Readonly<Record<string, (text: string) => { readonly path: string; readonly body: object }>> = {
  anthropic: (text) => ({
    path: "/v1/messages",
    body: { model: "m", stream: true, tools: [{ name: "Bash" }], messages: [{ role: "user", content: text }] },
  }),
  "chat-completions": (text) => ({
    path: "/v1/chat/completions",
    body: { model: "m", stream: true, tools: [{ function: { name: "bash" } }], messages: [{ role: "user", content: text }] },
  }),
  responses: (text) => ({
    path: "/v1/responses",
    body: {
      model: "m",
      stream: true,
      tools: [{ name: "exec_command" }],
      input: [{ role: "user", content: [{ type: "input_text", text }] }],
    },
  }),
  gemini: (text) => ({
    path: "/v1beta/models/m:streamGenerateContent?alt=sse",
    body: { tools: [{ functionDeclarations: [{ name: "run_shell_command" }] }], contents: [{ role: "user", parts: [{ text }] }] },
  }),
}

let model: ModelServer
beforeEach(async () => {
  model = await startModelServer()
})
afterEach(() => model.stop())

const post = (path: string, body: object, signal?: AbortSignal) =>
  fetch(`${model.url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": "secret-1" },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })

/** All text in the strings of the events, wherever the API puts it. */
const wordsIn = (stream: string): string =>
  [...stream.matchAll(/"(?:text|delta|content|reasoning_content|thinking)":"((?:[^"\\]|\\.)*)"/g)]
    .map(([, text]) => text)
    .join("")

for (const [name, request] of Object.entries(APIS)) {
  describe(`the scripted ${name} API`, () => {
    const ask = (text: string, signal?: AbortSignal) => {
      const { path, body } = request(text)
      return post(path, body, signal)
    }

    it("streams thought, text and a tool call", async () => {
      const response = await ask("[[think deep]][[say hello there]][[bash echo hi]]")
      expect(response.headers.get("content-type")).toContain("text/event-stream")
      const stream = await response.text()
      expect(wordsIn(stream)).toContain("deep")
      expect(wordsIn(stream)).toContain("hello there")
      expect(stream).toMatch(/"name":"(Bash|bash|exec_command|run_shell_command)"/)
      expect(model.requests()[0]).toMatchObject({ dialect: name, prompt: expect.stringContaining("[[bash"), step: 0 })
      expect(model.requests()[0]?.outcome()).toBe("finished")
    })

    it("answers with the status the script asks for, as often as it asks", async () => {
      expect((await ask("[[error 529]]")).status).toBe(529)
      expect((await ask("[[error 503 1]][[say fine]]")).status).toBe(503)
      const second = await ask("[[error 503 1]][[say fine]]")
      expect(wordsIn(await second.text())).toContain("fine")
      const limited = await ask("[[limit 60]]")
      expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "60"])
    })

    it("cuts the connection in the middle", async () => {
      const response = await ask("[[say some words]][[cut]]")
      await expect(response.text()).rejects.toThrow()
      expect(model.requests()[0]?.outcome()).toBe("cut")
      expect(model.aborted()).toBe(0)
    })

    it("counts a client that goes away", async () => {
      const gone = new AbortController()
      const response = await ask("[[slow 10000 5]]", gone.signal)
      await response.body?.getReader().read()
      gone.abort()
      await eventually("the model saw it", 5000, () => model.aborted() === 1)
      expect(model.requests()[0]?.outcome()).toBe("aborted")
    })

    it("answers a request without tools briefly", async () => {
      const { path, body } = request("[[error 500]]")
      const response = await post(path, { ...body, tools: [] })
      expect(response.status).toBe(200)
      await response.text()
      expect(model.requests()[0]?.prompt).toBeUndefined()
    })
  })
}

describe("the model server", () => {
  it("continues with the script after a tool's result", async () => {
    const { body } = APIS["anthropic"]?.("[[bash echo hi]][[say end]]") ?? { body: {} }
    const messages = [
      { role: "user", content: "[[bash echo hi]][[say end]]" },
      { role: "assistant", content: [{ type: "tool_use", id: "t", name: "Bash", input: {} }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "t", content: "hi" }] },
    ]
    const stream = await (await post("/v1/messages", { ...body, messages })).text()
    expect(wordsIn(stream)).toContain("Tool said: hi end")
    expect(model.requests()[0]?.step).toBe(1)
  })

  it("answers in one piece when no stream is asked for", async () => {
    const { path, body } = APIS["chat-completions"]?.("[[say whole]]") ?? { path: "", body: {} }
    const answer: unknown = await (await post(path, { ...body, stream: false })).json()
    expect(answer).toMatchObject({ choices: [{ message: { content: "whole" } }] })
  })

  it("keeps no credential but knows one", async () => {
    const { path, body } = APIS["anthropic"]?.("[[say x]]") ?? { path: "", body: {} }
    await (await post(path, body)).text()
    const [request] = model.requests()
    expect(request?.headers["x-api-key"]).toBe("***")
    expect([request?.carries("secret-1"), request?.carries("secret-2")]).toEqual([true, false])
  })

  it("survives bodies that are not JSON and unknown paths", async () => {
    const bad = await fetch(`${model.url}/v1/messages`, { method: "POST", body: "{" })
    expect(bad.status).toBe(200)
    await bad.text()
    expect((await fetch(`${model.url}/nothing`, { method: "POST" })).status).toBe(404)
    expect((await fetch(`${model.url}/v1/models`)).status).toBe(200)
  })

  it("stops in the middle of an answer", async () => {
    const { path, body } = APIS["anthropic"]?.("[[slow 10000 5]]") ?? { path: "", body: {} }
    const response = await post(path, body)
    await model.stop()
    await expect(response.text()).rejects.toThrow()
    model = await startModelServer()
  })
})
