/** Records of sessions for the tests of the list. */
import type { OfflineSession } from "@holdfast/client/outbox"
import type { Session } from "@holdfast/protocol/session"

const record = (id: string, more: object): Session =>
  ({
    id,
    version: 1,
    kind: "agent",
    label: id,
    status: "active",
    tags: [],
    pinned: false,
    owner: "me",
    createdAt: 1,
    updatedAt: 1,
    lastActiveAt: 1,
    firstSeq: 1,
    lastSeq: 1,
    change: 1,
    turn: { status: "idle" },
    process: "running",
    queue: [],
    permissions: [],
    ...more,
  }) as unknown as Session

/** An agent's session. */
export function agent(id: string, more: object = {}): Session {
  return record(id, {
    activity: "idle",
    agent: { name: "claude", adapter: "claude", cwd: "/src/holdfast", options: {}, info: { model: "opus" }, turns: 1, usage: {} },
    ...more,
  })
}

/** A terminal; `terminal` changes parts of its own. */
export function terminal(
  id: string,
  { terminal: own = {}, ...more }: { readonly terminal?: object } & Record<string, unknown> = {},
): Session {
  const parts = { command: "/bin/zsh", args: [], cwd: "/src", term: "xterm", cols: 80, rows: 24, title: "", ...own }
  return record(id, { kind: "terminal", terminal: parts, ...more })
}

/** An agent that asks for a command since `askedAt`. */
export function asking(id: string, askedAt: number, request: object = {}): Session {
  const asked = {
    id: "p1",
    kind: "tool",
    tool: "Bash",
    title: "Run a command",
    subject: "npm test",
    options: [],
    inputBytes: 2,
    seq: 1,
    askedAt,
    ...request,
  }
  return agent(id, { activity: "asking", turn: { status: "streaming", startedAt: 1 }, permissions: [asked] })
}

/** A session that is not created yet. */
export function offline(id: string, createdAt: number): OfflineSession {
  return { id, key: id, kind: "agent", label: id, tags: [], pinned: false, status: "offline", syncPending: true, createdAt }
}
