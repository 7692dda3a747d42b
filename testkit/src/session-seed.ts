/**
 * A session as the hub would have left it: a terminal that ran `true` and ended.
 */
import type { SessionState } from "@holdfast/core/state"
import { encodeDrafts, storedState } from "@holdfast/hub/inside/session/encode"
import type { EventDraft } from "@holdfast/protocol/events"
import { uuidV7 } from "@holdfast/protocol/ids"
import type { LogRecord } from "@holdfast/protocol/record"
import type { StoredState } from "@holdfast/store/Store"

/** A session that is ready to be stored. */
export interface SessionSeed {
  readonly id: string
  readonly records: ReadonlyArray<LogRecord>
  readonly state: StoredState
}

const EVENTS: ReadonlyArray<EventDraft> = [
  {
    name: "session/created",
    data: {
      kind: "terminal",
      label: "seeded",
      tags: [],
      owner: "owner",
      terminal: { command: "/bin/true", args: [], cwd: "/", env: [], cols: 80, rows: 24, term: "xterm-256color" },
      child: "seeded",
      runner: "seeded",
    },
  },
  { name: "terminal/started", data: { pid: 1, cols: 80, rows: 24 } },
  { name: "terminal/exit", data: { code: 0 } },
]

/** The seed number `at`; creation times are a second apart. */
export function sessionSeed(at: number): SessionSeed {
  const time = 1_790_000_000_000 + at * 1000
  const id = uuidV7(time, crypto.getRandomValues(new Uint8Array(10)))
  const drafts = EVENTS.map((draft) =>
    draft.name === "session/created" ? { ...draft, data: { ...draft.data, label: `seeded ${at}` } } : draft,
  )
  const encoded = encodeDrafts(id, undefined, drafts, 1, time, "owner")
  if (encoded === undefined) throw new Error("the seed makes no session")
  const state: SessionState = encoded.state
  return { id, records: encoded.records, state: storedState(state) }
}
