/** A hub that was started by npm, inside another agent and from an editor: nothing of theirs reaches what it starts. */
import { execFile } from "node:child_process"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, openAgent, sendText, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { HUB_COMMAND, startHub, type HubProcess } from "../src/hub-process.ts"

const FOREIGN = {
  npm_execpath: "/usr/lib/npm-cli.js",
  npm_lifecycle_event: "start",
  npm_config_registry: "http://foreign",
  INIT_CWD: "/foreign",
  COLOR: "1",
  EDITOR: "vi",
  CLAUDECODE: "1",
  CLAUDE_PROJECT_DIR: "/foreign",
  CLAUDE_CODE_MESSAGING_TOKEN: "foreign",
  GIT_EDITOR: "true",
  VSCODE_IPC_HOOK: "/foreign",
  TERM_PROGRAM: "vscode",
  NOTIFY_SOCKET: "/foreign",
}

describe("the environment of a hub that something else started", () => {
  let hub: HubProcess
  beforeAll(async () => {
    hub = await startHub({
      settings: { ...FOREIGN, PATH: `/foreign/node_modules/.bin:${process.env["PATH"] ?? ""}`, MINE: "mine" },
    })
  })
  afterAll(() => hub.stop())

  it("A-27 reaches neither a terminal nor an agent's tools; what is the user's own does (fault:N21)", async () => {
    const command = { command: "sh", args: ["-c", "env; echo over; read x"], cols: 200, rows: 100 }
    const { id } = (await hub.call<Session>("POST", "/api/sessions", { kind: "terminal", ...command })).body
    const screen = await eventually("the variables are shown", 10_000, async () => {
      const { text } = (await hub.call<{ text: string }>("GET", `/api/sessions/${id}/screen`)).body
      return text.includes("over") ? text : undefined
    })
    const agent = await openAgent(hub, { options: { permissions: "allow", pace: 0 } })
    await sendText(hub, agent.id, "[[bash env]]")
    await settledAgent(hub, agent.id)
    for (const seen of [screen, JSON.stringify(await messagesOf(hub, agent.id))]) {
      expect(seen).toContain("MINE=mine")
      for (const name of Object.keys(FOREIGN)) expect(seen).not.toMatch(new RegExp(`\\b${name}=`))
      expect(seen).not.toContain("/foreign")
    }
  })

  it("A-67 `new agent` in a shell: the agent's tools have that shell's environment, after a restart of the hub too (fault:N31)", async () => {
    const [program = "", ...before] = HUB_COMMAND
    const options = ["--option", "permissions=allow", "--option", "pace=0"]
    const { HOME = "", PATH = "", ...rest } = hub.environment()
    const connection = Object.fromEntries(Object.entries(rest).filter(([name]) => name.startsWith("HOLDFAST_")))
    const env = { ...connection, HOME, PATH, MY_API_KEY: "of-this-shell", CLAUDECODE: "1" }
    const asked = [...before, "new", "agent", "scripted", ...options, "[[bash env]]"]
    const id = (await promisify(execFile)(program, asked, { env, timeout: 60_000 })).stdout.trim()
    const seen = async (): Promise<string> => {
      await settledAgent(hub, id)
      return JSON.stringify(await messagesOf(hub, id))
    }
    expect(await seen()).toContain("MY_API_KEY=of-this-shell")
    await hub.kill("SIGKILL")
    await hub.start()
    await sendText(hub, id, "[[bash echo again-$MY_API_KEY]]")
    const all = await seen()
    expect(all).toContain("again-of-this-shell")
    for (const name of ["MINE", "CLAUDECODE", "HOLDFAST_TOKEN"]) expect(all).not.toMatch(new RegExp(`\\b${name}=`))
  })
})
