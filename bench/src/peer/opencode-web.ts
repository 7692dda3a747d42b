/** OpenCode's own web page, served by its program from tests/heavy, with the same long conversation in its database. */
import { once } from "node:events"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import type { Message } from "@holdfast/protocol/agent/message"
import { heavyProgram } from "@holdfast/testkit/agents/heavy"
import { openCodeConfig } from "@holdfast/testkit/agents/opencode"
import { longConversation } from "@holdfast/testkit/seeded-transcript"
import { type ChatServer, LONG } from "../load/chat-pages.ts"
import { endProcess, startProcess } from "../process/children.ts"
import { within } from "../process/within.ts"
import { Missing, type Place } from "../row.ts"

const SESSION = "ses_0000000000000000000000long"
const TITLE = "A long conversation"

/** An id of its kind, in the order of `at`. */
const id = (kind: "msg" | "prt", at: number, part = 0): string =>
  `${kind}_${String(at).padStart(12, "0")}${String(part).padStart(14, "0")}`

type Part = Readonly<Record<string, unknown>>

function partOf(part: Part, at: number): Part {
  if (part["type"] === "text") return { type: "text", text: part["text"] }
  const time = { start: at, end: at + 1 }
  const { toolCallId: callID, toolName, input, output } = part
  const title = String(toolName)
  const state = { status: "completed", input, output: String(output), title, metadata: {}, time }
  return { type: "tool", callID, tool: title.toLowerCase(), state }
}

/** A message as OpenCode exports it. */
function exported({ role, parts, createdAt }: Message, at: number, cwd: string): object {
  const model = { providerID: "scripted", modelID: "scripted" }
  const tokens = { input: 0, output: 0, reasoning: 0, cache: { read: 0, write: 0 } }
  const common = { id: id("msg", at), sessionID: SESSION, role, agent: "build" }
  const info =
    role === "user"
      ? { ...common, time: { created: createdAt }, model }
      : {
          ...common,
          ...model,
          time: { created: createdAt, completed: createdAt + 1 },
          parentID: id("msg", at - 1),
          mode: "build",
          path: { cwd, root: cwd },
          cost: 0,
          tokens,
          finish: "stop",
        }
  const own = parts.map((part, index) => ({
    id: id("prt", at, index),
    sessionID: SESSION,
    messageID: id("msg", at),
    ...partOf(part as Part, createdAt),
  }))
  return { info, parts: own }
}

/** Writes the conversation into OpenCode's database. */
async function seed(command: string, cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const file = join(cwd, "conversation.json")
  const messages = longConversation(LONG)
  const time = { created: messages[0]?.createdAt, updated: messages.at(-1)?.createdAt }
  const info = { id: SESSION, slug: "long", version: "1", projectID: "global", directory: cwd, title: TITLE, time }
  writeFileSync(file, JSON.stringify({ info, messages: messages.map((message, at) => exported(message, at, cwd)) }))
  const importing = startProcess(command, ["import", file], { cwd, env, stdio: ["ignore", "ignore", "pipe"] })
  let said = ""
  importing.stderr?.setEncoding("utf8").on("data", (text: string) => (said += text))
  const [code] = (await within("OpenCode imports", 120_000, once(importing, "exit"))) as [number | null]
  if (code !== 0) throw new Error(`OpenCode's import ended with ${code}: ${said.slice(-300)}`)
}

/** Starts OpenCode's server, once it has the conversation. */
export async function startOpenCode(place: Place): Promise<ChatServer> {
  const found = heavyProgram("opencode")
  if ("missing" in found) throw new Missing(found.missing)
  if (place.short) throw new Missing("it is measured in the full form alone")
  const home = join(place.directory, "home")
  const cwd = join(place.directory, "project")
  mkdirSync(cwd, { recursive: true })
  const { command, env } = openCodeConfig("http://127.0.0.1:9", home)
  await seed(command, cwd, env)
  const server = startProcess(command, ["serve", "--port", "0", "--hostname", "127.0.0.1"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "inherit"],
  })
  let said = ""
  server.stdout?.setEncoding("utf8").on("data", (text: string) => (said += text))
  const address = async (): Promise<string> => {
    for (;;) {
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]
      if (url !== undefined) return url
      await pause(20)
    }
  }
  const url = await within("OpenCode's server starts", 30_000, address())
  const credentials = { username: "opencode", password: env["OPENCODE_SERVER_PASSWORD"] ?? "" }
  const longUrl = `${url}/${Buffer.from(cwd).toString("base64url")}/session/${SESSION}`
  const isShown = `document.body.textContent.includes("Answer ${LONG - 1}:")`
  // Its home lists the sessions of projects that a person has added; what was open has a tab there.
  const tab = `Array.from(document.querySelectorAll("a")).find(({ textContent }) => textContent.includes("${TITLE}"))`
  return {
    url: `${url}/`,
    longUrl,
    smallUrl: `${url}/config`,
    enter: async (browser) => {
      const page = await browser.open(undefined, credentials)
      await page.goto(longUrl)
      await page.until(isShown)
      await page.goto(`${url}/`)
      return page
    },
    afresh: (browser, storage) => browser.open(storage, credentials),
    isListed: `${tab} !== undefined`,
    isShown,
    openLong: `${tab}.click()`,
    scroller: `[...document.querySelectorAll("*")].filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 500)
      .find((one) => /auto|scroll/.test(getComputedStyle(one).overflowY) && one.textContent.includes("Answer ${LONG - 1}:"))`,
    end: () => endProcess(server),
  }
}
