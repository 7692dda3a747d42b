/** Bodies of requests that work as they stand, by the operation's id (docs/PROTOCOL.md, H-27). */

const ID = "01998c1e-7d5a-7c3e-9b1a-5d2f8e4a6b70"
const RULE = { tool: "Bash", allow: true }

/** One body for each operation that takes one. */
export const EXAMPLES: Readonly<Record<string, object>> = {
  "sessions.create": {
    kind: "terminal",
    command: "make",
    args: ["-j4"],
    cwd: "/tmp",
    label: "build",
    tags: ["ci"],
    key: "build-41",
  },
  "sessions.batch": { sessions: [ID], action: "archive" },
  "sessions.update": { label: "build", tags: ["ci"], pinned: true },
  "sessions.archive": { key: "archive-1" },
  "sessions.restore": { key: "restore-1" },
  "log.mark": { text: "tests begin", key: "mark-1" },
  "terminal.input": { text: "make test\r", key: "input-1" },
  "terminal.resize": { cols: 120, rows: 40 },
  "terminal.signal": { signal: "SIGINT" },
  "terminal.restart": { key: "restart-1" },
  "terminal.detach": {},
  "messages.send": { text: "Why does the build fail?", mode: "queue", key: "message-1" },
  "messages.edit": { text: "Why do the tests fail?" },
  "messages.reorder": { order: [ID] },
  "messages.resolve": { action: "again" },
  "agents.configure": { model: "opus" },
  "agents.renew": {},
  "agents.answer": { optionId: "allow" },
  "agents.forgetSessionRule": RULE,
  "agents.forgetRule": RULE,
  "agents.setTrust": { directory: "/home/me/project", trusted: true },
  "agents.look": { directory: "/home/me/project" },
  "agents.revokeTrust": { directory: "/home/me/project" },
  "agents.importClaude": { id: "1a2b3c4d-1111-4222-8333-444455556666" },
  "hub.stopRunner": { now: false },
  "hub.makeToken": { name: "laptop", scope: "write" },
}

const EVENT = '{"seq":3,"time":1764460800000,"channel":"terminal","type":"output","data":{"text":"hello\\r\\n"}}'

/** What the streams of server-sent events hold: a description, and some of one as it comes. */
export const STREAMS: Readonly<Record<string, { readonly description: string; readonly example: string }>> = {
  "log.follow": {
    description:
      "Server-sent events, each with JSON as data and the seq as id. event: an Event. snapshot: what is shown now, with seq, reason (fresh, trimmed, reset), session, and screen (text or base64) of a terminal or agent (messages, before, live) of an agent. synced: seq and log, once, when everything so far was sent.",
    example: `event: event\nid: 3\ndata: ${EVENT}\n\nevent: synced\nid: 3\ndata: {"seq":3,"log":"…"}\n\n`,
  },
  "sessions.watch": {
    description:
      "Server-sent events, each with JSON as data and CHANGE@FEED as id. session: a Session that changed. synced: change and feed, once, when everything so far was sent. reset: the cursor was of another store; every session follows.",
    example: 'event: synced\nid: 41@9f2c\ndata: {"change":41,"feed":"9f2c"}\n\n',
  },
}
