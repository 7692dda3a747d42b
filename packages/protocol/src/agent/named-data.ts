/**
 * What agents report beyond texts and tools: the data of chunks and parts of type `data-NAME`, by type (row:C5).
 *
 * Adapters make them with `namedChunk`; viewers read them with `readNamed`. What an agent did not report is null
 * or absent. A value with an id stands for the one before it with the same type and id.
 */
import type { AgentChunk } from "./chunk.ts"

/** A thing to do. */
export type PlanItem = {
  readonly text: string
  /** `pending`, `in_progress`, `completed`, or the agent's own word. */
  readonly status: string
  readonly priority?: string
}

/** The data of each type. */
export type NamedData = {
  /** What the agent intends to do: Markdown, or a list. */
  readonly "data-plan": { readonly text: string } | { readonly entries: ReadonlyArray<PlanItem> }
  readonly "data-todo": ReadonlyArray<PlanItem>
  /** The model is asked again: which attempt of how many, after how many milliseconds, and what went wrong. */
  readonly "data-retry": {
    readonly attempt: number
    readonly most: number | null
    readonly delay: number | null
    /** Status of the model's HTTP answer. */
    readonly status: number | null
    readonly error: string
  }
  /** The agent compacts its context; `before` and `after` are counts of tokens. */
  readonly "data-compaction": {
    readonly state: "running" | "done" | "failed"
    readonly trigger?: string
    readonly before?: number | null
    readonly after?: number | null
    readonly error?: string
  }
  /** What a tool call's subagent is doing: its number of calls so far, the latest of them, and what it said last. */
  readonly "data-subagent": {
    readonly toolCallId: string
    readonly calls: number
    readonly latest: ReadonlyArray<string>
    readonly text?: string
  }
  /** Something that people should know. */
  readonly "data-notice": { readonly text: string; readonly severity?: string }
  /** Anything that the vocabulary has no word for, as JSON text. */
  readonly "data-unknown": { readonly json: string }
}

/** A named value with its type. */
export type Named = { readonly [T in keyof NamedData]: { readonly type: T; readonly data: NamedData[T] } }[keyof NamedData]

/** The chunk of a named value. */
export function namedChunk<T extends keyof NamedData>(type: T, data: NamedData[T], id?: string): AgentChunk {
  return {
    type,
    ...(id === undefined ? {} : { id }),
    data,
  }
}

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === "string"
const number: Check = (value) => typeof value === "number"
const maybe =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.entries(checks).every(([name, check]) => check((value as Readonly<Record<string, unknown>>)[name]))

const items = list(fields({ text, status: text, priority: maybe(text) }))
const planText = fields({ text })
const planList = fields({ entries: items })

const CHECKS: { readonly [T in keyof NamedData]: Check } = {
  "data-plan": (value) => planText(value) || planList(value),
  "data-todo": items,
  "data-retry": fields({
    attempt: number,
    most: orNull(number),
    delay: orNull(number),
    status: orNull(number),
    error: text,
  }),
  "data-compaction": fields({
    state: (value) => value === "running" || value === "done" || value === "failed",
    trigger: maybe(text),
    before: maybe(orNull(number)),
    after: maybe(orNull(number)),
    error: maybe(text),
  }),
  "data-subagent": fields({ toolCallId: text, calls: number, latest: list(text), text: maybe(text) }),
  "data-notice": fields({ text, severity: maybe(text) }),
  "data-unknown": fields({ json: text }),
}

/** The named value that a part is; undefined for a type that is not known and for data of another shape. Never throws. */
export function readNamed({ type, data }: { readonly type: string; readonly data?: unknown }): Named | undefined {
  if (!Object.hasOwn(CHECKS, type)) return undefined
  // The checks are those of the types.
  return CHECKS[type as keyof NamedData](data) ? ({ type, data } as Named) : undefined
}
