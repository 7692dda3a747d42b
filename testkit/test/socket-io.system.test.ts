/** The page about Socket.IO and its example, as a builder would use them, on a real hub that is killed. */
import { spawn, type ChildProcess } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { examplesOf } from "../src/document-examples.ts"
import { eventually } from "../src/eventually.ts"
import type { HubProcess } from "../src/hub-process.ts"
import { Opened } from "../src/Opened.ts"
import { openAgent, messagesOf, settledAgent, textOf } from "../src/agent-session.ts"

const file = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const opened = new Opened()
afterEach(() => opened.close())

interface Running {
  readonly child: ChildProcess
  readonly output: () => string
  readonly ended: Promise<unknown>
}

/** Runs a program of Node against a hub. */
function run(hub: HubProcess, args: ReadonlyArray<string>): Running {
  const child = spawn(process.execPath, args, {
    cwd: file("examples/socket-io"),
    env: { ...process.env, HOLDFAST_URL: hub.url(), HOLDFAST_TOKEN: hub.token },
  })
  const ended = once(child, "exit")
  opened.closing(async () => {
    child.kill("SIGKILL")
    await ended
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text))
  return { child, output: () => output, ended }
}

describe("Socket.IO for builders", () => {
  it("K-2 K-3 K-4 the examples of its page run as they stand, one after the other", async () => {
    const hub = await opened.hub()
    const examples = examplesOf(readFileSync(file("docs/socket-io.md"), "utf8"))
    const code = examples.filter(({ language }) => language === "js").map(({ body }) => body)
    const create = `const create = async (body) => (await fetch(process.env.HOLDFAST_URL + "/api/sessions", {
      method: "POST", body: JSON.stringify(body),
      headers: { authorization: "Bearer " + process.env.HOLDFAST_TOKEN, "content-type": "application/json" },
    })).json()`
    const running = run(hub, ["--input-type=module", "-e", [create, ...code, "socket.disconnect()"].join("\n")])
    expect([await running.ended, running.output()]).toEqual([[0, null], expect.any(String)])
    const said = running.output()
    for (const shown of code.join("\n").matchAll(/console\.log\(.*\) \/\/ (.*)$/gm)) expect(said).toContain(shown[1])
    expect(said).toContain("Hello over Socket.IO.")
  })

  it("K-3 K-5 its example chats, stops a turn, and continues after a kill of the hub where it was", async () => {
    const hub = await opened.hub()
    const { id } = await openAgent(hub)
    const chat = run(hub, ["chat.mjs", id])
    const until = (what: string): Promise<unknown> => eventually(what, 20_000, () => chat.output().includes(what))
    await until(`[following ${id} after 0]`)
    chat.child.stdin?.write("/banana now\n/yes\n")
    await until("unknown command /banana")
    await until("nothing waits for an answer")
    chat.child.stdin?.write("[[slow 40 25]]\n")
    await until("word3 ")
    await hub.kill("SIGKILL")
    await hub.start()
    await until("[completed]")
    const words = chat.output().match(/word\d+/g) ?? []
    // What had folded before the client was back comes as one message; what it was given is given once, in order.
    expect(words).toEqual([...words].sort((a, b) => Number(a.slice(4)) - Number(b.slice(4))))
    expect(new Set(words).size).toBe(words.length)
    chat.child.stdin?.write("[[slow 2000 20]]\n")
    await eventually("the next turn", 20_000, () => (chat.output().match(/word0 /g) ?? []).length >= 2)
    chat.child.stdin?.write("/stop\n")
    await until("[interrupted]")
    chat.child.stdin?.write("[[bash echo allowed]]\n")
    await until("/yes or /no")
    chat.child.stdin?.write("/yes\n")
    await until("Tool said: allowed")
    chat.child.stdin?.end()
    await chat.ended
    await settledAgent(hub, id)
    const refused = run({ ...hub, token: "no-token" }, ["chat.mjs"])
    expect([await refused.ended, refused.output()]).toEqual([[1, null], expect.stringContaining("HOLDFAST_TOKEN")])
    const [said, first] = await messagesOf(hub, id)
    expect(said === undefined ? "" : textOf(said)).toContain("[[slow 40 25]]")
    expect(first === undefined ? "" : textOf(first)).toContain("word39")
  })
})
