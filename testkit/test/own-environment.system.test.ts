/** A hub that was started by npm, inside another agent and from an editor: nothing of theirs reaches what it starts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { Session } from "@holdfast/protocol/session"
import { messagesOf, openAgent, sendText, settledAgent } from "../src/agent-session.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"

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

  it("A-27 reaches neither a terminal nor an agent's tools; what is the user's own does (N21)", async () => {
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
})
