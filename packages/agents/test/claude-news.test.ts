/** What Claude tells beside its answers: shown, or silent with a reason, never lost. */
import type { AgentInfo } from "@holdfast/protocol/agent/agent"
import type { AgentChunk } from "@holdfast/protocol/agent/chunk"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { LoadedExtensions } from "../src/claude/LoadedExtensions.ts"
import { SHOWN, SILENT } from "../src/claude/news-kinds.ts"
import { SystemNews } from "../src/claude/SystemNews.ts"

const messageOf = (kind: string, more: object = {}): object => {
  const [type, subtype] = kind.split("/")
  return { type, ...(subtype === undefined ? {} : { subtype }), ...more }
}

const told = (take: (news: SystemNews) => void, refused: (id: string) => boolean = () => false): ReadonlyArray<AgentChunk> => {
  const chunks: Array<AgentChunk> = []
  take(new SystemNews({ info: () => undefined, log: { say: () => undefined } }, (chunk) => chunks.push(chunk), refused))
  return chunks
}

const textOf = (kind: string, more: object): unknown => told((news) => news.take(messageOf(kind, more)))[0]

describe("Claude's news", () => {
  it("A-35 what is silent says nothing, what is known is never unknown, and what is new is kept (fault:N15)", () => {
    for (const kind of Object.keys(SILENT)) expect(told((news) => news.take(messageOf(kind)))).toEqual([])
    const shown = told((news) => SHOWN.forEach((kind) => news.take(messageOf(kind))))
    expect(shown.map(({ type }) => type)).not.toContain("data-unknown")
    expect(told((news) => news.take(messageOf("system/of_the_future"))).map(({ type }) => type)).toEqual(["data-unknown"])
  })

  it("A-35 says what was refused, blocked, failed or lost, and by what (fault:N15)", () => {
    const denied = { tool_name: "Bash", tool_use_id: "c", decision_reason: "a rule forbids it" }
    const cases: ReadonlyArray<readonly [string, object, string | undefined]> = [
      ["system/permission_denied", denied, "Bash was refused without asking: a rule forbids it"],
      ["system/hook_response", { hook_name: "Stop", outcome: "success", exit_code: 0, stdout: "fine" }, undefined],
      [
        "system/hook_response",
        { hook_name: "Stop", outcome: "error", exit_code: 2, stderr: "not yet" },
        "the hook Stop blocked it: not yet",
      ],
      ["system/hook_response", { hook_name: "Stop", outcome: "error", exit_code: 127 }, "the hook Stop failed with code 127"],
      ["system/hook_response", { hook_name: "P", stdout: '{"decision":"block","reason":"no"}' }, "the hook P blocked it: no"],
      [
        "system/hook_response",
        { hook_name: "P", stdout: '{"hookSpecificOutput":{"permissionDecision":"deny"}}' },
        "the hook P blocked it",
      ],
      ["system/plugin_install", { status: "failed", name: "x", error: "gone" }, "the plugin x could not be installed: gone"],
      ["auth_status", { isAuthenticating: false, output: [], error: "expired" }, "signing in failed: expired"],
      ["system/session_writes_lost", { error_code: "ENOSPC" }, "Claude could not save its transcript (ENOSPC); free some space"],
    ]
    for (const [kind, more, text] of cases) {
      const expected = text === undefined ? undefined : { type: "data-notice", data: { text, severity: "warning" } }
      expect(textOf(kind, more)).toEqual(expected)
    }
    // What a person refused stands in the transcript.
    expect(
      told(
        (news) => news.take(messageOf("system/permission_denied", denied)),
        (id) => id === "c",
      ),
    ).toEqual([])
  })
})

describe("what Claude loaded", () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it("A-34 A-35 follows a server that starts, reports when it failed and when it is there again (fault:N15)", async () => {
    const infos: Array<AgentInfo> = []
    const chunks: Array<AgentChunk> = []
    let servers: ReadonlyArray<object> = []
    const loaded = new LoadedExtensions({
      sources: ["user"],
      memory: ["/w/CLAUDE.md"],
      hooks: [],
      info: (info) => infos.push(info),
      chunk: (chunk) => chunks.push(chunk),
      servers: () => Promise.resolve(servers),
      log: () => undefined,
    })
    const last = () => infos.at(-1)?.loaded
    const notices = () => chunks.map((chunk) => ("data" in chunk ? (chunk.data as { text: string }).text : ""))
    const turn = async (status: string, more: object = {}): Promise<void> => {
      servers = [{ name: "pier", status, ...more, config: { env: { SECRET: "x" } } }]
      loaded.begun({ mcp_servers: [{ name: "pier", status }], agents: ["harbour"], plugins: [{ name: "p" }] })
      await vi.advanceTimersByTimeAsync(0)
    }
    await turn("pending")
    expect(last()).toMatchObject({ memory: ["/w/CLAUDE.md"], agents: ["harbour"], plugins: ["p"] })
    expect(notices()).toEqual([])
    servers = [{ name: "pier", status: "failed", error: "ENOENT" }]
    await vi.advanceTimersByTimeAsync(1000)
    expect(last()?.servers).toEqual([{ name: "pier", status: "failed", error: "ENOENT" }])
    await turn("failed", { error: "ENOENT" })
    expect(notices()).toEqual(["the MCP server pier did not start: ENOENT"])
    await turn("needs-auth")
    await turn("connected")
    await turn("connected")
    expect(notices().slice(1)).toEqual(["the MCP server pier wants a person to sign in", "the MCP server pier is connected"])
    expect(JSON.stringify(infos)).not.toContain("SECRET")
    const before = infos.length
    await turn("connected")
    expect(infos).toHaveLength(before)
    loaded.close()
  })
})
