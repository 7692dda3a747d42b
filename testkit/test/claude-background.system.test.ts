/** What the real Claude runs beside its turns, through a hub that is killed meanwhile. */
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { WaitingPermission } from "@holdfast/protocol/agent/permission"
import type { Session } from "@holdfast/protocol/session"
import { checkedAgentLog, endsOf, messagesOf, openAgent, recordOf, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { type ClaudeHub, startClaudeHub } from "../src/agents/claude-hub.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { eventually } from "../src/eventually.ts"

const IDLE = 2000

describe.skipIf(isElsewhere("claude"))("the real Claude, outside a turn", () => {
  let claude: ClaudeHub
  beforeAll(async () => {
    claude = await startClaudeHub({ HOLDFAST_AGENT_IDLE: String(IDLE) })
  })
  afterAll(() => claude.stop())

  const hub = () => claude.hub
  const until = (what: string, id: string, look: (session: Session) => boolean): Promise<Session> =>
    eventually(what, 30_000, async () => {
      const session = await recordOf(hub(), id)
      return look(session) ? session : undefined
    })
  /** Has Claude launch a subagent; its turn ends at once. */
  const launch = async (id: string, prompt: string): Promise<void> => {
    const input = { description: "look around", prompt, subagent_type: "general-purpose" }
    await sendText(hub(), id, `[[tool Agent ${JSON.stringify(input)}]][[say launched]]`)
    await until("the launch", id, ({ turn, tasks = [] }) => turn.status === "idle" && tasks.length > 0)
  }

  it("P-3 A-15 A-18 (fault:N1 fault:N2) a subagent asks 3 s after its turn's end, is answered across a kill of the hub, and each message has its own answer", async () => {
    const cwd = claude.directory()
    const { id } = await openAgent(hub(), { agent: "claude", cwd })
    await launch(id, "[[wait 3000]][[bash touch made]][[say the subagent is done]]")
    const asking = await until("the request", id, ({ permissions }) => permissions.length > 0)
    expect(asking).toMatchObject({
      activity: "asking",
      turn: { status: "idle" },
      tasks: [{ kind: "subagent", status: "waiting" }],
    })
    await hub().kill("SIGKILL")
    await hub().start()
    // Whoever comes to the new hub finds it, and answers.
    const { body } = await hub().call<{ permissions: ReadonlyArray<WaitingPermission> }>("GET", "/api/permissions")
    const [waiting] = body.permissions.filter(({ session }) => session === id)
    expect(waiting?.request).toMatchObject({ tool: "Bash", subject: "touch made", task: asking.tasks?.[0]?.id })
    const answered = await hub().call("POST", `/api/sessions/${id}/permissions/${waiting?.request.id}`, { optionId: "allow" })
    expect(answered.status).toBe(200)
    // While the background result comes in, five messages are sent one after the other.
    const sent: Array<string> = []
    for (let i = 0; i < 5; i++) sent.push((await sendText(hub(), id, `[[say answer ${i}]]`)).body.messageId)
    await until("the subagent's end", id, ({ tasks }) => tasks === undefined)
    // Claude answers its subagent's result in a turn of its own: there is one turn more than messages.
    await eventually("seven turns", 30_000, async () => endsOf(await checkedAgentLog(hub(), id)).length === 7)
    await settledAgent(hub(), id)
    expect(existsSync(join(cwd, "made"))).toBe(true)
    const messages = await messagesOf(hub(), id)
    const turns = new Map(messages.filter(({ role }) => role === "user").map((message) => [message.id, message.turn]))
    for (const [i, message] of sent.entries()) {
      const answers = messages.filter(({ role, turn }) => role === "assistant" && turn === turns.get(message))
      expect(answers.map(textOf), `the answer to message ${i}`).toEqual([`answer ${i}`])
    }
    const own = messages.filter(({ role, turn }) => role === "assistant" && ![...turns.values()].includes(turn))
    expect(own).toHaveLength(1)
    const ends = (await checkedAgentLog(hub(), id)).filter(({ channel, type }) => channel === "task" && type === "ended")
    expect(ends.map(({ data }) => data)).toMatchObject([{ outcome: "completed", summary: expect.stringContaining("is done") }])
  })

  it("A-16 A-17 (fault:N3) a server in the background outlives the idle limit and an interrupt, and is stopped alone", async () => {
    const cwd = claude.directory()
    const { id } = await openAgent(hub(), { agent: "claude", cwd, options: { permissionMode: "bypassPermissions" } })
    const command = "while true; do touch beat; sleep 0.1; done"
    const input = { command, run_in_background: true, description: "dev server" }
    await sendText(hub(), id, `[[tool Bash ${JSON.stringify(input)}]][[say started]]`)
    const started = await until("the server", id, ({ turn, tasks = [] }) => turn.status === "idle" && tasks.length > 0)
    expect(started).toMatchObject({
      activity: "background",
      tasks: [{ kind: "shell", description: "dev server", status: "running" }],
    })
    const task = started.tasks?.[0]?.id ?? ""
    // Another session goes idle and is unloaded after it: this one's limit has passed, too.
    const other = await openAgent(hub())
    await sendText(hub(), other.id, "hello")
    await until("the unload of another", other.id, ({ process, turn }) => turn.status === "idle" && process === "none")
    expect(await recordOf(hub(), id)).toMatchObject({ process: "running", activity: "background" })
    const beat = () => statSync(join(cwd, "beat")).mtimeMs
    const before = beat()
    await eventually("a beat", 5000, () => beat() > before)
    // An interrupt of a turn leaves it alone.
    await sendText(hub(), id, "[[slow 2000 10]]")
    await until("a turn", id, ({ turn }) => turn.status === "streaming")
    const stopped = await hub().call<{ tasks: ReadonlyArray<unknown> }>("POST", `/api/sessions/${id}/interrupt`, {})
    expect(stopped.body).toMatchObject({ interrupted: true, tasks: [{ id: task }] })
    await until("the interrupt", id, ({ turn }) => turn.status === "idle")
    expect((await recordOf(hub(), id)).tasks).toMatchObject([{ id: task, status: "running" }])
    expect((await hub().call("POST", `/api/sessions/${id}/tasks/${task}/stop`, {})).status).toBe(200)
    await until("the stop", id, ({ tasks }) => tasks === undefined)
    const { pid } = (await recordOf(hub(), id)).agent ?? {}
    expect(pid).toBe(started.agent?.pid)
    const log = await checkedAgentLog(hub(), id)
    expect(log.filter(({ channel, type }) => `${channel}/${type}` === "task/ended").map(({ data }) => data)).toMatchObject([
      { taskId: task, outcome: "stopped" },
    ])
    // Now nothing runs, and the process may go.
    await until("the unload", id, ({ process }) => process === "none")
  })
})
