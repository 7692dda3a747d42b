/** The past of the sessions in pictures: turns with their messages, requests and costs, each at its own time. */
import type { EventDraft } from "@holdfast/protocol/events"
import type { Past, PastMoment } from "@holdfast/testkit/seeded-past"

const SECOND = 1000
const MINUTE = 60 * SECOND

/** What an agent did in a turn: words, thoughts, or a call with what came of it. */
export type Deed =
  | { readonly say: string }
  | { readonly think: string }
  | { readonly call: string; readonly input: object; readonly output?: unknown }

/** A turn, `ago` minutes before now. */
export interface PastTurn {
  readonly ago: number
  readonly asked: string
  readonly did: ReadonlyArray<Deed>
  /** How long it took, in seconds. */
  readonly took: number
  /** From when on it waited for a person, and for how long, in seconds. */
  readonly waited?: readonly [after: number, during: number]
  readonly outcome?: "completed" | "error" | "interrupted" | "lost"
  readonly error?: string
}

/** A session of an agent. */
export interface PastTalk {
  readonly label: string
  readonly cwd: string
  /** What messages without a directive do from now on. */
  readonly script?: ReadonlyArray<string>
  readonly options?: Readonly<Record<string, number | string>>
  readonly turns: ReadonlyArray<PastTurn>
  /** The agent's use of its context, in thousands of tokens, and dollars, after the last turn. */
  readonly used?: readonly [context: number, cost: number]
  /** What still waits, and why. */
  readonly waits?: ReadonlyArray<string>
  readonly hold?: { readonly reason: "person" | "usage-limit"; readonly message?: string; readonly minutes?: number }
  readonly trimmed?: number
}

const part = (deed: Deed, id: string): object =>
  "say" in deed
    ? { type: "text", text: deed.say, state: "done" }
    : "think" in deed
      ? { type: "reasoning", text: deed.think, state: "done" }
      : {
          type: "dynamic-tool",
          toolName: deed.call,
          toolCallId: id,
          state: "output-available",
          input: deed.input,
          output: deed.output ?? "done",
        }

const ALLOW = { id: "allow", label: "Allow", kind: "allow_once" } as const

/** A request that a person answered, with its times. */
function asked(turn: string, from: number, until: number): ReadonlyArray<PastMoment> {
  const id = `${turn}-asked`
  const subject = "npm run typecheck"
  const request = {
    id,
    kind: "tool",
    tool: "bash",
    title: "bash",
    subject,
    options: [ALLOW],
    input: { command: subject },
  } as const
  const decision = { optionId: "allow", allow: true, by: "owner", at: until }
  return [
    { at: from, events: [{ name: "permission/asked", data: { request, turn }, turn }] },
    {
      at: until,
      events: [
        { name: "permission/answered", data: { requestId: id, decision }, by: "owner", turn },
        { name: "permission/taken", data: { requestId: id }, turn },
      ],
    },
  ]
}

function moments(turn: PastTurn, at: number, id: string, used: PastTalk["used"]): ReadonlyArray<PastMoment> {
  const { asked: text, did, took, waited, outcome = "completed", error } = turn
  const end = at + took * SECOND
  const messageId = `${id}-asked`
  const parts = [{ type: "text" as const, text }]
  const shared = { id: messageId, parts, by: "owner" }
  const message = { id: messageId, role: "user", parts, turn: id, createdAt: at, by: "owner" } as const
  const made = did.map((deed, index) => part(deed, `${id}-${index}`))
  const answer = { id, role: "assistant", parts: made, turn: id, createdAt: end, outcome } as never
  const usage = used === undefined ? {} : { usage: { contextUsed: used[0] * 1000, contextWindow: 200_000, cost: used[1] } }
  const ended: ReadonlyArray<EventDraft> = [
    { name: "message/added", data: { message: answer }, turn: id },
    {
      name: "turn/ended",
      data: {
        turn: id,
        outcome,
        ...(error === undefined ? {} : { error: { tag: "ModelError", message: error } }),
        ...usage,
      },
      turn: id,
    },
  ]
  return [
    {
      at,
      events: [
        { name: "queue/added", data: { item: { ...shared, mode: "queue", at, status: "waiting" } } },
        { name: "queue/sent", data: { messageId, turn: id } },
        { name: "turn/started", data: { turn: id }, turn: id },
        { name: "queue/taken", data: { messageId, turn: id }, turn: id },
        { name: "message/added", data: { message }, turn: id },
      ],
    },
    ...(waited === undefined ? [] : asked(id, at + waited[0] * SECOND, at + (waited[0] + waited[1]) * SECOND)),
    ...(outcome === "interrupted"
      ? [
          {
            at: end,
            events: [{ name: "turn/interrupting", data: { turn: id, reason: "person" }, by: "owner", turn: id }],
          } as const,
        ]
      : []),
    { at: end, events: ended },
  ]
}

/** The past of an agent's session, as of `now`. */
export function talk(given: PastTalk, now: number): Past {
  const { label, cwd, turns, used, hold, waits = [], trimmed, script } = given
  const slug = label.toLowerCase().replaceAll(/[^a-z]+/g, "-")
  const began = now - ((turns[0]?.ago ?? 1) + 1) * MINUTE
  const options = { ...given.options, ...(script === undefined ? {} : { script }) }
  const created: PastMoment = {
    at: began,
    events: [
      {
        name: "session/created",
        data: {
          kind: "agent",
          label,
          tags: [],
          owner: "owner",
          agent: { name: "scripted", adapter: "scripted", cwd, env: [], options },
        },
      },
    ],
  }
  const last = turns.length - 1
  const held = now - 4 * MINUTE
  const queue: ReadonlyArray<EventDraft> = waits.map((text, index) => ({
    name: "queue/added",
    data: {
      item: {
        id: `${slug}-waits-${index}`,
        parts: [{ type: "text", text }],
        by: "owner",
        mode: "queue",
        at: held,
        status: "waiting",
      },
    },
  }))
  const holding: ReadonlyArray<EventDraft> =
    hold === undefined
      ? []
      : [
          {
            name: "queue/held",
            data: {
              reason: hold.reason,
              ...(hold.message === undefined ? {} : { message: hold.message }),
              ...(hold.minutes === undefined ? {} : { until: now + hold.minutes * MINUTE, continues: true }),
            },
          },
        ]
  return {
    moments: [
      created,
      ...turns.flatMap((turn, at) => moments(turn, now - turn.ago * MINUTE, `${slug}-${at}`, at === last ? used : undefined)),
      ...(queue.length + holding.length === 0 ? [] : [{ at: held, events: [...queue, ...holding] }]),
    ],
    ...(trimmed === undefined ? {} : { trimmed }),
  }
}

/** A terminal. */
export interface PastTerminal {
  readonly label: string
  readonly cwd: string
  readonly command?: string
  /** How many minutes ago it began and ended. */
  readonly ago: readonly [began: number, ended: number]
  readonly output: string
  readonly end: { readonly code: number } | { readonly lost: string }
}

/** The past of a terminal that has ended. */
export function terminal({ label, cwd, command = "bash", ago: [began, ended], output, end }: PastTerminal, now: number): Past {
  const program = { command, args: [], cwd, env: [], cols: 80, rows: 24, term: "xterm-256color" }
  const [from, until] = [now - began * MINUTE, now - ended * MINUTE]
  const over: EventDraft =
    "code" in end
      ? { name: "terminal/exit", data: { code: end.code } }
      : { name: "terminal/lost", data: { reason: "runner-died", message: end.lost } }
  return {
    moments: [
      {
        at: from,
        events: [
          {
            name: "session/created",
            data: { kind: "terminal", label, tags: [], owner: "owner", terminal: program, child: label, runner: "seeded" },
          },
          { name: "terminal/started", data: { pid: 1, cols: 80, rows: 24 } },
        ],
      },
      { at: from + 2 * SECOND, events: [{ name: "terminal/output", data: { text: output } }] },
      { at: until, events: [over] },
    ],
  }
}
