/**
 * Records and pages of messages as a hub sends them, as JSON text: 50 messages of 400 characters to a page.
 */

/** A session's id by its number. */
export function idOf(at: number): string {
  return `01998c1e-7d5a-7c3e-9b1a-${String(at).padStart(12, "0")}`
}

/** An agent's record. */
export function recordText(at: number): string {
  return JSON.stringify({
    id: idOf(at),
    version: 1,
    kind: "agent",
    label: `session ${at}`,
    directory: `session-${at}`,
    status: "active",
    tags: ["bench"],
    pinned: false,
    owner: "owner",
    createdAt: at,
    updatedAt: at,
    lastActiveAt: at,
    firstSeq: 1,
    lastSeq: 200,
    change: at,
    turn: { status: "idle" },
    process: "running",
    queue: [],
    permissions: [],
    activity: "idle",
    agent: {
      name: "claude",
      adapter: "claude",
      cwd: "/srv/project",
      options: {},
      info: { version: "2.1.0", model: "claude-opus", mode: "default", steers: true },
      native: idOf(at),
      pid: 1000 + at,
      turns: 25,
      usage: { inputTokens: 1000, outputTokens: 500, cost: 0.5 },
    },
  })
}

/** The newest page of a session's messages. */
export function pageText(at: number): string {
  const messages = Array.from({ length: 50 }, (_, n) => ({
    id: `${at}-${n}`,
    role: n % 2 === 0 ? "user" : "assistant",
    parts: [{ type: "text", text: `${at}/${n} `.padEnd(400, "what was said ") }],
    createdAt: n,
  }))
  return JSON.stringify({ messages, before: null })
}
