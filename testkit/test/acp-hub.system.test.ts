/** An ACP agent of the configuration, through a hub as users start it: found, asked, killed around, resumed. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { AgentEntry } from "@holdfast/protocol/agent/agent"
import type { WaitingPermission } from "@holdfast/protocol/agent/permission"
import { checkedAgentLog, endsOf, messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { codexHome } from "../src/agents/codex.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { eventually } from "../src/eventually.ts"
import { startHub, type HubProcess } from "../src/hub-process.ts"
import { startModelServer, type ModelServer } from "../src/model/ModelServer.ts"

const KEY = "key-of-the-configuration"

describe.skipIf(isElsewhere("codex-acp"))("an ACP agent in a hub", () => {
  let root: string
  let model: ModelServer
  let hub: HubProcess

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "holdfast-acp-"))
    model = await startModelServer()
    const { command, args, env } = codexHome(model.url, join(root, "home"), KEY)
    const data = mkdtempSync(join(root, "data-"))
    const agents = { codex: { command, args, env, options: { permissions: "ask" } }, lost: { command: "no-such-program" } }
    writeFileSync(join(data, "config.json"), JSON.stringify({ agents }))
    hub = await startHub({ data, settings: { HOLDFAST_AGENT: "codex" } })
  }, 60_000)
  afterAll(async () => {
    await hub.stop()
    await model.stop()
    rmSync(root, { recursive: true, force: true })
  })

  /** The one request that waits. */
  const waiting = () =>
    eventually("a request waits", 20_000, async () => {
      const { body } = await hub.call<{ permissions: ReadonlyArray<WaitingPermission> }>("GET", "/api/permissions")
      return body.permissions[0]
    })
  const allow = ({ session, request }: WaitingPermission) =>
    hub.call("POST", `/api/sessions/${session}/permissions/${request.id}`, {
      optionId: request.options.find(({ kind }) => kind === "allow_once")?.id,
    })

  it("A-1 lists it as the default, and refuses what is not there or has no such option", async () => {
    const { body } = await hub.call<{ agents: ReadonlyArray<AgentEntry> }>("GET", "/api/agents")
    expect(body.agents.find(({ name }) => name === "codex")).toMatchObject({ installed: true, default: true })
    const lost = body.agents.find(({ name }) => name === "lost")
    expect(lost).toMatchObject({ installed: false, missing: expect.stringContaining("no-such-program is not there") })
    const refused = async (more: object) =>
      (await hub.call<{ error: object }>("POST", "/api/sessions", { kind: "agent", ...more })).body.error
    expect(await refused({ agent: "nobody" })).toMatchObject({ tag: "AgentUnknown" })
    expect(await refused({ agent: "lost" })).toMatchObject({ tag: "AgentNotInstalled" })
    expect(await refused({ options: { speed: 1 } })).toMatchObject({ tag: "Unprocessable", field: "speed" })
  })

  it("keeps working while the hub is dead, runs its tool once, and continues from its memory in a new process", async () => {
    const session = await openAgent(hub, { agent: undefined, cwd: root })
    expect(session.agent).toMatchObject({ name: "codex", adapter: "acp", options: { permissions: "ask" } })
    await sendText(hub, session.id, "[[say first]][[bash echo ran >> ran; sleep 1; echo over > over]][[say last]]")
    const request = await waiting()
    expect(request).toMatchObject({ session: session.id, agent: "codex" })
    expect((await allow(request)).status).toBe(200)
    await eventually("the tool runs", 10_000, () => existsSync(join(root, "ran")))
    await hub.kill("SIGKILL")
    await eventually("the tool ended", 10_000, () => existsSync(join(root, "over")))
    await hub.start()
    await settledAgent(hub, session.id)
    const [first] = endsOf(await checkedAgentLog(hub, session.id))
    expect(first).toMatchObject({ outcome: "completed" })
    expect(readFileSync(join(root, "ran"), "utf8")).toBe("ran\n")
    const answer = (await messagesOf(hub, session.id)).at(-1)
    expect(answer === undefined ? "" : textOf(answer)).toMatch(/^first[\s\S]*last$/)
    expect(model.requests().flatMap(({ prompt, step }) => (prompt === undefined ? [] : [step]))).toEqual([0, 1])

    const { agent } = await recordOf(hub, session.id)
    process.kill(agent?.pid ?? 0, "SIGKILL")
    await eventually("its process is gone", 10_000, async () => (await recordOf(hub, session.id)).process !== "running")
    await sendText(hub, session.id, "[[say here again]]")
    await settledAgent(hub, session.id)
    const log = await checkedAgentLog(hub, session.id)
    expect(endsOf(log).map(({ outcome }) => outcome)).toEqual(["completed", "completed"])
    expect(JSON.stringify(model.requests().at(-1)?.body)).toContain("[[say first]]")
    // what is secret in the configuration is in no event.
    expect(JSON.stringify([...log])).not.toContain(KEY)
    expect(model.requests().every((one) => one.carries(KEY))).toBe(true)
  })
})
