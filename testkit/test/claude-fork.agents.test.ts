/** The real Claude in a fork: it knows what was said up to the place of the fork, and nothing of what came after it. */
import type { Session } from "@holdfast/protocol/session"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { checkedAgentLog, messagesOf, openAgent, sendText, settledAgent, textOf } from "../src/agent-session.ts"
import { type ClaudeHub, startClaudeHub } from "../src/agents/claude-hub.ts"
import { isElsewhere } from "../src/agents/heavy.ts"

describe.skipIf(isElsewhere("claude"))("a fork of a session of Claude", () => {
  let place: ClaudeHub
  beforeAll(async () => {
    place = await startClaudeHub()
  }, 60_000)
  afterAll(() => place.stop())

  it("A-71 (row:A9) continues from a message with our transcript, while the session that is forked continues with its own", async () => {
    const { hub, model, directory } = place
    const { id } = await openAgent(hub, { agent: "claude", cwd: directory() })
    const say = async (session: string, text: string): Promise<string> => {
      const before = model.requests().length
      await sendText(hub, session, text)
      await settledAgent(hub, session, 60_000)
      return JSON.stringify(
        model
          .requests()
          .slice(before)
          .map(({ body }) => body),
      )
    }
    await say(id, "remember the word MARZIPAN [[say remembered]]")
    await say(id, "forget it, the word is NOUGAT [[say changed]]")
    const last = (await messagesOf(hub, id)).filter(({ role }) => role === "user").at(-1)
    const { status, body: fork } = await hub.call<Session>("POST", `/api/sessions/${id}/fork`, { before: last?.id })
    expect(status).toBe(201)
    expect(fork.forkedFrom?.session).toBe(id)
    const asked = await say(fork.id, "which word? [[say that one]]")
    expect(asked).toContain("MARZIPAN")
    expect(asked).not.toContain("NOUGAT")
    const messages = await messagesOf(hub, fork.id)
    expect(messages).toHaveLength(4)
    expect(messages.at(-1) === undefined ? "" : textOf(messages.at(-1) as never)).toContain("that one")
    const started = (await checkedAgentLog(hub, fork.id)).find(({ type }) => type === "agent-started")
    expect(started?.data).toMatchObject({ resumed: "replayed" })
    expect(await say(id, "and here? [[say here]]")).toContain("NOUGAT")
  }, 180_000)
})
