/** Checked access to the fields of parsed JSON, and the parts that several control messages share. */
import { headOf } from "@holdfast/protocol/text-cut"
import { agentNoteOf } from "./agent-fields.ts"
import { WireMalformed } from "./frames.ts"
import type {
  CheckpointReply,
  ChildStatus,
  JournalNote,
  ReplyValue,
  RunnerFailure,
  RunnerStatus,
  ScreenReply,
} from "./messages.ts"

/** The own fields of a JSON object; each access checks and throws `WireMalformed`. */
export class Fields {
  readonly #values: ReadonlyMap<string, unknown>
  readonly #where: string

  constructor(values: ReadonlyMap<string, unknown>, where: string) {
    this.#values = values
    this.#where = where
  }

  #refuse(name: string, wanted: string): never {
    throw new WireMalformed(`${this.#where}: ${name} is not ${wanted}`)
  }

  text(name: string): string {
    const value = this.#values.get(name)
    return typeof value === "string" ? value : this.#refuse(name, "text")
  }

  optionalTexts(name: string): ReadonlyArray<string> | undefined {
    return this.#values.has(name) ? this.texts(name) : undefined
  }

  optionalText(name: string): string | undefined {
    return this.#values.has(name) ? this.text(name) : undefined
  }

  /** A finite number. */
  number(name: string): number {
    const value = this.#values.get(name)
    return typeof value === "number" && Number.isFinite(value) ? value : this.#refuse(name, "a number")
  }

  /** A whole number from 0 to 2^53 - 1. */
  whole(name: string): number {
    const value = this.#values.get(name)
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : this.#refuse(name, "a whole number")
  }

  optionalWhole(name: string): number | undefined {
    return this.#values.has(name) ? this.whole(name) : undefined
  }

  flag(name: string): boolean {
    const value = this.#values.get(name)
    return typeof value === "boolean" ? value : this.#refuse(name, "true or false")
  }

  optionalFlag(name: string): boolean | undefined {
    return this.#values.has(name) ? this.flag(name) : undefined
  }

  list(name: string): ReadonlyArray<unknown> {
    const value = this.#values.get(name)
    return Array.isArray(value) ? value : this.#refuse(name, "a list")
  }

  texts(name: string): ReadonlyArray<string> {
    return this.list(name).map((value) => (typeof value === "string" ? value : this.#refuse(name, "a list of text")))
  }

  wholes(name: string): ReadonlyArray<number> {
    return this.list(name).map((value) =>
      typeof value === "number" && Number.isSafeInteger(value) ? value : this.#refuse(name, "a list of whole numbers"),
    )
  }

  nested(name: string): Fields {
    return object(this.#values.get(name), `${this.#where}: ${name}`)
  }

  optionalNested(name: string): Fields | undefined {
    return this.#values.has(name) ? this.nested(name) : undefined
  }

  /** An object of text values, without a prototype. */
  textRecord(name: string): Readonly<Record<string, string>> {
    const record: Record<string, string> = Object.create(null)
    const fields = this.nested(name)
    for (const key of fields.#values.keys()) record[key] = fields.text(key)
    return record
  }

  optionalNumber(name: string): number | undefined {
    return this.#values.has(name) ? this.number(name) : undefined
  }

  optionalTextRecord(name: string): Readonly<Record<string, string>> | undefined {
    return this.#values.has(name) ? this.textRecord(name) : undefined
  }

  /** All fields as they came, without a prototype. */
  record(): Readonly<Record<string, unknown>> {
    const record: Record<string, unknown> = Object.create(null)
    for (const [name, value] of this.#values) record[name] = value
    return record
  }

  failure(): RunnerFailure | undefined {
    const failure = this.optionalNested("failure")
    return failure && { tag: failure.text("tag"), message: failure.text("message") }
  }
}

/** The fields of a JSON object; `where` names it in errors. */
export function object(value: unknown, where: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WireMalformed(`${where} is not an object`)
  }
  return new Fields(new Map(Object.entries(value)), where)
}

/** Reads the status of a child. */
export function statusOf(value: unknown): ChildStatus {
  return childStatusOf(object(value, "a child's status"))
}

function childStatusOf(fields: Fields): ChildStatus {
  const state = fields.text("state")
  if (state !== "running" && state !== "exited") throw new WireMalformed("a child's state is not known")
  const pid = fields.optionalWhole("pid")
  return {
    child: fields.whole("child"),
    id: fields.text("id"),
    session: fields.text("session"),
    kind: fields.text("kind"),
    state,
    ...(pid === undefined ? {} : { pid }),
    head: fields.whole("head"),
    acknowledged: fields.whole("acknowledged"),
  }
}

/** Reads a note of a journal. */
export function noteOf(fields: Fields): JournalNote {
  const type = fields.text("type")
  switch (type) {
    case "started":
      return { type, pid: fields.whole("pid"), cols: fields.whole("cols"), rows: fields.whole("rows") }
    case "resize":
      return { type, cols: fields.whole("cols"), rows: fields.whole("rows") }
    case "title":
      return { type, title: fields.text("title") }
    case "input":
      return { type, key: fields.text("key"), hash: fields.text("hash") }
    case "exit": {
      const signal = fields.optionalText("signal")
      return { type, code: fields.number("code"), ...(signal === undefined ? {} : { signal }) }
    }
    case "checkpoint":
      return { type, ...checkpointOf(fields) }
    case "agent":
      return { type, note: agentNoteOf(fields.nested("note")), size: fields.whole("size") }
    default:
      throw new WireMalformed(`note ${JSON.stringify(headOf(type, 40))} is not known`)
  }
}

function checkpointOf(fields: Fields): CheckpointReply {
  return {
    position: fields.whole("position"),
    cols: fields.whole("cols"),
    rows: fields.whole("rows"),
    screen: fields.text("screen"),
  }
}

function screenOf(fields: Fields): ScreenReply {
  const cursor = fields.nested("cursor")
  return {
    position: fields.whole("position"),
    cols: fields.whole("cols"),
    rows: fields.whole("rows"),
    cursor: { x: cursor.whole("x"), y: cursor.whole("y"), visible: cursor.flag("visible") },
    text: fields.text("text"),
    title: fields.text("title"),
    alternate: fields.flag("alternate"),
  }
}

function runnerStatusOf(fields: Fields): RunnerStatus {
  const journal = fields.nested("journal")
  const problem = journal.optionalText("problem")
  return {
    runner: fields.text("runner"),
    pid: fields.whole("pid"),
    version: fields.whole("version"),
    build: fields.text("build"),
    startedAt: fields.number("startedAt"),
    draining: fields.flag("draining"),
    rss: fields.number("rss"),
    children: fields.list("children").map(statusOf),
    journal: {
      memoryBytes: journal.whole("memoryBytes"),
      diskBytes: journal.whole("diskBytes"),
      ...(problem === undefined ? {} : { problem }),
    },
  }
}

/** Reads the value of a reply. */
export function replyOf(fields: Fields): ReplyValue {
  const type = fields.text("type")
  switch (type) {
    case "started":
      return { type, status: childStatusOf(fields.nested("status")) }
    case "screen":
      return { type, screen: screenOf(fields.nested("screen")) }
    case "checkpoint":
      return { type, checkpoint: checkpointOf(fields.nested("checkpoint")) }
    case "status":
      return { type, status: runnerStatusOf(fields.nested("status")) }
    case "done":
      return { type }
    default:
      throw new WireMalformed(`reply ${JSON.stringify(headOf(type, 40))} is not known`)
  }
}
