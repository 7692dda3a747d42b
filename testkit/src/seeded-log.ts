/**
 * One long log as a hub would have left it: written through the store itself, before any hub starts on the data.
 */
import { join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { encodeDrafts, storedState } from "@holdfast/hub/inside/session/encode"
import type { Event } from "@holdfast/protocol/event"
import type { EventDraft } from "@holdfast/protocol/events"
import { uuidV7 } from "@holdfast/protocol/ids"
import { encodeEvent, encodeOutput, type LogRecord } from "@holdfast/protocol/record"
import * as SqliteStore from "@holdfast/store/sqlite/SqliteStore"
import { type AppendOutcome, type Checkpoint, type Claimed, Store } from "@holdfast/store/Store"

/** When the first event was written. */
const BEGAN = 1_790_000_000_000

/** Records in one append. */
const BATCH = 1000

/** A log to be stored: how it begins, and what follows. */
export interface LogSeed {
  readonly begin: ReadonlyArray<EventDraft>
  /** The records from a seq on. */
  readonly records: (from: number) => ReadonlyArray<LogRecord>
  readonly checkpoints?: ReadonlyArray<Checkpoint>
}

/** Stores such a session; gives its id. Nothing else may use `data` meanwhile. */
export function seedLog(data: string, { begin, records, checkpoints = [] }: LogSeed): Promise<string> {
  return Effect.gen(function* () {
    const context = yield* Layer.build(SqliteStore.layer({ path: join(data, "holdfast.db"), durability: "process" }))
    const store = Context.get(context, Store)
    const id = uuidV7(BEGAN, crypto.getRandomValues(new Uint8Array(10)))
    const encoded = encodeDrafts(id, undefined, begin, 1, BEGAN, "owner")
    if (encoded === undefined) throw new Error("the seed makes no session")
    const made = yield* store.create({ id, records: encoded.records, state: storedState(encoded.state) })
    if (made._tag !== "Created") throw new Error(`create: ${made._tag}`)
    const { claimed } = made
    const all = records(claimed.nextSeq)
    for (let at = 0; at < all.length; at += BATCH) yield* append(store, claimed, all.slice(at, at + BATCH))
    for (const checkpoint of checkpoints) yield* store.putCheckpoint(claimed.session, claimed.epoch, checkpoint)
    yield* store.settle
    return id
  }).pipe(Effect.scoped, Effect.orDie, Effect.runPromise)
}

const append = (store: Store["Service"], { session, epoch }: Claimed, records: ReadonlyArray<LogRecord>): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    store.append({ session, epoch, records }, (outcome: AppendOutcome) =>
      resume(outcome._tag === "Appended" ? Effect.void : Effect.die(new Error(`append: ${JSON.stringify(outcome)}`))),
    )
  })

function lineAt(seq: number): string {
  return `line ${seq} ${"ok ".repeat(20)}`
}

/** Bytes of output between two checkpoints, as the hub keeps them. */
const CHECKPOINT_BYTES = 2 * 1024 * 1024
const ROWS = 24

/** A terminal that printed a line in each event up to the last one. */
export function printedLog(last: number): LogSeed {
  const encoder = new TextEncoder()
  const checkpoints: Array<Checkpoint> = []
  const records = (from: number): ReadonlyArray<LogRecord> => {
    let since = 0
    return Array.from({ length: last - from + 1 }, (_, at) => {
      const seq = from + at
      const bytes = encoder.encode(`${lineAt(seq)}\r\n`)
      since += bytes.length
      if (since >= CHECKPOINT_BYTES) {
        since = 0
        const lines = Array.from({ length: ROWS }, (_, back) => `${lineAt(seq - ROWS + 1 + back)}\r\n`)
        checkpoints.push({ seq, cols: 80, rows: ROWS, screen: encoder.encode(lines.join("")), time: BEGAN + seq * 20 })
      }
      return encodeOutput(seq, BEGAN + seq * 20, bytes)
    })
  }
  return { begin: TERMINAL, records, checkpoints }
}

const TERMINAL: ReadonlyArray<EventDraft> = [
  {
    name: "session/created",
    data: {
      kind: "terminal",
      label: "A long film of a terminal",
      tags: [],
      owner: "owner",
      terminal: { command: "/bin/true", args: [], cwd: "/", env: [], cols: 80, rows: ROWS, term: "xterm-256color" },
      child: "seeded",
      runner: "seeded",
    },
  },
  { name: "terminal/started", data: { pid: 1, cols: 80, rows: ROWS } },
  { name: "terminal/exit", data: { code: 0 } },
]

/** Events of a turn of `talkedLog`, with those that folding has replaced. */
const TURN = 200

/** An agent whose turns said a word in each event; their chunks are folded. */
export function talkedLog(last: number): LogSeed {
  return {
    begin: AGENT,
    records: (from) => {
      const events: Array<Event> = []
      for (let seq = from; seq + TURN <= last; seq += TURN) events.push(...turnFrom(seq))
      return events.map(encodeEvent)
    },
  }
}

/** An agent in whose only turn there was all that is in the log: words, and a call now and then. */
export function openTurnLog(last: number): LogSeed {
  return { begin: AGENT, records: (from) => openTurn(from, last).map(encodeEvent) }
}

const AGENT: ReadonlyArray<EventDraft> = [
  {
    name: "session/created",
    data: {
      kind: "agent",
      label: "A long film of an agent",
      tags: [],
      owner: "owner",
      agent: { name: "scripted", adapter: "scripted", cwd: "/", env: [], options: {} },
    },
  },
]

const at = (seq: number, channel: Event["channel"], type: string, data: Event["data"], more: Partial<Event> = {}): Event => ({
  seq,
  time: BEGAN + seq * 20,
  channel,
  type,
  data,
  ...more,
})

function wordsOf(first: number, until: number): string {
  return Array.from({ length: Math.max(0, until - first + 1) }, (_, index) => `word${first + index} `).join("")
}

function turnFrom(seq: number): ReadonlyArray<Event> {
  const [turn, asked] = [`t${seq}`, `q${seq}`]
  const end = seq + TURN - 1
  const base = { createdAt: BEGAN + seq * 20 }
  const question = { id: asked, role: "user", parts: [{ type: "text", text: `Question ${seq}` }], ...base }
  const answer = {
    id: turn,
    role: "assistant",
    turn,
    parts: [{ type: "text", text: wordsOf(seq + 2, end - 2), state: "done" }],
    outcome: "completed",
    ...base,
  }
  return [
    at(seq, "turn", "started", { turn }, { turn }),
    at(seq + 1, "message", "added", { message: question }, { turn }),
    at(end - 2, "agent", "folded", { events: TURN - 4 }, { from: seq + 2, turn }),
    at(end - 1, "message", "added", { message: answer }, { turn }),
    at(end, "turn", "ended", { turn, outcome: "completed" }, { turn }),
  ]
}

/** Events of a step of a turn that is open: words, and a call. */
const STEP = 200

function openTurn(seq: number, last: number): ReadonlyArray<Event> {
  const turn = `t${seq}`
  const events = [at(seq, "turn", "started", { turn }, { turn })]
  const say = (type: string, data: Event["data"]): void =>
    void events.push(at(seq + events.length, "agent", type, data, { turn }))
  say("start", { messageId: turn })
  while (seq + events.length + STEP <= last) {
    const [id, call] = [`a${events.length}`, { toolCallId: `c${events.length}`, toolName: "Read" }]
    say("text-start", { id })
    for (let word = 0; word < STEP - 5; word++) say("text-delta", { id, delta: `word${seq + events.length} ` })
    say("text-end", { id })
    say("tool-input-start", { ...call, dynamic: true })
    say("tool-input-available", { ...call, dynamic: true, input: { file_path: `src/a${events.length}.ts` } })
    say("tool-output-available", { toolCallId: call.toolCallId, dynamic: true, output: "a\nb" })
  }
  while (seq + events.length <= last) say("start-step", {})
  return events
}
