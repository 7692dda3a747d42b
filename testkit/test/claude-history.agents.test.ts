/** The real Claude with a history that the model refuses: what the turns say, and the way out. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { endsOf, messagesOf, openAgent, recordOf, sendText, settledAgent, textOf, checkedAgentLog } from "../src/agent-session.ts"
import { type ClaudeHub, startClaudeHub } from "../src/agents/claude-hub.ts"
import { isElsewhere } from "../src/agents/heavy.ts"
import { eventually } from "../src/eventually.ts"

const REFUSAL =
  "messages.3.content.0: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified."

/** Refuses what has the poisoned reply among the assistant's own messages. */
function refuses(body: unknown): string | undefined {
  const messages = (body as { readonly messages?: ReadonlyArray<{ readonly role?: unknown }> } | null)?.messages ?? []
  return messages.some((message) => message.role === "assistant" && JSON.stringify(message).includes("POISON"))
    ? REFUSAL
    : undefined
}

describe.skipIf(isElsewhere("claude"))("Claude with a history that the model refuses", () => {
  let place: ClaudeHub
  beforeAll(async () => {
    place = await startClaudeHub({ CLAUDE_CODE_MAX_RETRIES: "0" }, { refuses })
  }, 60_000)
  afterAll(() => place.stop())

  it("A-42 A-43 (fault:N13) says so in each turn, counts a failed /compact as an error, and after renew knows what was said", async () => {
    const { hub, model, directory } = place
    const { id } = await openAgent(hub, { agent: "claude", cwd: directory() })
    const say = async (text: string): Promise<ReturnType<typeof endsOf>[number] | undefined> => {
      await sendText(hub, id, text)
      await settledAgent(hub, id, 60_000)
      return endsOf(await checkedAgentLog(hub, id)).at(-1)
    }
    expect(await say("remember the word MARZIPAN")).toMatchObject({ outcome: "completed" })
    expect(await say("[[say POISON]]")).toMatchObject({ outcome: "completed" })
    const message: unknown = expect.stringContaining("holdfast renew")
    const refused = { outcome: "error", error: { tag: "HistoryRefused", message } }
    expect(await say("go on")).toMatchObject(refused)
    expect(await say("/compact")).toMatchObject(refused)
    expect(await say("better now?")).toMatchObject(refused)

    expect((await hub.call("POST", `/api/sessions/${id}/agent/renew`, {})).status).toBe(200)
    await eventually("the process ended", 20_000, async () => (await recordOf(hub, id)).process !== "running")
    const before = model.requests().length
    expect(await say("[[say which word?]]")).toMatchObject({ outcome: "completed" })
    expect(textOf((await messagesOf(hub, id)).at(-1) ?? ({ parts: [] } as never))).toContain("which word?")
    const asked = JSON.stringify(
      model
        .requests()
        .slice(before)
        .map(({ body }) => body),
    )
    for (const said of ["MARZIPAN", "go on"]) expect(asked).toContain(said)
    expect(await say("[[say and again]]")).toMatchObject({ outcome: "completed" })
  }, 180_000)
})
