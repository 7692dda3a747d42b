/**
 * Reads the parts of control messages and journal notes that are about agents.
 *
 * What hub or runner acts on is checked; what they only pass on (chunks, parts of messages, what an agent tells about
 * itself) stays as it came, and is checked where it becomes events.
 */
import { headOf } from "@holdfast/protocol/text-cut"
import type { AgentCommand, AgentNote, AgentStart, PermissionOutcome, TurnEnd } from "./agent-messages.ts"
import type { Fields } from "./fields.ts"
import { WireMalformed } from "./frames.ts"

/** What is left out when it is `undefined`. */
const present = <K extends string, V>(name: K, value: V | undefined): { readonly [N in K]?: V } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [N in K]?: V })

const ADAPTERS: ReadonlyArray<AgentStart["adapter"]> = ["scripted", "claude", "acp"]

function oneOf<T extends string>(value: string, known: ReadonlyArray<T>, what: string): T {
  const found = known.find((one) => one === value)
  if (found === undefined) throw new WireMalformed(`${what} ${JSON.stringify(headOf(value, 40))} is not known`)
  return found
}

/** Objects of a list, passed on as they came. */
function objects<T>(fields: Fields, name: string): ReadonlyArray<T> {
  const list = fields.list(name)
  if (list.some((one) => typeof one !== "object" || one === null)) throw new WireMalformed(`${name} is not a list of objects`)
  return list as ReadonlyArray<T>
}

/** Reads what an agent is started with; throws `WireMalformed`. */
export function agentStartOf(fields: Fields): AgentStart {
  const program = fields.optionalNested("program")
  const resume = fields.optionalNested("resume")
  return {
    adapter: oneOf(fields.text("adapter"), ADAPTERS, "adapter"),
    name: fields.text("name"),
    cwd: fields.text("cwd"),
    env: fields.textRecord("env"),
    options: fields.nested("options").record(),
    directory: fields.text("directory"),
    interruptGrace: fields.whole("interruptGrace"),
    startTimeout: fields.whole("startTimeout"),
    ...present("program", program && { command: program.text("command"), args: program.texts("args") }),
    ...present("guarded", fields.optionalTexts("guarded")),
    ...present("trusted", fields.optionalFlag("trusted")),
    ...present("anew", fields.optionalFlag("anew")),
    ...present("auth", fields.optionalText("auth")),
    ...present(
      "resume",
      resume && {
        ...present("native", resume.optionalText("native")),
        ...present("transcript", resume.optionalText("transcript")),
        ...present("history", resume.optionalText("history")),
      },
    ),
  }
}

function outcomeOf(fields: Fields): PermissionOutcome {
  const type = oneOf(fields.text("type"), ["answered", "cancelled"], "outcome")
  if (type === "cancelled") return { type, reason: fields.text("reason") }
  return {
    type,
    optionId: fields.text("optionId"),
    allow: fields.flag("allow"),
    ...present("answers", fields.optionalTextRecord("answers")),
    ...present("message", fields.optionalText("message")),
  }
}

/** Reads a command for an agent; throws `WireMalformed`. */
export function agentCommandOf(fields: Fields): AgentCommand {
  const type = oneOf(fields.text("type"), ["deliver", "interrupt", "answer", "stop-task", "configure"], "command")
  switch (type) {
    case "deliver":
      return {
        type,
        id: fields.text("id"),
        turn: fields.text("turn"),
        parts: objects(fields, "parts"),
        steer: fields.flag("steer"),
      }
    case "interrupt":
      return { type, turn: fields.text("turn") }
    case "answer":
      return { type, permission: fields.text("permission"), outcome: outcomeOf(fields.nested("outcome")) }
    case "stop-task":
      return { type, task: fields.text("task") }
    case "configure":
      return { type, ...present("model", fields.optionalText("model")), ...present("mode", fields.optionalText("mode")) }
  }
}

function turnEndOf(fields: Fields): TurnEnd {
  const error = fields.optionalNested("error")
  return {
    outcome: oneOf(fields.text("outcome"), ["completed", "interrupted", "error"], "outcome"),
    ...present("error", error && { tag: error.text("tag"), message: error.text("message") }),
    ...present("usage", fields.optionalNested("usage")?.record()),
    ...present("model", fields.optionalText("model")),
  }
}

/** What was checked elsewhere or is only passed on. */
const as = <T>(fields: Fields): T => fields.record() as T

const NOTES = [
  "ready",
  "failed",
  "info",
  "taken",
  "returned",
  "chunks",
  "turn-ended",
  "asked",
  "settled",
  "alive",
  "task-started",
  "task-progress",
  "task-ended",
  "limited",
  "transcript",
] as const

/** Reads a note of an agent; throws `WireMalformed`. */
export function agentNoteOf(fields: Fields): AgentNote {
  const type = oneOf(fields.text("type"), NOTES, "note")
  switch (type) {
    case "ready": {
      const info = fields.optionalNested("info")
      return {
        type,
        pid: fields.whole("pid"),
        resumed: oneOf(fields.text("resumed"), ["new", "resumed", "replayed"], "resumed"),
        ...present("native", fields.optionalText("native")),
        ...present("info", info && as<NonNullable<Extract<AgentNote, { type: "ready" }>["info"]>>(info)),
      }
    }
    case "failed":
      return { type, tag: fields.text("tag"), message: fields.text("message") }
    case "info":
      return { type, info: as(fields.nested("info")), ...present("native", fields.optionalText("native")) }
    case "taken":
      return { type, id: fields.text("id"), turn: fields.text("turn") }
    case "returned":
      return { type, id: fields.text("id"), reason: fields.text("reason") }
    case "chunks":
      return { type, turn: fields.text("turn"), chunks: objects(fields, "chunks") }
    case "turn-ended":
      return {
        type,
        turn: fields.text("turn"),
        ...turnEndOf(fields),
        ...present("standing", fields.optionalTexts("standing")),
      }
    case "asked":
      return { type, ...present("turn", fields.optionalText("turn")), request: as(fields.nested("request")) }
    case "settled":
      return { type, permission: fields.text("permission"), how: oneOf(fields.text("how"), ["taken", "withdrawn"], "how") }
    case "alive":
      return { type }
    case "task-started":
      return { type, task: as(fields.nested("task")) }
    case "task-progress":
      return { type, id: fields.text("id"), progress: fields.text("progress") }
    case "task-ended":
      return {
        type,
        id: fields.text("id"),
        outcome: oneOf(fields.text("outcome"), ["completed", "failed", "stopped"], "outcome"),
        ...present("summary", fields.optionalText("summary")),
      }
    case "limited":
      return {
        type,
        message: fields.text("message"),
        ...present("until", fields.optionalNumber("until")),
        ...present("short", fields.optionalFlag("short")),
      }
    case "transcript":
      return { type, key: fields.text("key"), entries: fields.list("entries") }
  }
}
