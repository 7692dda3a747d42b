import type { Session } from "@holdfast/protocol/session"

/** A session's record for tests of what is printed. */
export function session(part: { readonly [K in keyof Session]?: Session[K] | string | undefined }): Session {
  const whole = {
    id: "01890000-0000-7000-8000-000000000001",
    version: 1,
    kind: "terminal",
    label: "x",
    directory: "x",
    status: "active",
    tags: [],
    pinned: false,
    owner: "owner",
    createdAt: 1_699_000_000_000,
    updatedAt: 1_699_000_000_000,
    lastActiveAt: 1_699_000_000_000,
    firstSeq: 1,
    lastSeq: 4,
    change: 1,
    turn: { status: "idle" },
    process: "running",
    queue: [],
    permissions: [],
    terminal: {
      command: "/bin/bash",
      args: ["-c", "make && echo ok"],
      cwd: "/srv",
      term: "xterm-256color",
      cols: 80,
      rows: 24,
      title: "",
    },
    ...part,
  }
  return whole as unknown as Session
}
